using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Endpoints;

/// <summary>The requests of the published quick start on a server started with --demo.</summary>
public sealed class QuickStartTests(DemoServer demo) : IClassFixture<DemoServer>
{
    private readonly ServerClient _client = demo.Client;

    [Fact]
    public void Ping_Answers() => Assert.Equal((200, "Ok\n"), (_client.Get("/ping").Status, _client.Get("/ping").Body));

    [Theory]
    [InlineData("symbol = 'AAPL'")]
    [InlineData("symbol = 1")]
    public void Aggregation_OfOneSymbol_HasOneRow(string condition)
    {
        var result = _client.Run($"SELECT vwap(price, volume) AS vwap, count(*) AS n FROM trades WHERE {condition}");
        Assert.Equal(["vwap", "n"], result.Columns);
        var row = Assert.Single(result.Rows);
        Assert.IsType<double>(row[0]);
        Assert.Equal(1000L, row[1]);
    }

    [Fact]
    public void Symbol_ByNameAndById_IsTheSame()
    {
        const string Select = "SELECT vwap(price, volume), sum(volume), min(timestamp), count(*) FROM trades WHERE ";
        Assert.Equal(_client.Run(Select + "symbol = 'AAPL'").Rows, _client.Run(Select + "symbol = 1").Rows);
    }

    [Fact]
    public void Bars_OfFiveMinutes_HaveOpenHighLowClose()
    {
        var result = _client.Run("""

            SELECT xbar(timestamp, 300000000000) AS bar,
            first(price) AS open, max(price) AS high,
            min(price) AS low, last(price) AS close, sum(volume) AS vol
            FROM trades WHERE symbol = 1
            GROUP BY xbar(timestamp, 300000000000) ORDER BY bar ASC

            """);
        Assert.Equal(["bar", "open", "high", "low", "close", "vol"], result.Columns);
        Assert.InRange(result.Rows.Length, 12, 14);
        long before = long.MinValue;
        foreach (var row in result.Rows)
        {
            var numbers = row.Select(v => Assert.IsType<long>(v)).ToArray();
            var (bar, open, high, low, close) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
            Assert.Equal(0, bar % 300_000_000_000);
            Assert.True(bar > before);
            Assert.InRange(open, low, high);
            Assert.InRange(close, low, high);
            before = bar;
        }

        Assert.Equal(_client.Scalar("SELECT sum(volume) FROM trades WHERE symbol = 1"), result.Rows.Sum(r => (long)r[5]!));
    }

    [Fact]
    public void Volume_BySymbol_IsOrderedByName()
    {
        var result = _client.Run("SELECT symbol, sum(volume) AS total_vol FROM trades GROUP BY symbol ORDER BY symbol");
        Assert.Equal(["symbol", "total_vol"], result.Columns);
        Assert.Equal(["AAPL", "AMZN", "GOOG", "MSFT", "NVDA"], result.Rows.Select(r => r[0]));
        Assert.All(result.Rows, r => Assert.True(Assert.IsType<long>(r[1]) > 0));
    }

    [Fact]
    public void LastTenMinutes_AreNewestFirst()
    {
        var nowS = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var result = _client.Run(
            $"SELECT price, volume, epoch_s(timestamp) AS ts FROM trades\nWHERE symbol = 1 AND timestamp > {nowS}000000000 - 600000000000\nORDER BY timestamp DESC LIMIT 100");
        Assert.Equal(["price", "volume", "ts"], result.Columns);
        Assert.InRange(result.Rows.Length, 1, 100);
        var times = result.Rows.Select(r => (long)r[2]!).ToArray();
        Assert.Equal(times.OrderDescending(), times);
        Assert.All(times, t => Assert.InRange(t, nowS - 601, nowS + 1));
    }

    [Fact]
    public void UnaliasedColumns_AreNamedByTheirText()
    {
        var result = _client.Run("SELECT vwap(price, volume), count(*) FROM trades WHERE symbol = 1");
        Assert.Equal(["vwap(price, volume)", "count(*)"], result.Columns);
    }

    [Fact]
    public void Grouping_NamesSymbols()
    {
        var result = _client.Run("SELECT symbol, sum(volume) AS vol FROM trades GROUP BY symbol ORDER BY symbol");
        Assert.Equal(["symbol", "vol"], result.Columns);
        Assert.Equal(5, result.Rows.Length);
    }

    [Fact]
    public void Get_WithQueryInUrl_IsTheSame()
    {
        const string Sql = "SELECT symbol, avg(price) FROM trades GROUP BY symbol ORDER BY symbol";
        var byGet = QueryResult.Parse(_client.Get("/?query=" + Uri.EscapeDataString(Sql)));
        var byPost = _client.Run(Sql);
        Assert.Equal(byPost.Columns, byGet.Columns);
        Assert.Equal(byPost.Rows, byGet.Rows);
    }

    [Theory]
    [InlineData("INSERT INTO trades VALUES ('AAPL', 1, 1, 1)")]
    [InlineData("CREATE TABLE t (a INT64)")]
    [InlineData("DROP TABLE trades")]
    [InlineData("ALTER TABLE trades ADD COLUMN x INT64")]
    public void Get_ThatWrites_IsRefused(string sql)
    {
        var answer = _client.Get("/?query=" + Uri.EscapeDataString(sql));
        Assert.Equal(405, answer.Status);
        Assert.Equal("POST", answer.Fields["Allow"]);
        Assert.Equal(5000L, _client.Scalar("SELECT count(*) FROM trades"));
    }

    [Fact]
    public void SyntaxError_IsAnsweredAsPublished()
    {
        var answer = _client.Send(HttpMethod.Post, "/", "SELECT * FORM tr");
        Assert.Equal(200, answer.Status);
        Assert.Equal(
            "{\"columns\":[],\"data\":[],\"rows\":0,\"execution_time_us\":0,\"error\":\"Parse error: unexpected token 'FORM' at position 10\"}",
            answer.Body);
    }

    [Fact]
    public void Start_PrintsRequestsThatWork()
    {
        var commands = CommandLines.CurlCommands(demo.Process.Output);
        Assert.True(commands.Count > 1, demo.Process.Output);
        Assert.All(commands, c => CommandLines.RunCurl(c, demo.Process.Address));
    }
}
