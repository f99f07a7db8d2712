using System.Text;
using Zepto.Http.Hosting;

namespace Zepto.Server.Tests.Allocations;

/// <summary>
/// Steady-state requests allocate nothing in the whole process, from the socket to the stored rows and back. Runs alone, because the figure is
/// that of all threads.
/// </summary>
[Collection(nameof(RunsAlone))]
public sealed class EngineAllocationTests : IDisposable
{
    private readonly DatabaseEngine _engine;
    private readonly ZeptoServerHost _host;

    public EngineAllocationTests()
    {
        var options = new ServerOptions { Port = 0, InMemory = true, Demo = true, Pin = false };
        var log = new ServerLog(TextWriter.Null, LogFormat.Text, LogLevel.Error);
        _engine = DatabaseEngine.Open(options, log);
        _host = ZeptoServerHost.Start(options, _engine, log);
    }

    public void Dispose()
    {
        _host.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public void Ping_AllocatesNothing() => AssertNothingAllocated("Ok", "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

    [Fact]
    public void CachedAggregate_AllocatesNothing() =>
        AssertNothingAllocated("\"rows\":1", Post("SELECT vwap(price, volume), count(*) FROM trades WHERE symbol = 'AAPL'"));

    [Fact]
    public void CachedAggregate_ByGet_AllocatesNothing() =>
        AssertNothingAllocated("\"rows\":1", "GET /?query=SELECT%20count(*),%20sum(volume)%20FROM%20trades%20WHERE%20symbol%20=%20'MSFT' HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

    // The literals are not part of the cached plan: every request has others.
    [Fact]
    public void CachedAggregate_WithChangingLiterals_AllocatesNothing()
    {
        string[] symbols = ["AAPL", "MSFT", "GOOG", "AMZN", "NVDA", "NONE"];
        AssertNothingAllocated("\"rows\":1", [.. Enumerable.Range(0, 60).Select(i =>
            Post($"SELECT vwap(price, volume), count(*) FROM trades WHERE symbol = '{symbols[i % symbols.Length]}' AND price > {i * 100} AND volume < {500 - i}"))]);
    }

    [Fact]
    public void Bars_AllocateNothing() => AssertNothingAllocated("\"bar\"", Post("""
        SELECT xbar(timestamp, 300000000000) AS bar, first(price) AS open, max(price) AS high, min(price) AS low, last(price) AS close, sum(volume) AS vol
        FROM trades WHERE symbol = 1 GROUP BY xbar(timestamp, 300000000000) ORDER BY bar ASC
        """));

    [Fact]
    public void GroupsOfAllSymbols_AllocateNothing() =>
        AssertNothingAllocated("\"rows\":5", Post("SELECT symbol, sum(volume) AS total_vol, avg(price) FROM trades GROUP BY symbol ORDER BY symbol"));

    [Fact]
    public void LastRows_AllocateNothing() =>
        AssertNothingAllocated("\"rows\":100", Post("SELECT symbol, price, volume, epoch_s(timestamp) AS ts FROM trades WHERE symbol = 'NVDA' ORDER BY timestamp DESC LIMIT 100"));

    [Fact]
    public void IndexedLookups_AllocateNothing()
    {
        using (var client = new SteadyClient(_host.EndPoint))
        {
            foreach (var sql in new[] { "ALTER TABLE trades SET ATTRIBUTE price GROUPED", "ALTER TABLE trades SET ATTRIBUTE timestamp SORTED", "OPTIMIZE TABLE trades FINAL" })
                Assert.Equal(200, client.Exchange(Post(sql)));
            Assert.Equal(200, client.Exchange(Post("EXPLAIN SELECT sum(volume) FROM trades WHERE price = 15000")));
            Assert.Contains("index price GROUPED)", client.LastBody);
        }

        AssertNothingAllocated("\"rows\":1", [.. Enumerable.Range(0, 60).Select(i =>
            Post($"SELECT count(*), sum(volume) FROM trades WHERE price IN ({15_000 + i}, {15_100 - i}, 1) AND price < 16000"))]);
    }

    [Fact]
    public void AsofJoin_AllocatesNothing() => AssertNothingAllocated("\"rows\":1", Post("""
        SELECT count(*), avg(t.price - q.bid) FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp WHERE t.symbol = 'AAPL'
        """));

    // Statistics are made as an object for each request: the measurement has to see it.
    [Fact]
    public void Statistics_AllocateAndAreSeen() =>
        Assert.True(LeastBytes("ticks_stored", "GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()) >= SteadyRequests.Measured);

    private void AssertNothingAllocated(string expected, params byte[][] requests)
    {
#if DEBUG
        Assert.Skip("unoptimised async methods allocate");
#endif
        var leastBytes = LeastBytes(expected, requests);
        Assert.True(leastBytes == 0, $"{leastBytes} bytes for {SteadyRequests.Measured} requests");
    }

    private long LeastBytes(string expected, params byte[][] requests) => SteadyRequests.LeastBytes(_host.EndPoint, expected, requests);

    private static byte[] Post(string sql) =>
        Encoding.UTF8.GetBytes($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(sql)}\r\n\r\n{sql}");
}

/// <summary>Tests that measure the whole process.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
