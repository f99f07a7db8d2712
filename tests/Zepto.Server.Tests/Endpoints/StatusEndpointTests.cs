using System.Text.Json;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Endpoints;

/// <summary>The endpoints besides statements: keys and types of their JSON, and that their numbers move with what is done.</summary>
public sealed class StatusEndpointTests(DemoServer demo) : IClassFixture<DemoServer>
{
    private static readonly string[] StatsKeys =
    [
        "ticks_ingested", "ticks_stored", "ticks_dropped", "queries_executed", "total_rows_scanned", "partitions_created", "last_ingest_latency_ns",
    ];

    private readonly ServerClient _client = demo.Client;

    [Theory]
    [InlineData("/health")]
    [InlineData("/ready")]
    public void Probe_OfRunningServer_IsFine(string target)
    {
        var answer = _client.Get(target);
        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentType));
        using var json = JsonDocument.Parse(answer.Body);
        Assert.Equal(JsonValueKind.String, json.RootElement.GetProperty("status").ValueKind);
    }

    [Fact]
    public void WhoAmI_NamesRoleAndSubject()
    {
        using var json = JsonDocument.Parse(_client.Get("/whoami").Body);
        Assert.Equal("admin", json.RootElement.GetProperty("role").GetString());
        Assert.NotEmpty(json.RootElement.GetProperty("subject").GetString()!);
    }

    [Fact]
    public void Version_HasThreeTexts()
    {
        using var json = JsonDocument.Parse(_client.Get("/admin/version").Body);
        Assert.Equal(["engine", "version", "build"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal("ZeptoDB", json.RootElement.GetProperty("engine").GetString());
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+$", json.RootElement.GetProperty("version").GetString());
        Assert.Matches("^[A-Z][a-z]{2} [0-9]{1,2} [0-9]{4}$", json.RootElement.GetProperty("build").GetString());
    }

    [Fact]
    public void Stats_CountRowsAndQueries()
    {
        var before = Stats();
        Assert.True(before["ticks_stored"] >= 5000, $"{before["ticks_stored"]} rows stored");
        Assert.Equal(before["ticks_ingested"], before["ticks_stored"]);
        Assert.Equal(0, before["ticks_dropped"]);
        Assert.True(before["partitions_created"] >= 5);

        _client.Run("SELECT sum(price), sum(bid) FROM (SELECT price, volume AS bid FROM trades)");
        _client.Run("CREATE TABLE counted (symbol SYMBOL, x INT64, ts TIMESTAMP)");
        _client.Run("INSERT INTO counted VALUES ('NEW', 1, 1000), ('NEW', 2, 2000), ('NEW2', 3, 3000)");
        _client.Run("DROP TABLE counted");
        var after = Stats();
        Assert.Equal(3, after["ticks_stored"] - before["ticks_stored"]);
        Assert.Equal(3, after["ticks_ingested"] - before["ticks_ingested"]);
        Assert.Equal(2, after["partitions_created"] - before["partitions_created"]);
        Assert.True(after["queries_executed"] - before["queries_executed"] >= 4);
        Assert.True(after["total_rows_scanned"] - before["total_rows_scanned"] >= 5000);
        Assert.True(after["last_ingest_latency_ns"] > 0);
    }

    [Fact]
    public void Metrics_ArePrometheusText()
    {
        var answer = _client.Get("/metrics");
        Assert.Equal((200, "text/plain"), (answer.Status, answer.ContentType));
        var lines = answer.Body.Split('\n');
        foreach (var name in (string[])
            [
                "zepto_ticks_ingested_total", "zepto_ticks_stored_total", "zepto_ticks_dropped_total", "zepto_queries_executed_total",
                "zepto_rows_scanned_total", "zepto_partitions_total", "zepto_last_ingest_latency_ns",
            ])
        {
            Assert.Contains(lines, l => l.StartsWith($"# HELP {name} ", StringComparison.Ordinal));
            Assert.Contains(lines, l => l.StartsWith($"# TYPE {name} ", StringComparison.Ordinal));
            Assert.Contains(lines, l => l.StartsWith(name + " ", StringComparison.Ordinal));
        }

        Assert.All(lines, l => Assert.Matches("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{[^}]+\\})? [-+0-9.eEInfNa]+|)$", l));
        Assert.EndsWith("# EOF\n", _client.Send(HttpMethod.Get, "/metrics", accept: "application/openmetrics-text").Body);
    }

    [Fact]
    public void RequestIds_AreOnEveryResponse()
    {
        foreach (var target in (string[])["/ping", "/stats", "/nowhere", "/?query=SELECT+1", "/?query=nonsense"])
            Assert.Matches("^r[0-9a-f]{6,}$", _client.Get(target).Fields["X-Request-Id"]);
    }

    [Fact]
    public void UnknownPath_IsNotFound()
    {
        var answer = _client.Get("/nowhere");
        Assert.Equal((404, "{\"error\": \"Not found\"}"), (answer.Status, answer.Body));
    }

    private Dictionary<string, long> Stats()
    {
        using var json = JsonDocument.Parse(_client.Get("/stats").Body);
        Assert.Equal(StatsKeys, json.RootElement.EnumerateObject().Select(p => p.Name));
        return json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt64());
    }
}
