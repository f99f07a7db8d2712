using System.Net;
using System.Net.Sockets;
using System.Text;
using Zepto.Http.Hosting;
using Zepto.Http.Tests.Fakes;
using Zepto.Http.Tests.Serving;
using Zepto.Http.Transport;

namespace Zepto.Http.Tests.Transport;

/// <summary>The transport of every system.</summary>
public sealed class PipelinesTransportTests() : SocketTransportTests(TransportKind.Sockets, isSecure: false);

/// <summary>The event loops of our own.</summary>
public sealed class EpollTransportTests() : SocketTransportTests(TransportKind.Epoll, isSecure: false);

/// <summary>TLS over the transport of every system.</summary>
public sealed class PipelinesTlsTransportTests() : SocketTransportTests(TransportKind.Sockets, isSecure: true);

/// <summary>TLS over the event loops of our own.</summary>
public sealed class EpollTlsTransportTests() : SocketTransportTests(TransportKind.Epoll, isSecure: true);

/// <summary>What only a real socket shows: FIN, reset, lingering, limits on connections.</summary>
public abstract class SocketTransportTests(TransportKind transport, bool isSecure) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly TestCertificates? _certificates = isSecure ? new TestCertificates() : null;

    private ServerOptions Options => _certificates is null
        ? new ServerOptions { Transport = transport }
        : new ServerOptions { Transport = transport, TlsCert = _certificates.CertPath, TlsKey = _certificates.KeyPath, Auth = false };

    public void Dispose()
    {
        _certificates?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void HalfClose_RequestsBeforeIt_AreAnsweredThenFin()
    {
        using TestServer server = new(Options);
        using TestClient client = server.Connect();
        client.Send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n" + HttpConnectionTests.Post("SELECT 1") + "GET /pi");
        client.EndSending();
        Assert.Equal("Ok\n", client.ReadResponse().Body);
        Assert.Contains("[[1]]", client.ReadResponse().Body);
        Assert.True(client.IsEnded());
    }

    [Fact]
    public void HalfClose_LongAnswer_ArrivesWhole()
    {
        using TestServer server = new(Options);
        server.Engine.On("LONG", ScriptedStatement.Result(FakeColumn.Int64("n", new long[2_000_000])));
        using TestClient client = server.Connect();
        client.Send(HttpConnectionTests.Post("LONG"));
        client.EndSending();
        string body = client.ReadResponse().Body;
        Assert.Contains("],\"rows\":2000000,", body);
        Assert.True(client.IsEnded());
    }

    [Fact]
    public async Task Disconnect_WhileAStatementRuns_CancelsIt()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using TestServer server = new(Options);
        server.Engine.On("SLOW", HttpConnectionTests.Slow(gate));
        using (TestClient client = server.Connect()) client.Send(HttpConnectionTests.Post("SLOW"));
        await gate.Task.WaitAsync(s_patience); // Cancelling the statement opens the gate, nothing else does.
        Assert.True(server.Engine.LastExecution!.WasCancelled);
    }

    [Fact]
    public async Task Reset_WhileAStatementRuns_CancelsIt()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using TestServer server = new(Options);
        server.Engine.On("SLOW", HttpConnectionTests.Slow(gate));
        using (TestClient client = server.Connect())
        {
            client.Send(HttpConnectionTests.Post("SLOW"));
            // A reset throws away what the server has not read yet.
            Assert.True(SpinWait.SpinUntil(() => server.Engine.Started == 1, s_patience));
            client.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        await gate.Task.WaitAsync(s_patience);
        Assert.True(server.Engine.LastExecution!.WasCancelled);
    }

    [Fact]
    public void Refusal_OfALongUpload_ReachesAClientThatOnlySends()
    {
        using TestServer server = new(Options with { MaxBodyMb = 1 });
        using TestClient client = server.Connect();
        // The client sends past the limit before it reads: a reset would throw its answer away.
        client.Send($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {2 * 1024 * 1024}\r\n\r\n");
        client.Send(new string('x', 700_000));
        Assert.Equal(413, client.ReadResponse().Status);
        client.EndSending();
        Assert.True(client.IsEnded());
    }

    [Fact]
    public void LargeBody_IsCollectedAndGivenBack()
    {
        using TestServer server = new(Options);
        using TestClient client = server.Connect();
        string data = new string('1', 5_000_000) + "\n";
        Assert.Equal(200, client.Post("/?query=INSERT+INTO+t+FORMAT+CSV", data).Status);
        Assert.Equal(data.Length, server.Engine.LastData.Length);
        Assert.Equal(200, client.Get("/ping").Status);
    }

    [Fact]
    public void Connections_BeyondTheLimit_AreRefusedWithAnAnswer()
    {
        using TestServer server = new(Options with { MaxConnections = 2 });
        using TestClient first = server.Connect();
        using TestClient second = server.Connect();
        Assert.Equal(200, first.Get("/ping").Status);
        Assert.Equal(200, second.Get("/ping").Status);
        using (TestClient third = server.Connect())
        {
            TestResponse refusal = third.ReadResponse();
            Assert.Equal(503, refusal.Status);
            Assert.Equal("1", refusal.Field("Retry-After"));
            third.EndSending();
            Assert.True(third.IsEnded());
        }
        Assert.Equal(200, first.Get("/ping").Status);
    }

    [Fact]
    public void Listener_OnAPortInUse_Fails()
    {
        using TestServer server = new(Options);
        using SlabMemoryPool pool = new(1024 * 1024);
        Assert.Throws<ListenException>(() => new SocketTransportListener(server.Host.EndPoint, new PipelinesServing(pool)));
    }

    [Fact]
    public void Listener_OnIPv6_Serves()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "no IPv6 on this machine");
        using TestServer server = new(Options with { Bind = "::1" });
        using TestClient client = server.Connect();
        Assert.Equal(AddressFamily.InterNetworkV6, server.Host.EndPoint.AddressFamily);
        Assert.Equal(200, client.Get("/ping").Status);
    }

    [Fact]
    public void Stop_RefusesNewConnections()
    {
        TestServer server = new(Options);
        IPEndPoint endPoint = server.Host.EndPoint;
        server.Dispose();
        Assert.Throws<SocketException>(() => new TestClient(endPoint).Dispose());
    }

    [Fact]
    public async Task Stop_WhileAStatementRuns_AnswersItAndSaysNotReadyMeanwhile()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using TestServer server = new(Options);
        server.Engine.On("SLOW", HttpConnectionTests.Slow(gate));
        using TestClient busy = server.Connect();
        using TestClient kept = server.Connect();
        Assert.Equal(200, kept.Get("/ready").Status);
        busy.Send(HttpConnectionTests.Post("SLOW"));
        Assert.True(SpinWait.SpinUntil(() => server.Engine.Started == 1, s_patience));
        Task stop = Task.Run(server.Host.Stop);
        Assert.True(SpinWait.SpinUntil(() => server.Host.IsDraining, s_patience));
        TestResponse ready = kept.Get("/ready");
        Assert.Equal(503, ready.Status);
        Assert.Equal("close", ready.Field("Connection"));
        gate.SetResult();
        TestResponse answer = busy.ReadResponse();
        Assert.Equal(200, answer.Status);
        Assert.True(busy.IsEnded());
        await stop.WaitAsync(s_patience);
    }

    [Fact]
    public async Task Stop_AfterTheDrainTime_DropsWhatStillRuns()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using TestServer server = new(Options with { DrainTimeoutMs = 50 });
        server.Engine.On("SLOW", HttpConnectionTests.Slow(gate));
        using TestClient client = server.Connect();
        client.Send(HttpConnectionTests.Post("SLOW"));
        Assert.True(SpinWait.SpinUntil(() => server.Engine.Started == 1, s_patience));
        await Task.Run(server.Host.Stop).WaitAsync(s_patience);
        Assert.True(server.Engine.LastExecution!.WasCancelled);
        Assert.Equal(0, server.Host.ConnectionCount);
    }

    [Fact]
    public async Task ManyClients_AtOnce_AllGetTheirOwnAnswers()
    {
        using TestServer server = new(Options);
        // On threads of their own: the server in this process needs the thread pool that they would block.
        Task[] clients = Enumerable.Range(0, 50).Select(worker => Task.Factory.StartNew(() =>
        {
            using TestClient client = server.Connect();
            for (int i = 0; i < 100; i++)
            {
                string id = $"{worker}_{i}";
                if (i % 2 == 0) Assert.Contains($"Unknown table: {id}\"", client.Post("/", id).Body);
                else Assert.Equal("Ok\n", client.Get("/ping").Body);
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        await Task.WhenAll(clients).WaitAsync(s_patience);
        Assert.DoesNotContain("internal error", server.Log.ToString());
    }

    [Fact]
    public void RequestsCutAnywhere_AreAllAnswered()
    {
        using TestServer server = new(Options);
        using TestClient client = server.Connect();
        const int seed = 7;
        Random random = new(seed);
        int[] lengths = [.. Enumerable.Range(0, 300).Select(_ => random.Next(1, 40_000))];
        byte[] requests = Encoding.ASCII.GetBytes(string.Concat(lengths.Select((length, i) =>
            i % 3 == 0 ? HttpConnectionTests.Post(new string('x', length)) : "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")));
        Task sender = Task.Run(() =>
        {
            for (int at = 0; at < requests.Length;)
            {
                int count = Math.Min(requests.Length - at, random.Next(2) == 0 ? random.Next(1, 50) : random.Next(1, 30_000));
                client.Send(requests.AsSpan(at, count));
                at += count;
            }
        });
        for (int i = 0; i < 300; i++)
        {
            string body = client.ReadResponse().Body;
            bool isRight = i % 3 == 0 ? body.Contains($": {new string('x', lengths[i])}\"") : body == "Ok\n";
            Assert.True(isRight, $"seed {seed}, request {i}: {body.Length} bytes");
        }
        Assert.True(SpinWait.SpinUntil(() => sender.IsCompleted, s_patience));
    }

    [Fact]
    public void ClientThatTakesNothing_IsDroppedAndOthersAreServed()
    {
        using TestServer server = new(Options with { BodyTimeoutMs = 300 });
        server.Engine.On("LONG", ScriptedStatement.Result(FakeColumn.Int64("n", new long[4_000_000])));
        using TestClient slow = server.Connect();
        using TestClient other = server.Connect();
        slow.Send(HttpConnectionTests.Post("LONG"));
        Assert.True(SpinWait.SpinUntil(() => server.Host.ConnectionCount == 1, s_patience));
        Assert.Equal(200, other.Get("/ping").Status);
    }

    [Fact]
    public void Pipelined_ManyBytesAtOnce_AreAllAnswered()
    {
        using TestServer server = new(Options);
        using TestClient client = server.Connect();
        const int count = 20_000;
        byte[] requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n", count)));
        Task sender = Task.Run(() => client.Send(requests));
        for (int i = 0; i < count; i++) Assert.Equal("Ok\n", client.ReadResponse().Body);
        Assert.True(SpinWait.SpinUntil(() => sender.IsCompleted, s_patience));
    }
}
