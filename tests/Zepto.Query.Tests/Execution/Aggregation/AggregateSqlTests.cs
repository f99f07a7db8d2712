using Zepto.Query.Results;
using Zepto.Query.Tests.Engine;

namespace Zepto.Query.Tests.Execution.Aggregation;

/// <summary>Aggregation as statements see it: from the text of a call to its value.</summary>
public sealed class AggregateSqlTests : IDisposable
{
    private readonly TestEngine _engine = new();

    public AggregateSqlTests() => _engine.Rows(
        "INSERT INTO trades (symbol, price, volume, timestamp) VALUES "
        + "('A', 10, 1, 100), ('B', 50, 0, 100), ('A', 30, 3, 200), ('B', 20, 2, 50), ('A', NULL, 4, 300)");

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Filter_NextToTheSameCallWithoutIt_KeepsOnlyItsRows()
    {
        Assert.Equal(["110|60|1|5"], _engine.Rows("SELECT sum(price), sum(price) FILTER (WHERE symbol = 'B' OR price < 0 OR volume = 0) - 10, "
            + "count(*) FILTER (WHERE volume = 0), count(*) FROM trades"));
        Assert.Equal(["A|30|null", "B|50|50"], _engine.Rows(
            "SELECT symbol, max(price) FILTER (WHERE price > 10), max(price) FILTER (WHERE volume = 0) FROM trades GROUP BY symbol ORDER BY symbol"));
    }

    [Fact]
    public void Filter_ThatKeepsRowsOutForWhichTheArgumentFails_IsNoError()
    {
        Assert.Equal(["30"], _engine.Rows("SELECT sum(intDiv(price, volume)) FILTER (WHERE volume > 0) FROM trades"));
        Assert.Equal(["30"], _engine.Rows("SELECT sum(intDiv(price, volume)) FROM trades WHERE volume > 0"));
        _engine.Error("SELECT sum(intDiv(price, volume)) FROM trades", StatementErrorKind.BadValue);
    }

    [Fact]
    public void FirstAndLast_AcrossSymbols_FollowTimeThenArrival() =>
        Assert.Equal(["20|null|B|A"], _engine.Rows("SELECT first(price), last(price), first(symbol), last(symbol) FROM trades"));

    [Fact]
    public void GroupBy_Bucket_PutsSymbolsTogether() =>
        Assert.Equal(["0|1|20|20|20", "100|2|10|50|40", "200|1|30|30|30", "300|1|null|null|null"], _engine.Rows(
            "SELECT epoch_ns(xbar(timestamp, 100)) AS t, count(*), min(price), max(price), last(price) - if(count(*) = 2, 10, 0) "
            + "FROM trades GROUP BY xbar(timestamp, 100) ORDER BY t"));

    [Fact]
    public void Quantile_BothSpellingsAndWithinGroup_Agree() =>
        Assert.Equal(["25|25|25|25"], _engine.Rows(
            "SELECT median(price), quantile(0.5)(price), percentile(price, 50), percentile_cont(0.5) WITHIN GROUP (ORDER BY price) FROM trades"));

    [Fact]
    public void Distinct_OverAndInsideGroups_CountsEachValueOnce() =>
        Assert.Equal(["A|2|40", "B|2|70"], _engine.Rows(
            "SELECT symbol, count(DISTINCT price), sum(DISTINCT price) FROM trades GROUP BY symbol ORDER BY symbol"));
}
