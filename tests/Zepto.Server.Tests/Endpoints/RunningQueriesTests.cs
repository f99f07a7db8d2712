using System.Text.Json;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Endpoints;

/// <summary>Statements that run for a while: they are listed, can be killed, and end at the time limit.</summary>
public sealed class RunningQueriesTests : IDisposable
{
    private const int Rows = 100_000;

    // Only to end a test that hangs.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    // A hundred million distances: many seconds on any machine.
    private static readonly string Slow = "SELECT " + string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"sum(haversine(x, y, {i % 90}, {i % 180}))")) + " FROM places";

    private readonly ServerProcess _server;

    public RunningQueriesTests() => _server = StartWithPlaces();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void RunningStatement_IsListedAndKilled()
    {
        var answer = Task.Run(() => _server.Client.Query(Slow));
        var running = WaitForRunning(answer);
        Assert.Equal(["id", "subject", "sql", "started_at_ns"], running.EnumerateObject().Select(p => p.Name));
        var id = running.GetProperty("id").GetString()!;
        Assert.Matches("^q_[0-9a-f]{6}$", id);
        Assert.NotEmpty(running.GetProperty("subject").GetString()!);
        Assert.StartsWith("SELECT sum(haversine(", running.GetProperty("sql").GetString());
        var nowNs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
        Assert.InRange(running.GetProperty("started_at_ns").GetInt64(), nowNs - Deadline.Ticks * 100, nowNs + 1_000_000_000);

        var killed = _server.Client.Send(HttpMethod.Delete, "/admin/queries/" + id);
        Assert.Equal((200, "{\"cancelled\":true}"), (killed.Status, killed.Body));
        AssertCancelled(answer);
        Assert.Equal(404, _server.Client.Send(HttpMethod.Delete, "/admin/queries/" + id).Status);
        AssertServesAfterwards();
    }

    [Fact]
    public void KillQuery_EndsAnother()
    {
        var answer = Task.Run(() => _server.Client.Query(Slow));
        var id = WaitForRunning(answer).GetProperty("id").GetString();
        _server.Client.Run($"KILL QUERY WHERE query_id = '{id}'");
        AssertCancelled(answer);
        AssertServesAfterwards();
    }

    [Fact]
    public void TimeLimit_EndsAStatement()
    {
        using var server = StartWithPlaces("--query-timeout-ms", "300");
        var result = server.Client.Query(Slow);
        Assert.Equal((408, "Query cancelled"), (result.Status, result.Error));
        Assert.Equal((long)Rows, server.Client.Scalar("SELECT count(*) FROM places"));
    }

    [Fact]
    public async Task Stop_EndsRunningStatements()
    {
        using var server = StartWithPlaces("--drain-timeout-ms", "200");
        var answer = Task.Run(() =>
        {
            try
            {
                server.Client.Query(Slow);
            }
            catch (HttpRequestException)
            {
                // The connection may be cut at the end of the drain time.
            }
        }, TestContext.Current.CancellationToken);
        WaitForRunning(answer, server);
        Assert.Equal(0, server.Stop());
        await answer.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void MemoryLimit_IsNamed()
    {
        using var server = StartWithPlaces("--max-query-memory-mb", "4");
        Assert.Contains("memory", server.Client.Fail("SELECT x, y FROM places ORDER BY x * y, x"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal((long)Rows, server.Client.Scalar("SELECT count(*) FROM places"));
    }

    [Fact]
    public void RowLimit_IsNamed()
    {
        using var server = StartWithPlaces("--max-result-rows", "10");
        Assert.Equal(10, server.Client.Run("SELECT x FROM places LIMIT 10").Rows.Length);
        Assert.Contains("10", server.Client.Fail("SELECT x FROM places LIMIT 11"));
    }

    private static ServerProcess StartWithPlaces(params string[] arguments)
    {
        var server = ServerProcess.Start(["--in-memory", .. arguments]);
        server.Client.Run("CREATE TABLE places (x FLOAT64, y FLOAT64)");
        const int Batch = 10_000;
        for (var first = 0; first < Rows; first += Batch)
            server.Client.Run("INSERT INTO places VALUES " + string.Join(",", Enumerable.Range(first, Batch).Select(i => $"({i % 90}.5,{i % 180}.25)")));
        return server;
    }

    private JsonElement WaitForRunning(Task answer) => WaitForRunning(answer, _server);

    private static JsonElement WaitForRunning(Task answer, ServerProcess server)
    {
        var start = DateTime.UtcNow;
        while (DateTime.UtcNow - start < Deadline)
        {
            Assert.False(answer.IsCompleted, "the slow statement ended before it was seen");
            using var json = JsonDocument.Parse(server.Client.Get("/admin/queries").Body);
            if (json.RootElement.GetArrayLength() > 0)
                return Assert.Single(json.RootElement.EnumerateArray()).Clone();
        }

        throw new TimeoutException("the running statement was not listed");
    }

    private static void AssertCancelled(Task<QueryResult> answer)
    {
        Assert.True(answer.Wait(Deadline), "the killed statement went on");
        Assert.Equal((408, "Query cancelled"), (answer.Result.Status, answer.Result.Error));
        Assert.Empty(answer.Result.Rows);
    }

    private void AssertServesAfterwards()
    {
        Assert.Equal((long)Rows, _server.Client.Scalar("SELECT count(*) FROM places"));
        Assert.Equal("[]", _server.Client.Get("/admin/queries").Body);
    }
}
