using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>SELECT statements through the whole engine: names, clauses and how they combine.</summary>
public sealed class SelectTests : IDisposable
{
    private readonly TestEngine _engine = new();

    public SelectTests() =>
        _engine.Rows(
            """
            INSERT INTO trades VALUES
            ('AAPL', 100, 10, 1000), ('MSFT', 200, 5, 1500), ('AAPL', 110, 20, 2000), ('GOOG', 50, 1, 2000), ('MSFT', 190, NULL, 2500),
            ('AAPL', 90, 30, 3000), ('MSFT', 210, 15, 3000), (7, 5, 5, 4000)
            """);

    [Theory]
    [InlineData("SELECT 1 + 2 * 3, 'x', NULL, true", "7|x|null|true")]
    [InlineData("SELECT count(*) FROM trades", "8")]
    [InlineData("SELECT count(*), count(volume), sum(volume), min(price), max(price), avg(price) FROM trades WHERE symbol = 'MSFT'", "3|2|20|190|210|200")]
    [InlineData("SELECT vwap(price, volume) FROM trades WHERE symbol = 1", "98.33333333333333")]
    [InlineData("SELECT first(price), last(price), first(symbol), last(symbol) FROM trades", "100|5|AAPL|7")]
    [InlineData("SELECT last(symbol) FROM trades WHERE timestamp <= 3000", "MSFT")]
    [InlineData("SELECT first(symbol) FROM trades WHERE timestamp >= 2000", "AAPL")]
    [InlineData("SELECT count(DISTINCT symbol) FROM trades", "4")]
    [InlineData("SELECT count(*) FROM trades WHERE price > 100 AND volume < 20", "2")]
    [InlineData("SELECT sum(price) FILTER (WHERE symbol = 'AAPL'), count(*) FILTER (WHERE volume IS NULL) FROM trades", "300|1")]
    [InlineData("SELECT sum(price * volume) FROM trades WHERE volume IS NOT NULL AND symbol IN ('AAPL', 'GOOG')", "5950")]
    [InlineData("SELECT sum(price) FROM trades WHERE symbol = 'none'", "null")]
    [InlineData("SELECT count(*) FROM trades WHERE symbol = 'none'", "0")]
    [InlineData("SELECT count(*) FROM trades WHERE timestamp BETWEEN 1500 AND 2500", "4")]
    [InlineData("SELECT count(*) FROM trades WHERE 2000 < timestamp", "4")]
    [InlineData("SELECT count(*) FROM trades WHERE timestamp > '1970-01-01 00:00:00.000002'", "4")]
    [InlineData("SELECT count(*) FROM trades WHERE symbol LIKE '%S%'", "3")]
    [InlineData("SELECT stddev(price) FROM trades WHERE symbol = 'AAPL'", "8.16496580927726")]
    [InlineData("SELECT sum(10 // volume) FROM trades WHERE volume <> 0 AND symbol = 'AAPL'", "1")]
    [InlineData("SELECT max(price) - min(price) AS spread FROM trades HAVING spread > 100", "205")]
    [InlineData("SELECT count(*) FROM (SELECT DISTINCT symbol FROM trades)", "4")]
    [InlineData("SELECT price FROM trades ORDER BY price DESC LIMIT 1", "210")]
    [InlineData("SELECT price p FROM trades WHERE p = 50", "50")]
    [InlineData("SELECT CASE WHEN price > 100 THEN 'high' ELSE 'low' END AS level FROM trades WHERE symbol = 'GOOG'", "low")]
    [InlineData("WITH a AS (SELECT price FROM trades WHERE symbol = 1), b AS (SELECT max(price) AS m FROM a) SELECT m + 1 FROM b", "111")]
    [InlineData("SELECT t.price FROM trades AS t WHERE t.symbol = 'GOOG'", "50")]
    [InlineData("SELECT 5 WHERE 1 = 1", "5")]
    public void Select_OneRow(string sql, string expected) => Assert.Equal([expected], _engine.Rows(sql));

    [Theory]
    [InlineData("SELECT symbol, sum(volume) AS v FROM trades GROUP BY symbol ORDER BY symbol", "7|5 AAPL|60 GOOG|1 MSFT|20")]
    [InlineData("SELECT symbol, last(price) AS p FROM trades GROUP BY symbol ORDER BY p DESC", "MSFT|210 AAPL|90 GOOG|50 7|5")]
    [InlineData("SELECT xbar(timestamp, 1000) AS bar, count(*) FROM trades GROUP BY bar ORDER BY bar", "1000|2 2000|3 3000|2 4000|1")]
    [InlineData("SELECT symbol, xbar(timestamp, 2000), sum(price) FROM trades GROUP BY 1, 2 HAVING sum(price) > 100 ORDER BY 1, 2", "AAPL|2000|200 MSFT|0|200 MSFT|2000|400")]
    [InlineData("SELECT volume FROM trades WHERE symbol = 'MSFT' ORDER BY volume", "5 15 null")]
    [InlineData("SELECT volume FROM trades WHERE symbol = 'MSFT' ORDER BY volume DESC", "15 5 null")]
    [InlineData("SELECT volume FROM trades WHERE symbol = 'MSFT' ORDER BY volume NULLS FIRST", "null 5 15")]
    [InlineData("SELECT price FROM trades ORDER BY timestamp DESC, symbol LIMIT 3 OFFSET 1", "90 210 190")]
    [InlineData("SELECT price FROM trades ORDER BY timestamp DESC, symbol LIMIT 1, 3", "90 210 190")]
    [InlineData("SELECT DISTINCT symbol FROM trades WHERE price > 60 ORDER BY symbol DESC", "MSFT AAPL")]
    [InlineData("SELECT price AS volume FROM trades WHERE symbol = 'AAPL' ORDER BY volume", "90 100 110")]
    [InlineData("SELECT symbol FROM trades WHERE symbol = 'AAPL' ORDER BY price", "AAPL AAPL AAPL")]
    [InlineData("SELECT price, sum(price) OVER (ORDER BY timestamp) FROM trades WHERE symbol = 'AAPL' ORDER BY timestamp", "100|100 110|210 90|300")]
    [InlineData("SELECT symbol, row_number() OVER (PARTITION BY symbol ORDER BY price DESC) AS n, price FROM trades WHERE volume > 1 ORDER BY symbol, n", "7|1|5 AAPL|1|110 AAPL|2|100 AAPL|3|90 MSFT|1|210 MSFT|2|200")]
    [InlineData("SELECT symbol, sum(volume) AS v, rank() OVER (ORDER BY sum(volume) DESC) AS r FROM trades GROUP BY symbol ORDER BY r", "AAPL|60|1 MSFT|20|2 7|5|3 GOOG|1|4")]
    [InlineData("SELECT delta(price) OVER w, lag(price) OVER w FROM trades WHERE symbol = 'MSFT' WINDOW w AS (ORDER BY timestamp) ORDER BY timestamp", "200|null -10|200 20|190")]
    public void Select_SeveralRows(string sql, string expected) => Assert.Equal(expected.Split(' '), _engine.Rows(sql));

    [Fact]
    public void Select_AsofJoin_FindsTheLatestQuote()
    {
        _engine.Rows("INSERT INTO quotes VALUES ('AAPL', 99, 101, 1, 1, 900), ('AAPL', 109, 111, 1, 1, 2000), ('MSFT', 199, 201, 1, 1, 1600)");
        Assert.Equal(
            ["1000|100|99", "2000|110|109", "3000|90|109"],
            _engine.Rows("SELECT t.timestamp, t.price, q.bid FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp WHERE t.symbol = 'AAPL' ORDER BY t.timestamp"));
        Assert.Equal(
            ["1500|null", "2500|199", "3000|199"],
            _engine.Rows("SELECT t.timestamp, bid FROM trades t ASOF LEFT JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp WHERE t.symbol = 'MSFT' ORDER BY t.timestamp"));
        Assert.Equal(
            ["AAPL|3|-5.666666666666667"],
            _engine.Rows("SELECT t.symbol, count(*), avg(t.price - q.bid) FROM trades t ASOF JOIN quotes q USING (symbol, timestamp) GROUP BY t.symbol HAVING count(*) = 3"));
        Assert.Equal(["3"], _engine.Rows("SELECT count(*) FROM trades t ASOF JOIN quotes q USING (symbol, timestamp) WHERE symbol = 'AAPL'"));
        Assert.Equal(["900|100", "2000|90", "2000|110"],
            _engine.Rows("SELECT t.timestamp, t.price FROM trades t AJ0 JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp WHERE t.symbol = 'AAPL' ORDER BY t.timestamp, t.price"));
    }

    [Theory]
    [InlineData("SELECT vwap(price,volume), count( * ), 1+1, 'a' FROM trades", "vwap(price, volume);count(*);1 + 1;'a'")]
    [InlineData("SELECT *, t.price AS p FROM trades t", "symbol;price;volume;timestamp;p")]
    [InlineData("SELECT SUM(volume) FROM trades", "SUM(volume)")]
    public void Select_ColumnNames(string sql, string expected) => Assert.Equal(expected.Split(';'), _engine.ColumnNames(sql));

    [Theory]
    [InlineData("SELECT * FORM tr", StatementErrorKind.Syntax, "Parse error: unexpected token 'FORM' at position 10")]
    [InlineData("", StatementErrorKind.Syntax, "Parse error: empty statement")]
    [InlineData("SELECT foo FROM trades", StatementErrorKind.UnknownColumn, "Unknown column: foo at position 8")]
    [InlineData("SELECT * FROM foo", StatementErrorKind.UnknownTable, "Unknown table: foo")]
    [InlineData("SELECT x.price FROM trades t", StatementErrorKind.UnknownTable, "Unknown table: x")]
    [InlineData("SELECT nope(price) FROM trades", StatementErrorKind.UnknownFunction, "Unknown function: nope")]
    [InlineData("SELECT price FROM trades GROUP BY symbol", StatementErrorKind.TypeMismatch, "Column price at position 8 must stand in GROUP BY or inside an aggregate function")]
    [InlineData("SELECT symbol FROM trades WHERE sum(price) > 1", StatementErrorKind.TypeMismatch, "Aggregate function sum at position 33 cannot stand in WHERE")]
    [InlineData("SELECT 1 // 0", StatementErrorKind.BadValue, "Integer division by zero")]
    [InlineData("SELECT price % (price - price) FROM trades", StatementErrorKind.BadValue, "Integer modulo by zero")]
    [InlineData("SELECT 9223372036854775807 + 1", StatementErrorKind.BadValue, "Integer overflow in addition")]
    [InlineData("SELECT symbol + 1 FROM trades", StatementErrorKind.TypeMismatch, "Type error: + needs a number, not SYMBOL at position 8")]
    [InlineData("SELECT price FROM trades LIMIT -1", StatementErrorKind.BadValue, "LIMIT must not be negative, got -1")]
    [InlineData("SELECT price FROM trades LIMIT 'x'", StatementErrorKind.TypeMismatch, "Type error: LIMIT needs a whole number, not STRING, at position 32")]
    [InlineData("SELECT price FROM trades ORDER BY 3", StatementErrorKind.Syntax, "Parse error: ORDER BY names item 3 of a select list of 1 at position 35")]
    [InlineData("SELECT price FROM trades t JOIN quotes q ON t.symbol = q.symbol", StatementErrorKind.NotSupported, "INNER JOIN is not supported; ASOF JOIN, AJ JOIN and AJ0 JOIN are")]
    [InlineData("SELECT 1 UNION SELECT 2", StatementErrorKind.NotSupported, "UNION is not supported")]
    [InlineData("SELECT symbol FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp", StatementErrorKind.UnknownColumn, "Ambiguous column: symbol at position 8, write it with its table's name")]
    [InlineData("SELECT 1; SELECT 2", StatementErrorKind.Syntax, null)]
    [InlineData("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a", StatementErrorKind.Syntax, null)]
    [InlineData("SELECT a AS b, b AS a FROM trades", StatementErrorKind.Syntax, "Parse error: the alias a stands for itself at position 8")]
    public void Select_Mistake_IsNamed(string sql, StatementErrorKind kind, string? expected)
    {
        var error = _engine.Error(sql, kind);
        if (expected is not null)
            Assert.Equal(expected, error);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Select_StarOverColumnsOfOneName_GivesBoth()
    {
        Assert.Equal(["50|1"], _engine.Rows("SELECT * FROM (SELECT price AS a, volume AS a FROM trades WHERE symbol = 'GOOG')"));
        _engine.Rows("INSERT INTO quotes VALUES ('GOOG', 49, 51, 1, 1, 1900)");
        const string join = "SELECT * FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp";
        Assert.Equal(["GOOG|50|1|2000|GOOG|49|51|1|1|1900"], _engine.Rows($"WITH j AS ({join}) SELECT * FROM j ORDER BY 1"));
    }

    [Fact]
    public void Select_FixedLiteralAfterBy_AnswersEachTime()
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(["AAPL|9000", "AAPL|10000", "AAPL|11000"], _engine.Rows("SELECT symbol, 100 * price AS c FROM trades WHERE symbol = 'AAPL' ORDER BY 100 * price"));
            Assert.Equal(["55"], _engine.Rows("SELECT 5 + price FROM trades WHERE symbol = 'GOOG' GROUP BY 5 + price"));
        }
    }

    [Fact]
    public void Select_AliasesThatDouble_AreRefused()
    {
        var aliases = string.Join(", ", Enumerable.Range(1, 40).Select(i => $"a{i - 1} + a{i - 1} AS a{i}"));
        Assert.Contains("too large an expression", _engine.Error($"SELECT price AS a0, {aliases} FROM trades", StatementErrorKind.Syntax), StringComparison.Ordinal);
        var deep = string.Join(", ", Enumerable.Range(1, 60).Select(i => $"a{i - 1}{string.Concat(Enumerable.Repeat(" + 1", 900))} AS a{i}"));
        // Which limit comes first is up to the stack of the thread.
        Assert.Matches("nested too deeply|too large an expression", _engine.Error($"SELECT price AS a0, {deep} FROM trades", StatementErrorKind.Syntax));
    }

    [Fact]
    public void Select_WithTablesThatDouble_AreRefused()
    {
        var tables = string.Join(", ", Enumerable.Range(1, 40).Select(i => $"c{i} AS (SELECT x.price FROM c{i - 1} x ASOF JOIN c{i - 1} y ON x.price >= y.price)"));
        _engine.Error($"WITH c0 AS (SELECT price FROM trades), {tables} SELECT * FROM c40", StatementErrorKind.NotSupported);
    }

    [Fact]
    public void Select_TooManyColumns_AreRefused() =>
        Assert.Contains("at most 4096 columns", _engine.Error($"SELECT {string.Join(',', Enumerable.Repeat("*", 2000))} FROM trades", StatementErrorKind.Syntax), StringComparison.Ordinal);

    [Fact]
    public void Explain_ThatFails_LeavesNothingBehind()
    {
        for (var i = 0; i < 1100; i++)
            _engine.Error("EXPLAIN SELECT * FROM trades WHERE timestamp > 'abc'", StatementErrorKind.BadValue);
        Assert.Equal(["8"], _engine.Rows("SELECT count(price) FROM trades"));
    }

    [Fact]
    public void Error_QuotesOfTheStatement_AreOneShortLine()
    {
        Assert.Equal("Unknown column: a b at position 8", _engine.Error("SELECT \"a\nb\" FROM trades", StatementErrorKind.UnknownColumn));
        Assert.Equal(1000, _engine.Error($"SELECT \"{new string('x', 5000)}\" FROM trades", StatementErrorKind.UnknownColumn).Length);
    }

    public void Dispose() => _engine.Dispose();
}
