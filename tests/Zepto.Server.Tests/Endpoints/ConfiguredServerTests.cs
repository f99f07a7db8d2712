using System.Text.Json;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Endpoints;

/// <summary>A real server that has its options from a file, and what an administrator sees of it alone.</summary>
public sealed class ConfiguredServerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Start_WithAPrintedConfiguration_ServesAsItSays()
    {
        var (exitCode, printed, errors) = ServerProcess.RunToEnd("--print-config", "--data-dir", _directory["data"], "--max-result-rows", "2", "--no-pin");
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.False(Directory.Exists(_directory["data"]));
        File.WriteAllText(_directory["zepto.yaml"], printed);
        using var server = ServerProcess.Start("--config", _directory["zepto.yaml"]);
        Assert.True(Directory.Exists(_directory["data"]));
        server.Client.Run("INSERT INTO trades VALUES ('AAPL', 1, 2, 3), ('AAPL', 1, 2, 4), ('AAPL', 1, 2, 5)");
        server.Client.Run("SELECT * FROM trades LIMIT 2");
        Assert.Contains("--max-result-rows", server.Client.Fail("SELECT * FROM trades"), StringComparison.Ordinal);

        using var cluster = JsonDocument.Parse(server.Client.Get("/admin/cluster").Body);
        Assert.Equal(
            ("standalone", 1, 3, 3, 1),
            (cluster.RootElement.GetProperty("mode").GetString(), Number("node_count"), Number("ticks_ingested"), Number("ticks_stored"), Number("partitions_created")));
        using var nodes = JsonDocument.Parse(server.Client.Get("/admin/nodes").Body);
        Assert.Equal(server.Address.Port, nodes.RootElement.GetProperty("nodes")[0].GetProperty("port").GetInt32());
        Assert.Equal(0, server.Stop());

        long Number(string name) => cluster.RootElement.GetProperty(name).GetInt64();
    }

    // The first snapshot is taken at the start, by a thread that waits for a free CPU.
    [Fact]
    public void MetricsHistory_HasASnapshotSoon()
    {
        using var server = ServerProcess.Start("--in-memory");
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (server.Client.Get("/admin/metrics/history").Body == "[]")
            Assert.True(DateTime.UtcNow < deadline, "no snapshot was taken");
        Assert.Equal(0, server.Stop());
    }
}
