using Zepto.Http.Cluster;
using Zepto.Http.Endpoints;
using Zepto.Http.Identity;
using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Endpoints;

/// <summary>Nodes and rebalancing: what a server alone says, and the answers with a cluster behind the interfaces.</summary>
public sealed class ClusterEndpointTests
{
    [Fact]
    public void Standalone_ShowsItself()
    {
        using TestServer server = new();
        using TestClient client = server.Connect();
        Assert.Equal(
            $"{{\"nodes\":[{{\"id\":0,\"host\":\"127.0.0.1\",\"port\":{server.Host.EndPoint.Port},\"state\":\"ACTIVE\",\"ticks_ingested\":5000000,\"ticks_stored\":4999800,\"queries_executed\":12345}}]}}",
            client.Get("/admin/nodes").Body);
        Assert.Equal(
            "{\"mode\":\"standalone\",\"node_count\":1,\"partitions_created\":10,\"partitions_evicted\":0,\"ticks_ingested\":5000000,\"ticks_stored\":4999800,"
            + "\"ticks_dropped\":200,\"queries_executed\":12345,\"total_rows_scanned\":50000000,\"last_ingest_latency_ns\":181}",
            client.Get("/admin/cluster").Body);
    }

    [Theory]
    [InlineData("POST", "/admin/nodes", "{\"id\":4,\"host\":\"10.0.1.4\",\"port\":8123}")]
    [InlineData("POST", "/admin/nodes", "{\"id\":")]
    [InlineData("POST", "/admin/nodes", "")]
    [InlineData("DELETE", "/admin/nodes/4", "")]
    [InlineData("GET", "/admin/rebalance/status", "")]
    [InlineData("GET", "/admin/rebalance/history", "")]
    [InlineData("POST", "/admin/rebalance/start", "{\"action\":\"add_node\",\"node_id\":4}")]
    [InlineData("POST", "/admin/rebalance/start", "]")]
    [InlineData("POST", "/admin/rebalance/pause", "")]
    [InlineData("POST", "/admin/rebalance/resume", "{")]
    [InlineData("POST", "/admin/rebalance/cancel", "")]
    public void Standalone_WhatNeedsACluster_Is503WithAnErrorText(string method, string target, string body)
    {
        using TestServer server = new();
        using TestClient client = server.Connect();
        TestResponse response = client.Ask($"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.Equal(503, response.Status);
        Assert.Matches("^\\{\"error\": ?\".*not part of a cluster\"\\}$", response.Body);
        Assert.Equal(200, client.Get("/ping").Status);
    }

    [Theory]
    [InlineData("PUT", "/admin/nodes", "GET, HEAD, POST, OPTIONS")]
    [InlineData("GET", "/admin/nodes/4", "DELETE, OPTIONS")]
    [InlineData("POST", "/admin/cluster", "GET, HEAD, OPTIONS")]
    [InlineData("POST", "/admin/metrics/history", "GET, HEAD, OPTIONS")]
    [InlineData("POST", "/admin/rebalance/status", "GET, HEAD, OPTIONS")]
    [InlineData("DELETE", "/admin/rebalance/history", "GET, HEAD, OPTIONS")]
    [InlineData("GET", "/admin/rebalance/start", "POST, OPTIONS")]
    [InlineData("GET", "/admin/rebalance/pause", "POST, OPTIONS")]
    [InlineData("GET", "/admin/rebalance/resume", "POST, OPTIONS")]
    [InlineData("PATCH", "/admin/rebalance/cancel", "POST, OPTIONS")]
    public void Method_ThatAPathDoesNotHave_Is405WithAllow(string method, string target, string allow)
    {
        using TestServer server = new();
        using TestClient client = server.Connect();
        TestResponse response = client.Ask($"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal((405, allow), (response.Status, response.Field("Allow")));
    }

    [Fact]
    public void Cluster_Nodes_AreAddedAndRemoved()
    {
        FakeCluster cluster = new();
        using HandlerServer server = new(cluster.AddRoutes);
        using TestClient client = server.Connect();
        Assert.Equal("{\"added\":true,\"id\":4,\"host\":\"10.0.1.4\",\"port\":8123}", client.Post("/admin/nodes", "{\"id\":4,\"host\":\"10.0.1.4\",\"port\":8123}").Body);
        Assert.Equal("{\"removed\":true,\"id\":4}", client.Ask("DELETE /admin/nodes/4 HTTP/1.1\r\nHost: x\r\n\r\n").Body);
        Assert.Equal(400, client.Ask("DELETE /admin/nodes/four HTTP/1.1\r\nHost: x\r\n\r\n").Status);
        Assert.Equal(["add 4 10.0.1.4 8123", "remove 4"], cluster.Calls);
        Assert.Empty(server.Faults);
    }

    [Theory]
    [InlineData("/admin/nodes", "{\"id\":", "not JSON")]
    [InlineData("/admin/nodes", "{\"host\":\"a\",\"port\":1}", "id")]
    [InlineData("/admin/nodes", "{\"id\":4,\"host\":\"a\",\"port\":65536}", "port")]
    [InlineData("/admin/nodes", "{\"id\":4,\"host\":\"\",\"port\":1}", "host")]
    [InlineData("/admin/nodes", "{\"id\":4,\"host\":\"\\ud800\",\"port\":1}", "host")]
    [InlineData("/admin/nodes", "{\"id\":4,\"host\":\"a\",\"port\":1,\"x\":1}", "x")]
    [InlineData("/admin/nodes", "{\"\\ud800\":4}", "JSON")]
    [InlineData("/admin/rebalance/start", "", "not JSON")]
    [InlineData("/admin/rebalance/start", "{\"action\":\"explode\"}", "action")]
    [InlineData("/admin/rebalance/start", "{\"action\":\"add_node\"}", "node_id")]
    [InlineData("/admin/rebalance/start", "{\"action\":\"move_partitions\"}", "moves")]
    [InlineData("/admin/rebalance/start", "{\"action\":\"move_partitions\",\"moves\":[]}", "moves")]
    [InlineData("/admin/rebalance/start", "{\"action\":\"move_partitions\",\"moves\":[4]}", "moves")]
    [InlineData("/admin/rebalance/start", "{\"action\":\"move_partitions\",\"moves\":[{\"symbol\":1,\"from\":1}]}", "to")]
    [InlineData("/admin/rebalance/start", "{\"action\":\"move_partitions\",\"moves\":[{\"symbol\":1,\"from\":1,\"to\":2,\"via\":3}]}", "via")]
    public void Cluster_BadBody_Is400AndNamesTheField(string target, string body, string named)
    {
        FakeCluster cluster = new();
        using HandlerServer server = new(cluster.AddRoutes);
        using TestClient client = server.Connect();
        TestResponse response = client.Post(target, body);
        Assert.Equal(400, response.Status);
        Assert.Contains(named, response.Body);
        Assert.Empty(cluster.Calls);
        Assert.Empty(server.Faults);
    }

    [Fact]
    public void Cluster_Rebalancing_IsControlled()
    {
        FakeCluster cluster = new();
        using HandlerServer server = new(cluster.AddRoutes);
        using TestClient client = server.Connect();
        Assert.Equal("{\"state\":\"RUNNING\",\"total_moves\":10,\"completed_moves\":3,\"failed_moves\":0,\"current_symbol\":\"42\"}", client.Get("/admin/rebalance/status").Body);
        Assert.Equal(
            "[{\"action\":\"add_node\",\"node_id\":4,\"total_moves\":3,\"completed_moves\":3,\"failed_moves\":0,\"start_time_ms\":1712930400000,\"duration_ms\":1523,\"cancelled\":false}]",
            client.Get("/admin/rebalance/history").Body);
        Assert.Equal("{\"ok\":true}", client.Post("/admin/rebalance/start", "{\"action\":\"add_node\",\"node_id\":4}").Body);
        Assert.Equal("{\"ok\":true}",
            client.Post("/admin/rebalance/start", "{\"action\":\"move_partitions\",\"moves\":[{\"symbol\":42,\"from\":1,\"to\":2},{\"symbol\":\"A\",\"from\":2,\"to\":3}]}").Body);
        Assert.Equal("{\"ok\":true}", client.Post("/admin/rebalance/pause", "").Body);
        Assert.Equal("{\"ok\":true}", client.Post("/admin/rebalance/resume", "").Body);
        Assert.Equal("{\"ok\":true}", client.Post("/admin/rebalance/cancel", "").Body);
        cluster.Refusal = "already running";
        Assert.Equal("{\"ok\":false,\"error\":\"already running\"}", client.Post("/admin/rebalance/start", "{\"action\":\"remove_node\",\"node_id\":2}").Body);
        Assert.Equal(["start add_node 4 ", "start move_partitions 0 42:1>2 A:2>3", "pause", "resume", "cancel", "start remove_node 2 "], cluster.Calls);
    }

    private sealed class FakeCluster : IClusterCoordinator, IRebalancing
    {
        public List<string> Calls { get; } = [];

        public string? Refusal { get; set; }

        public RebalanceStatus Status => new("RUNNING", 10, 3, 0, "42");

        public IReadOnlyList<RebalanceEvent> History => [new("add_node", 4, 3, 3, 0, 1712930400000, 1523, false)];

        public void AddRoutes(Router router)
        {
            router.Add("/admin/nodes", RouteAccess.Admin, post: new AdminAddNodeHandler(this));
            router.Add("/admin/nodes/", RouteAccess.Admin, delete: new AdminRemoveNodeHandler(this));
            router.Add("/admin/rebalance/status", RouteAccess.Admin, get: new AdminRebalanceStatusHandler(this));
            router.Add("/admin/rebalance/history", RouteAccess.Admin, get: new AdminRebalanceHistoryHandler(this));
            router.Add("/admin/rebalance/start", RouteAccess.Admin, post: new AdminRebalanceStartHandler(this));
            router.Add("/admin/rebalance/pause", RouteAccess.Admin, post: new AdminRebalanceControlHandler(this, control => control.Pause()));
            router.Add("/admin/rebalance/resume", RouteAccess.Admin, post: new AdminRebalanceControlHandler(this, control => control.Resume()));
            router.Add("/admin/rebalance/cancel", RouteAccess.Admin, post: new AdminRebalanceControlHandler(this, control => control.Cancel()));
        }

        public void Add(long id, string host, int port) => Calls.Add($"add {id} {host} {port}");

        public void Remove(long id) => Calls.Add($"remove {id}");

        public string? Start(RebalanceRequest request) =>
            Called($"start {request.Action} {request.NodeId} {string.Join(' ', request.Moves.Select(move => $"{move.Symbol}:{move.From}>{move.To}"))}");

        public string? Pause() => Called("pause");

        public string? Resume() => Called("resume");

        public string? Cancel() => Called("cancel");

        private string? Called(string call)
        {
            Calls.Add(call);
            return Refusal;
        }
    }
}
