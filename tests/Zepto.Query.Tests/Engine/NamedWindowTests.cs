using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>Windows named by WINDOW, over plain and over grouped rows.</summary>
public sealed class NamedWindowTests : IDisposable
{
    private readonly TestEngine _engine = new();

    public NamedWindowTests() =>
        _engine.Rows("INSERT INTO trades VALUES ('A', 100, 10, 1000), ('B', 200, 5, 1500), ('A', 110, 20, 2000), ('C', 50, 7, 2500)");

    [Theory]
    [InlineData("SELECT symbol, rank() OVER w FROM trades GROUP BY symbol WINDOW w AS (ORDER BY sum(volume)) ORDER BY symbol", "A|3 B|1 C|2")]
    [InlineData("SELECT symbol, rank() OVER w AS r, sum(volume) FROM trades GROUP BY symbol HAVING sum(volume) > 5 WINDOW w AS (ORDER BY sum(volume) DESC) ORDER BY r", "A|1|30 C|2|7")]
    [InlineData("SELECT symbol, rank() OVER w, row_number() OVER v FROM trades GROUP BY symbol WINDOW w AS (PARTITION BY count(*) ORDER BY min(price)), v AS (ORDER BY max(price)) ORDER BY symbol", "A|1|2 B|2|3 C|1|1")]
    [InlineData("SELECT row_number() OVER w FROM trades WINDOW w AS (ORDER BY count(*))", "1")]
    [InlineData("SELECT symbol, sum(volume) AS s, lag(symbol) OVER w FROM trades GROUP BY symbol WINDOW w AS (ORDER BY s) ORDER BY s", "B|5|null C|7|B A|30|C")]
    [InlineData("SELECT price, row_number() OVER w FROM trades WINDOW w AS (ORDER BY price) ORDER BY price", "50|1 100|2 110|3 200|4")]
    public void NamedWindow_MayReadAggregates(string sql, string expected) => Assert.Equal(expected.Split(' '), _engine.Rows(sql));

    [Theory]
    [InlineData("SELECT count(DISTINCT *) FROM trades", "DISTINCT *")]
    [InlineData("SELECT count(DISTINCT *), count(*) FROM trades", "DISTINCT *")]
    [InlineData("SELECT count(0.5)(*) FROM trades", null)]
    [InlineData("SELECT count(*) WITHIN GROUP (ORDER BY price) FROM trades", "WITHIN GROUP")]
    public void CountOfRows_WithMore_IsRefused(string sql, string? expected)
    {
        var (rows, kind, error) = _engine.Run(sql);
        Assert.True(kind is StatementErrorKind.TypeMismatch or StatementErrorKind.Syntax or StatementErrorKind.NotSupported, $"{kind} {error} {string.Join(' ', rows)}");
        if (expected is not null)
            Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    public void Dispose() => _engine.Dispose();
}
