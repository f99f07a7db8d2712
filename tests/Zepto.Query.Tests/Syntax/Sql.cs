using System.Text;
using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Syntax;

/// <summary>Short forms for tests of the parser.</summary>
internal static class Sql
{
    public static Statement Parse(string sql) => SqlParser.Parse(Encoding.UTF8.GetBytes(sql));

    public static T Parse<T>(string sql)
        where T : Statement => Assert.IsType<T>(Parse(sql));

    public static SelectBlock Block(string sql) => Assert.IsType<SelectBlock>(Parse<SelectStatement>(sql).Query.Body);

    public static Expression Value(string expression) => Assert.Single(Block("SELECT " + expression).Items).Expression;

    public static T Value<T>(string expression)
        where T : Expression => Assert.IsType<T>(Value(expression));

    public static string Error(string sql) => Assert.Throws<SqlException>(() => Parse(sql)).Message;

    /// <summary>Statements of every form; those that end in data or skip their rest are not among them.</summary>
    public static readonly string[] Valid =
    [
        "SELECT vwap(price, volume) AS vwap, count(*) AS n FROM trades WHERE symbol = 'AAPL'",
        "SELECT xbar(timestamp, 300000000000) AS bar, first(price) o, last(price) FROM trades GROUP BY bar ORDER BY 1 DESC NULLS FIRST, bar LIMIT 10 OFFSET 5;",
        "select distinct t.*, q.bid from trades t, quotes as q where t.price between 1 and 2 and not q.ask in (1, 2.5, 'x') or q.bid is not null",
        "WITH a AS (SELECT 1 AS x), b AS (SELECT 2) SELECT * FROM a CROSS JOIN b UNION ALL (SELECT 3 ORDER BY 1 LIMIT 1) INTERSECT SELECT 4 EXCEPT SELECT 5 LIMIT 2, 3",
        "SELECT * FROM t ASOF LEFT JOIN q ON t.k = q.k AND t.ts >= q.ts AJ JOIN r ON t.k = r.k AJ0 JOIN s USING (k, ts) PLUS JOIN u ON t.k = u.k UNION JOIN v",
        "SELECT wj_avg(q.bid) FROM t WINDOW JOIN q ON t.k = q.k AND q.ts BETWEEN t.ts - INTERVAL '5 minutes' AND t.ts + INTERVAL 5 MINUTE FULL OUTER JOIN z ON true",
        "SELECT sum(x) OVER (PARTITION BY a, b ORDER BY c ROWS 20 PRECEDING), avg(x) OVER w FROM t WINDOW w AS (ORDER BY ts RANGE BETWEEN INTERVAL '5' MINUTE PRECEDING AND CURRENT ROW)",
        "SELECT quantile(0.5)(x), percentile_cont(0.9) WITHIN GROUP (ORDER BY x), count(DISTINCT y) FILTER (WHERE y > 0) FROM t SAMPLE 1/10 HAVING count() > 1",
        "SELECT CASE WHEN a THEN 1 ELSE 2 END, CASE x WHEN 1 THEN 'a' END, CAST(x AS DateTime64(9)), y::Nullable(Int64), DATE '2024-01-01', -x * 2 // 3 % 4 FROM (SELECT 1 AS x) AS d",
        "SELECT (SELECT max(x) FROM t), EXISTS (SELECT 1), x IN (SELECT y FROM u), x NOT LIKE '%a\\'b''c', {p:Array(String)}, [1, 2], (1, 'two') FROM db.t FORMAT JSON SETTINGS a = 1, f = {'k': ' c = \\'v\\' '}",
        "EXPLAIN ANALYZE SELECT 1",
        "CREATE TABLE IF NOT EXISTS db.t (a SYMBOL NOT NULL, b INT64 DEFAULT -1 NULL, ts DateTime64(9) CODEC(Delta, ZSTD(1))) ENGINE = MergeTree() PARTITION BY toDate(ts) ORDER BY (a, ts) WITH (timestamp = ts)",
        "DROP TABLE IF EXISTS t",
        "ALTER TABLE t ADD COLUMN c LowCardinality(String) DEFAULT 'x'",
        "ALTER TABLE t DROP COLUMN IF EXISTS c",
        "ALTER TABLE db.t RENAME COLUMN IF EXISTS a TO `b c`",
        "ALTER TABLE t SET TTL 30 DAYS",
        "ALTER TABLE t MODIFY TTL toDateTime(ts) + toIntervalDay(30) DELETE",
        "ALTER TABLE t REMOVE TTL",
        "ALTER TABLE t UPDATE a = a + 1, b = 'x' WHERE a > 1 SETTINGS mutations_sync = 1",
        "ALTER TABLE t DELETE WHERE a IN (1, 2)",
        "CREATE TABLE t (ts TIMESTAMP, a INT64) ENGINE = MergeTree ORDER BY ts TTL ts + INTERVAL 1 WEEK SETTINGS index_granularity = 8192",
        "INSERT INTO t (a, b) SELECT 1, 2",
        "UPDATE db.t SET a = CASE WHEN b THEN 1 ELSE a END, b = NOT b WHERE s = 'A' AND ts >= now() - INTERVAL '1 day';",
        "DELETE FROM t WHERE a = 1 OR b IS NULL",
        "TRUNCATE TABLE IF EXISTS t",
        "SHOW TABLES FROM default FORMAT JSON",
        "SHOW DATABASES",
        "SHOW CREATE TABLE t",
        "DESCRIBE TABLE db.t",
        "EXISTS TABLE t",
        "USE db",
        "SET max_threads = 8",
        "KILL QUERY WHERE query_id = 'abc'",
    ];
}
