using Zepto.Query.Access;
using Zepto.Query.Results;
using Zepto.Query.Tests.Engine;

namespace Zepto.Query.Tests.Access;

/// <summary>Statements are compared with permissions and table lists before anything of them is looked up.</summary>
public sealed class StatementGuardTests : IDisposable
{
    private readonly TestEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    public static TheoryData<StatementPermissions, string> StatementsByClass()
    {
        var data = new TheoryData<StatementPermissions, string>();
        foreach (var sql in new[]
        {
            "SELECT 1", "SELECT count(*) FROM trades", "WITH a AS (SELECT 1 AS x) SELECT x FROM a", "(SELECT 1)", "SHOW TABLES", "SHOW DATABASES",
            "SHOW CREATE TABLE trades", "DESCRIBE trades", "EXISTS TABLE trades", "EXPLAIN SELECT * FROM trades", "USE default", "SET a = 1", "SHOW TABLES FORMAT JSON",
        })
            data.Add(StatementPermissions.Query, sql);
        foreach (var sql in new[]
        {
            "INSERT INTO trades (symbol, price, volume) VALUES ('A', 1, 2)", "INSERT INTO nothing VALUES (1)", "UPDATE trades SET price = 1", "DELETE FROM trades WHERE price = 1",
            "ALTER TABLE trades UPDATE price = 1 WHERE price = 2", "ALTER TABLE trades DELETE WHERE price = 2", "INSERT INTO trades FORMAT CSV\n1",
        })
            data.Add(StatementPermissions.Ingest, sql);
        data.Add(StatementPermissions.Ingest | StatementPermissions.Query, "INSERT INTO trades SELECT * FROM trades");
        foreach (var sql in new[]
        {
            "CREATE TABLE x (a INT64)", "DROP TABLE IF EXISTS x", "ALTER TABLE trades ADD COLUMN y INT64", "ALTER TABLE trades DROP COLUMN z", "ALTER TABLE trades RENAME COLUMN z TO w",
            "ALTER TABLE trades SET TTL 30 DAYS", "ALTER TABLE trades SET ATTRIBUTE price GROUPED", "TRUNCATE TABLE trades", "KILL QUERY WHERE query_id = 'q_000001'", "BACKUP TO 'x'", "OPTIMIZE TABLE trades", "SYSTEM SHUTDOWN",
        })
            data.Add(StatementPermissions.Admin, sql);
        return data;
    }

    [Theory]
    [MemberData(nameof(StatementsByClass))]
    public void Statement_RunsOnlyWithThePermissionsOfItsClass(StatementPermissions needed, string sql)
    {
        for (var mask = StatementPermissions.None; mask <= StatementPermissions.All; mask++)
        {
            _engine.Access = new StatementAccess(mask, null, null, null);
            for (var repetition = 0; repetition < 2; repetition++)
            {
                var (rows, kind, error) = _engine.Run(sql);
                Assert.True((kind == StatementErrorKind.Forbidden) == ((mask & needed) != needed), $"{mask}: {sql}: {kind} {error}");
                if (kind == StatementErrorKind.Forbidden)
                {
                    Assert.Equal("Forbidden", error);
                    Assert.Empty(rows);
                }
            }
        }
    }

    // Also forms that this dialect does not run yet: they are refused before that is found out.
    [Theory]
    [InlineData("SELECT * FROM quotes")]
    [InlineData("SELECT count(*) FROM quotes")]
    [InlineData("SELECT * FROM default.quotes")]
    [InlineData("SELECT * FROM system.tables")]
    [InlineData("SELECT * FROM \"quotes\"")]
    [InlineData("SELECT * FROM missing")]
    [InlineData("SELECT * FROM (SELECT * FROM quotes) AS q")]
    [InlineData("SELECT * FROM ((SELECT * FROM quotes)) AS q")]
    [InlineData("WITH a AS (SELECT * FROM quotes) SELECT * FROM a")]
    [InlineData("WITH a AS (SELECT * FROM quotes) SELECT 1")]
    [InlineData("WITH quotes AS (SELECT * FROM quotes) SELECT * FROM quotes")]
    [InlineData("WITH a AS (SELECT 1 AS x), b AS (SELECT * FROM quotes) SELECT x FROM a")]
    [InlineData("WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS x) SELECT x FROM b")]
    [InlineData("SELECT * FROM (WITH a AS (SELECT * FROM quotes) SELECT 1 AS x) AS q")]
    [InlineData("SELECT x FROM (WITH quotes AS (SELECT 1 AS x) SELECT x FROM quotes) AS a ASOF JOIN quotes b ON a.x >= b.timestamp")]
    [InlineData("SELECT * FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp")]
    [InlineData("SELECT * FROM trades t JOIN quotes q ON t.symbol = q.symbol")]
    [InlineData("SELECT * FROM trades WHERE price IN (SELECT bid FROM quotes)")]
    [InlineData("SELECT * FROM trades WHERE EXISTS (SELECT 1 FROM quotes)")]
    [InlineData("SELECT (SELECT max(bid) FROM quotes)")]
    [InlineData("SELECT CASE WHEN 1 = (SELECT count(*) FROM quotes) THEN 1 ELSE 2 END")]
    [InlineData("SELECT sum(price) OVER (ORDER BY (SELECT 1 FROM quotes)) FROM trades")]
    [InlineData("SELECT price FROM trades ORDER BY (SELECT 1 FROM quotes)")]
    [InlineData("SELECT price FROM trades GROUP BY price HAVING count(*) > (SELECT count(*) FROM quotes)")]
    [InlineData("SELECT price FROM trades LIMIT (SELECT count(*) FROM quotes)")]
    [InlineData("SELECT price FROM trades UNION ALL SELECT bid FROM quotes")]
    [InlineData("SELECT price FROM trades EXCEPT (SELECT bid FROM quotes)")]
    [InlineData("EXPLAIN SELECT * FROM quotes")]
    [InlineData("EXPLAIN ANALYZE SELECT * FROM quotes")]
    [InlineData("EXPLAIN SELECT * FROM missing")]
    [InlineData("DESCRIBE quotes")]
    [InlineData("DESCRIBE TABLE missing")]
    [InlineData("SHOW CREATE TABLE quotes")]
    [InlineData("EXISTS TABLE quotes")]
    [InlineData("EXISTS missing")]
    [InlineData("INSERT INTO quotes VALUES (1)")]
    [InlineData("INSERT INTO missing VALUES (1)")]
    [InlineData("INSERT INTO quotes FORMAT CSV\n1")]
    [InlineData("INSERT INTO trades SELECT * FROM quotes")]
    [InlineData("INSERT INTO quotes SELECT * FROM trades")]
    [InlineData("UPDATE quotes SET bid = 1")]
    [InlineData("UPDATE trades SET price = (SELECT max(bid) FROM quotes)")]
    [InlineData("DELETE FROM quotes")]
    [InlineData("DELETE FROM trades WHERE price IN (SELECT bid FROM quotes)")]
    [InlineData("ALTER TABLE quotes DELETE WHERE bid = 1")]
    [InlineData("CREATE TABLE other (a INT64)")]
    [InlineData("DROP TABLE quotes")]
    [InlineData("DROP TABLE IF EXISTS missing")]
    [InlineData("TRUNCATE TABLE quotes")]
    [InlineData("ALTER TABLE quotes ADD COLUMN a INT64")]
    [InlineData("ALTER TABLE quotes SET ATTRIBUTE bid GROUPED")]
    [InlineData("ALTER TABLE quotes RENAME COLUMN bid TO b")]
    [InlineData("ALTER TABLE quotes SET TTL 1 DAYS")]
    public void Table_OutsideTheList_IsForbiddenInEveryForm(string sql)
    {
        // First by somebody who may: what is cached for one is no way in for the other.
        _engine.Access = null;
        if (sql.StartsWith("SELECT", StringComparison.Ordinal) || sql.StartsWith("WITH", StringComparison.Ordinal))
            _engine.Run(sql);
        foreach (var access in new[]
        {
            new StatementAccess(StatementPermissions.All, ["trades"], null, null),
            new StatementAccess(StatementPermissions.All, null, null, "trade"),
            new StatementAccess(StatementPermissions.All, ["trades", "quotes"], null, "trade"),
        })
        {
            _engine.Access = access;
            Assert.Equal("Forbidden", _engine.Error(sql, StatementErrorKind.Forbidden));
            Assert.Equal("Forbidden", _engine.Error(sql, StatementErrorKind.Forbidden));
        }
    }

    [Theory]
    [InlineData("SELECT count(*) FROM trades")]
    [InlineData("SELECT 1")]
    [InlineData("WITH quotes AS (SELECT price FROM trades) SELECT * FROM quotes")]
    [InlineData("SELECT * FROM (WITH quotes AS (SELECT price FROM trades) SELECT price FROM quotes) AS q")]
    [InlineData("SELECT t.price FROM trades t ASOF JOIN trades u ON t.symbol = u.symbol AND t.timestamp >= u.timestamp")]
    [InlineData("DESCRIBE trades")]
    [InlineData("SHOW CREATE TABLE trades")]
    [InlineData("INSERT INTO trades (symbol, price, volume) VALUES ('A', 1, 2)")]
    [InlineData("UPDATE trades SET price = 2 WHERE price = 1")]
    [InlineData("DELETE FROM trades WHERE price = 3")]
    public void Table_OnTheList_IsReached(string sql)
    {
        _engine.Access = new StatementAccess(StatementPermissions.All, ["trades"], null, null);
        _engine.Rows(sql);
        _engine.Rows(sql);
    }

    [Fact]
    public void ShowTables_ShowsThoseOfTheList()
    {
        _engine.Access = new StatementAccess(StatementPermissions.Query, ["quotes", "missing"], null, null);
        Assert.Equal(["quotes"], _engine.Rows("SHOW TABLES"));
        _engine.Access = new StatementAccess(StatementPermissions.Query, null, null, "tr");
        Assert.Equal(["trades"], _engine.Rows("SHOW TABLES"));
    }

    [Fact]
    public void NamesWithADot_AreReachedInEveryStatement()
    {
        _engine.Access = new StatementAccess(StatementPermissions.All, null, null, "desk.");
        _engine.Rows("CREATE TABLE \"desk.ticks\" (symbol SYMBOL, timestamp TIMESTAMP_NS, price INT64)");
        _engine.Rows("INSERT INTO \"desk.ticks\" VALUES ('A', 1, 1), ('A', 2, 2)");
        _engine.Rows("UPDATE \"desk.ticks\" SET price = 5 WHERE price = 1");
        _engine.Rows("DELETE FROM \"desk.ticks\" WHERE price = 2");
        Assert.Equal(["5"], _engine.Rows("SELECT price FROM \"desk.ticks\""));
        Assert.Equal(["5"], _engine.Rows("SELECT t.price FROM \"desk.ticks\" AS t"));
        Assert.Equal(["desk.ticks"], _engine.Rows("SHOW TABLES"));
        Assert.Equal(3, _engine.Rows("DESCRIBE \"desk.ticks\"").Length);
        Assert.Equal(["1"], _engine.Rows("EXISTS \"desk.ticks\""));
        _engine.Error("SELECT * FROM ticks", StatementErrorKind.Forbidden);
        _engine.Error("SELECT * FROM other.ticks", StatementErrorKind.Forbidden);
        _engine.Error("SELECT * FROM desk.other", StatementErrorKind.UnknownTable);
        _engine.Error("INSERT INTO desk.ticks VALUES (1)", StatementErrorKind.Forbidden);
        _engine.Rows("DROP TABLE \"desk.ticks\"");
    }

    [Fact]
    public void Insert_CachedForOne_IsForbiddenForAnother()
    {
        const string sql = "INSERT INTO quotes (symbol, bid, ask) VALUES ('A', 1, 2)";
        _engine.Run(sql);
        _engine.Access = new StatementAccess(StatementPermissions.All, ["trades"], null, null);
        _engine.Error(sql, StatementErrorKind.Forbidden);
        _engine.Access = new StatementAccess(StatementPermissions.Query, null, null, null);
        _engine.Error(sql, StatementErrorKind.Forbidden);
    }

    [Fact]
    public void PlanKey_IsTheSameForEqualRestrictionsOnly()
    {
        StatementAccess[] all =
        [
            new(StatementPermissions.Query, ["a", "b"], null, null), new(StatementPermissions.Query, ["ab"], null, null), new(StatementPermissions.Query, null, ["a", "b"], null),
            new(StatementPermissions.Query, null, ["ab"], null), new(StatementPermissions.Query, ["a"], ["b"], null), new(StatementPermissions.Query, null, null, "a"),
            new(StatementPermissions.Query, [], null, null), new(StatementPermissions.Query, null, [], null), new(StatementPermissions.Query, ["a:b"], null, null),
        ];
        Assert.Equal(all.Length, all.Select(a => Convert.ToHexString(a.PlanKey)).Distinct().Count());
        Assert.Equal(all[0].PlanKey, new StatementAccess(StatementPermissions.All, ["b", "a"], null, "").PlanKey);
        Assert.Empty(StatementAccess.Unrestricted.PlanKey);
    }
}
