using System.Text.Json;
using Zepto.Http.Endpoints;
using Zepto.Http.Tests.Fakes;
using Zepto.Http.Tests.Monitoring;

namespace Zepto.Http.Tests.Endpoints;

/// <summary>GET /admin/metrics/history on a host whose snapshots the test has taken.</summary>
public sealed class MetricsHistoryEndpointTests : IDisposable
{
    private const int MaxCount = AdminMetricsHistoryHandler.MaxCount;

    private readonly ManualPace _pace = new();
    private readonly TestServer _server;
    private readonly TestClient _client;

    public MetricsHistoryEndpointTests()
    {
        _server = new TestServer(pace: _pace);
        _pace.WaitForFirst();
        _client = _server.Connect();
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _pace.Dispose();
    }

    [Fact]
    public void History_HasTheReferenceShape()
    {
        TestResponse response = _client.Get("/admin/metrics/history");
        Assert.Equal((200, "application/json"), (response.Status, response.Field("Content-Type")));
        Assert.Matches("^\\[\\{\"timestamp_ms\":[0-9]{13},\"node_id\":0,\"ticks_ingested\":5000000,\"ticks_stored\":4999800,\"ticks_dropped\":200,\"queries_executed\":12345,"
            + "\"total_rows_scanned\":50000000,\"partitions_created\":10,\"last_ingest_latency_ns\":181\\}\\]$", response.Body);
    }

    [Fact]
    public void History_LimitAndSince_AreRespected()
    {
        for (int i = 0; i < MaxCount + 5; i++) _pace.Beat();
        Assert.Equal(MaxCount, Times("").Length);
        Assert.Equal(MaxCount, Times("?limit=100000").Length);
        Assert.Equal(7, Times("?limit=7").Length);
        Assert.Empty(Times("?limit=0"));
        long[] times = Times("");
        Assert.Equal(times.Order(), times);
        Assert.Equal(times[^3..], Times("?limit=3"));
        Assert.Equal(times.Where(time => time >= times[^1]), Times($"?since={times[^1]}"));
        Assert.Empty(Times($"?since={times[^1] + 1}"));
        Assert.Empty(Times($"?since={long.MaxValue}&limit=5"));
        Assert.Single(Times($"?since={times[0]}&limit=1"));
    }

    [Theory]
    [InlineData("since=x", "since")]
    [InlineData("since=", "since")]
    [InlineData("since", "since")]
    [InlineData("since=-1", "since")]
    [InlineData("since=1.5", "since")]
    [InlineData("since=9223372036854775808", "since")]
    [InlineData("limit=x", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=1x", "limit")]
    [InlineData("since=1&limit=%31", "limit")]
    public void History_BadParameter_Is400AndNamesIt(string query, string name)
    {
        TestResponse response = _client.Get("/admin/metrics/history?" + query);
        Assert.Equal((400, $"{{\"error\": \"Parameter {name} must be a whole number from 0\"}}"), (response.Status, response.Body));
    }

    private long[] Times(string query)
    {
        using JsonDocument json = JsonDocument.Parse(_client.Get("/admin/metrics/history" + query).Body);
        return [.. json.RootElement.EnumerateArray().Select(snapshot => snapshot.GetProperty("timestamp_ms").GetInt64())];
    }
}
