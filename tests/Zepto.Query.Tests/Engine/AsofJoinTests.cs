using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>ASOF joins in SQL: which conditions go below the join, which of equal right rows is taken, how USING finds its columns.</summary>
public sealed class AsofJoinTests : IDisposable
{
    private readonly TestEngine _engine = new();

    public AsofJoinTests()
    {
        _engine.Rows("INSERT INTO trades VALUES ('A', 100, 10, 1000), ('A', 110, 20, 2000), ('B', 200, 5, 1500)");
        _engine.Rows("INSERT INTO quotes VALUES ('A', 99, 101, 1, 1, 900), ('A', 109, 111, 1, 1, 1900)");
    }

    [Theory]
    [InlineData("t.timestamp < 950", "A|900|99")]
    [InlineData("t.timestamp BETWEEN 1000 AND 1600", "B|1500|null")]
    [InlineData("t.timestamp = 1000", "")]
    [InlineData("t.timestamp > 1000 AND t.symbol = 'A'", "A|1900|109")]
    [InlineData("t.timestamp + t.volume = 910", "A|900|99")]
    [InlineData("t.price > 100 AND t.symbol = 'A'", "A|1900|109")]
    public void Aj0_ConditionOnTheShownTime_SeesTheRightTime(string condition, string expected) => Assert.Equal(
        expected.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        _engine.Rows($"SELECT t.symbol, t.timestamp, q.bid FROM trades t AJ0 JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp WHERE {condition} ORDER BY t.timestamp"));

    [Theory]
    [InlineData("AJ", "t.timestamp < 950", "")]
    [InlineData("AJ", "t.timestamp = 1000", "A|1000|99")]
    [InlineData("ASOF", "t.timestamp = 2000", "A|2000|109")]
    public void OtherJoins_ConditionOnTheTime_SeesTheLeftTime(string kind, string condition, string expected) => Assert.Equal(
        expected.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        _engine.Rows($"SELECT t.symbol, t.timestamp, q.bid FROM trades t {kind} JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp WHERE {condition}"));

    // The rows lie in the order of their designated timestamp, against that of arrival.
    [Theory]
    [InlineData("t.symbol = n.symbol AND t.timestamp >= n.seen", "A|later A|later B|null")]
    [InlineData("t.volume * 0 = n.level AND t.timestamp >= n.seen", "A|later A|later B|later")]
    [InlineData("t.symbol = n.symbol AND t.timestamp >= n.timestamp", "A|later A|earlier B|null")]
    public void EqualRightTimes_TheLastToArriveIsTaken(string condition, string expected)
    {
        _engine.Rows("CREATE TABLE notes (symbol SYMBOL, note STRING, seen TIMESTAMP_NS, level INT64, timestamp TIMESTAMP_NS) WITH (timestamp = timestamp)");
        _engine.Rows("INSERT INTO notes VALUES ('A', 'earlier', 800, 0, 1900)");
        _engine.Rows("INSERT INTO notes VALUES ('A', 'later', 800, 0, 700)");
        Assert.Equal(expected.Split(' '), _engine.Rows($"SELECT t.symbol, n.note FROM trades t AJ JOIN notes n ON {condition} ORDER BY t.symbol, t.timestamp"));
    }

    [Fact]
    public void Using_QueryOnTheRight_NeedsAName()
    {
        const string sql = "SELECT t.price, bid FROM trades t ASOF JOIN (SELECT symbol, bid, timestamp FROM quotes){0} USING (symbol, timestamp) ORDER BY 1";
        Assert.Equal(["100|99", "110|109"], _engine.Rows(string.Format(null, sql, " AS q")));
        Assert.Contains("USING needs a name for the query on its right", _engine.Error(string.Format(null, sql, ""), StatementErrorKind.Syntax), StringComparison.Ordinal);
    }

    public void Dispose() => _engine.Dispose();
}
