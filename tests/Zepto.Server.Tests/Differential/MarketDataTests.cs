using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Differential;

/// <summary>Queries over recorded market data give what DuckDB gives.</summary>
public sealed class MarketDataTests(MarketData data) : IClassFixture<MarketData>
{
    private static readonly IReadOnlyList<QueryCase> Cases = Read("marketdata.sql");
    private static readonly IReadOnlyList<QueryCase> LongCases = Read("marketdata-long.sql");

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    public static TheoryData<string> LongNames => [.. LongCases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Query_AnswersAsDuckDbDoes(string name) => Compare(Cases.Single(c => c.Name == name));

    [Theory]
    [MemberData(nameof(LongNames))]
    public void LongQuery_AnswersAsDuckDbDoes(string name)
    {
        if (!MarketData.IsLong)
            Assert.Skip("needs 3.6 million rows; set ZEPTO_TEST_LONG=1");
        Compare(LongCases.Single(c => c.Name == name));
    }

    // Exponential smoothing is defined by its recursion, which is written out here.
    [Theory]
    [InlineData("20", 2.0 / 21)]
    [InlineData("0.05", 0.05)]
    public void Ema_FollowsItsRecursion(string period, double alpha)
    {
        var actual = data.Client.Run(
            $"SELECT timestamp_ns, price, ema(price, {period}) OVER (ORDER BY timestamp_ns) AS smooth FROM ticks WHERE symbol = 'ETHUSD_PERP' ORDER BY timestamp_ns").Rows;
        Assert.Equal(3595, actual.Length);
        double smooth = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            var price = Convert.ToDouble(actual[i][1]);
            smooth = i == 0 ? price : alpha * price + (1 - alpha) * smooth;
            Assert.Equal(smooth, Convert.ToDouble(actual[i][2]), smooth * 1e-9);
        }
    }

    private static IReadOnlyList<QueryCase> Read(string file) => QueryCorpus.Read(Path.Combine(Repository.Root, "tests", "corpus", "sql", file));

    private void Compare(QueryCase query)
    {
        var actual = data.Client.Run(query.Server).Rows;
        var expected = data.Reference.Query(query.Reference);
        Assert.NotEmpty(expected);
        if (Rows.FirstDifference(expected, actual) is { } difference)
            Assert.Fail($"{query.Server}\n-> {difference}");
    }
}
