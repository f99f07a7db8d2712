using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>Symbols and strings of results that no row went into: they have no dictionary, and all their values are NULL.</summary>
public sealed class EmptyTextTests : IDisposable
{
    private const string Asof = "FROM trades t AJ JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp";

    private readonly TestEngine _engine = new();

    public EmptyTextTests()
    {
        _engine.Rows("CREATE TABLE notes (symbol SYMBOL, note STRING, price FLOAT64, timestamp TIMESTAMP_NS)");
        _engine.Rows("INSERT INTO trades VALUES ('AAPL', 100, 10, 1000), ('MSFT', 200, 5, 1500)");
        _engine.Rows("INSERT INTO notes VALUES ('AAPL', 'a longer text than a key', 1, 1000), ('MSFT', 'a longer text than another', 2, 2000)");
    }

    [Theory]
    [InlineData("max({0})")]
    [InlineData("min({0})")]
    [InlineData("first({0})")]
    [InlineData("last({0})")]
    [InlineData("any({0})")]
    [InlineData("argMax({0}, price)")]
    [InlineData("max({0}) FILTER (WHERE price < 0)")]
    public void AggregateOfNothing_IsNullInEveryExpression(string aggregate)
    {
        foreach (var column in (string[])["symbol", "note"])
        {
            var value = string.Format(null, aggregate, column);
            var from = aggregate.Contains("FILTER", StringComparison.Ordinal) ? "FROM notes" : "FROM notes WHERE price < 0";
            foreach (var expression in (string[])
                ["{0}", "{0} = 'A'", "{0} <> 'A'", "{0} < 'A'", "'A' <= {0}", "{0} = {0}", "{0} < {0}", "{0} LIKE 'A%'", "{0} NOT LIKE note_pattern", "{0} ILIKE 'a'",
                 "{0} IN ('A', 'B')", "{0} IN ('A', 'B', 'C', 'D', 'E', 'F')", "{0} NOT IN ('A', 'B', 'C', 'D', 'E', NULL)", "{0} || 'x'", "upper({0})", "length({0})",
                 "CASE {0} WHEN 'A' THEN 1 END", "nullIf({0}, 'A')", "coalesce({0}, NULL)", "{0} BETWEEN 'A' AND 'B'", "CAST({0} AS STRING)"])
            {
                var sql = $"SELECT {string.Format(null, expression.Replace("note_pattern", "concat('A', '%')", StringComparison.Ordinal), value)} AS x {from}";
                Assert.Equal(["null"], _engine.Rows(sql));
            }
        }
    }

    [Theory]
    [InlineData("SELECT x FROM (SELECT max(note) AS x FROM notes WHERE price < 0) ORDER BY x", "null")]
    [InlineData("SELECT x, count(*) FROM (SELECT max(note) AS x FROM notes WHERE price < 0) GROUP BY x", "null|1")]
    [InlineData("SELECT DISTINCT x FROM (SELECT last(symbol) AS x FROM notes WHERE price < 0)", "null")]
    [InlineData("SELECT max(x), first(x), count(DISTINCT x) FROM (SELECT last(symbol) AS x FROM notes WHERE price < 0)", "null|null|0")]
    [InlineData("SELECT max(x) OVER (), lag(x) OVER (ORDER BY x), first_value(x) OVER (PARTITION BY x) FROM (SELECT last(note) AS x FROM notes WHERE price < 0)", "null|null|null")]
    [InlineData("SELECT symbol, max(note) FILTER (WHERE price < 0) AS x FROM notes GROUP BY symbol ORDER BY x, symbol DESC", "MSFT|null AAPL|null")]
    [InlineData("SELECT symbol, max(note) FILTER (WHERE price < 0) AS x FROM notes GROUP BY symbol HAVING x = 'A'", "")]
    [InlineData("SELECT note FROM notes WHERE price < 0 ORDER BY note", "")]
    public void ResultOfNothing_GoesThroughEveryOperator(string sql, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), _engine.Rows(sql));

    [Theory]
    [InlineData("SELECT t.price " + Asof + " WHERE q.symbol = 'AAPL'", "")]
    [InlineData("SELECT t.price " + Asof + " WHERE q.symbol IS NULL ORDER BY 1", "100 200")]
    [InlineData("SELECT t.price, q.symbol, q.symbol = t.symbol, q.symbol LIKE 'A%' " + Asof + " ORDER BY q.symbol, t.price", "100|null|null|null 200|null|null|null")]
    [InlineData("SELECT q.symbol, count(*) " + Asof + " GROUP BY q.symbol", "null|2")]
    public void AsofJoin_EmptyRight(string sql, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), _engine.Rows(sql));

    public void Dispose() => _engine.Dispose();
}
