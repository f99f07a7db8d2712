using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Zepto.Http.Hosting;
using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Serving;

/// <summary>
/// Steady-state requests over a loopback socket allocate nothing in the whole process. Runs alone, because the figure is that of
/// all threads; the client is a raw socket with its own buffers.
/// </summary>
[Collection(nameof(RunsAlone))]
public sealed class SocketAllocationTests
{
    private const int WarmUpRequests = 3_000;
    private const int MeasuredRequests = 5_000;

    [Theory]
    [InlineData("GET /ping HTTP/1.1\r\nHost: localhost:8123\r\nUser-Agent: curl/8.0\r\nAccept: */*\r\n\r\n", 1)]
    [InlineData("GET /ping HTTP/1.1\r\nHost: localhost:8123\r\n\r\n", 16)]
    [InlineData("POST / HTTP/1.1\r\nHost: localhost:8123\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nSELECT 1", 1)]
    [InlineData("POST / HTTP/1.1\r\nHost: localhost:8123\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nSELECT 1\r\n0\r\n\r\n", 1)]
    [InlineData("GET /?query=SELECT%201 HTTP/1.1\r\nHost: localhost:8123\r\n\r\n", 1)]
    public void SteadyState_Requests_AllocateNothing(string request, int pipelined)
    {
        Allocations.SkipUnoptimised();
        using TestServer server = new(engine: new FakeRunner { IsRecording = false });
        AssertNothingAllocated(server, request, pipelined);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 8\r\n\r\nSELECT 1")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {basic}\r\nContent-Length: 8\r\n\r\nSELECT 1")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nX-ClickHouse-User: default\r\nX-ClickHouse-Key: {key}\r\nContent-Length: 8\r\n\r\nSELECT 1")]
    [InlineData("GET /?password={key}&query=SELECT%201 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nCookie: a=b; zepto_sid={session}\r\nContent-Length: 8\r\n\r\nSELECT 1")]
    public void SteadyState_AuthenticatedRequests_AllocateNothing(string request)
    {
        Allocations.SkipUnoptimised();
        using TestServer server = new(new ServerOptions { Auth = true, InMemory = true }, new FakeRunner { IsRecording = false });
        string key = server.Host.FirstKey!;
        string session;
        using (TestClient login = server.Connect())
        {
            string field = login.Post("/auth/session", "", $"Authorization: Bearer {key}\r\n").Field("Set-Cookie")!;
            session = field[(field.IndexOf('=') + 1)..field.IndexOf(';')];
        }
        AssertNothingAllocated(server, request.Replace("{key}", key).Replace("{session}", session)
            .Replace("{basic}", Convert.ToBase64String(Encoding.ASCII.GetBytes("default:" + key))), pipelined: 1);
    }

    [Theory]
    [InlineData(TransportKind.Epoll, "GET /ping HTTP/1.1\r\nHost: localhost:8123\r\n\r\n")]
    [InlineData(TransportKind.Epoll, "POST / HTTP/1.1\r\nHost: localhost:8123\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nSELECT 1")]
    [InlineData(TransportKind.Sockets, "GET /ping HTTP/1.1\r\nHost: localhost:8123\r\n\r\n")]
    public void SteadyState_RequestsOverTls_AllocateNothing(TransportKind transport, string request)
    {
        Allocations.SkipUnoptimised();
        using TestCertificates certificates = new();
        using TestServer server = new(
            new ServerOptions { Transport = transport, TlsCert = certificates.CertPath, TlsKey = certificates.KeyPath, Auth = false },
            new FakeRunner { IsRecording = false });
        using TestClient client = server.Connect();
        byte[] bytes = Encoding.ASCII.GetBytes(request);
        byte[] answers = new byte[64 * 1024];
        int answerBytes = 0;
        client.Tls!.Write(bytes);
        while (!Encoding.ASCII.GetString(answers, 0, answerBytes).Contains("\r\n\r\n")) answerBytes += client.Tls.Read(answers, answerBytes, answers.Length - answerBytes);
        AssertNothingAllocated(count => ExchangeOverTls(client.Tls, bytes, answers, answerBytes, count));
    }

    private static void ExchangeOverTls(SslStream tls, byte[] request, byte[] answers, int answerBytes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            tls.Write(request, 0, request.Length);
            for (int received = 0; received < answerBytes;)
            {
                int more = tls.Read(answers, received, answerBytes - received);
                if (more == 0) throw new EndOfStreamException();
                received += more;
            }
        }
    }

    private static void AssertNothingAllocated(TestServer server, string request, int pipelined)
    {
        using TestClient client = server.Connect();
        byte[] bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(request, pipelined)));
        byte[] answers = new byte[64 * 1024];
        int answerBytes = FirstAnswer(client, bytes, answers, pipelined);

        AssertNothingAllocated(count => Exchange(client.Socket, bytes, answers, answerBytes, count));
    }

    private static void AssertNothingAllocated(Action<int> exchange)
    {
        exchange(WarmUpRequests);
        // The runtime's own background work (tiering, timers) may allocate now and then: the best of a few rounds is the server's.
        long least = long.MaxValue;
        for (int round = 0; round < 5 && least > 0; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            exchange(MeasuredRequests);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.True(least == 0, $"{least} bytes for {MeasuredRequests} exchanges");
    }

    [Fact]
    public void SteadyState_ManyClientsWithBodiesApart_AllocateNothing()
    {
        Allocations.SkipUnoptimised();
        FakeRunner engine = new() { IsRecording = false };
        using TestServer server = new(engine: engine);
        TestClient[] clients = Enumerable.Range(0, 200).Select(_ => server.Connect()).ToArray();
        byte[] head = "POST / HTTP/1.1\r\nHost: localhost:8123\r\nContent-Length: 8\r\n\r\n"u8.ToArray();
        byte[] body = "SELECT 1"u8.ToArray();
        byte[] answers = new byte[64 * 1024];
        ExchangeApart(clients, head, body, answers, count: 40);
        // Whether head and body are read apart is up to the scheduler; each connection takes its buffer the first time they are.
        long least = long.MaxValue;
        for (int round = 0; round < 40 && least > 0; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            ExchangeApart(clients, head, body, answers, count: 10);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        foreach (TestClient client in clients) client.Dispose();
        Assert.True(least == 0, $"{least} bytes for {10 * clients.Length} exchanges");
    }

    // A body of this size does not lie whole in the pipe and is handled on the thread pool.
    [Theory]
    [InlineData("Content-Length: 2097152", "")]
    [InlineData("Transfer-Encoding: chunked", "200000\r\n")]
    public void SteadyState_LargeBodies_AllocateNothingOfTheirSize(string framing, string before)
    {
        Allocations.SkipUnoptimised();
        FakeRunner engine = new() { IsRecording = false };
        engine.On("INSERT INTO t FORMAT CSV", new ScriptedStatement());
        using TestServer server = new(engine: engine);
        using TestClient client = server.Connect();
        byte[] request = Encoding.ASCII.GetBytes($"POST /?query=INSERT+INTO+t+FORMAT+CSV HTTP/1.1\r\nHost: localhost:8123\r\n{framing}\r\n\r\n{before}"
            + new string(' ', 2 << 20) + (before.Length > 0 ? "\r\n0\r\n\r\n" : ""));
        byte[] answers = new byte[64 * 1024];
        int answerBytes = FirstAnswer(client, request, answers, pipelined: 1);
        Exchange(client.Socket, request, answers, answerBytes, 100);
        // How much of a body lies in the pipe at once is up to the scheduler; the pipe takes blocks the first time so many are needed. Two threads take
        // turns, and the runtime keeps waiting methods by thread, so one of some 100 bytes is made now and then.
        const long few = 10 * 1024;
        long least = long.MaxValue;
        for (int round = 0; round < 40 && least > few; round++)
        {
            long bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
            Exchange(client.Socket, request, answers, answerBytes, 10);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - bytesBefore);
        }
        Assert.True(least <= few, $"{least} bytes for 10 exchanges");
    }

    private static void ExchangeApart(TestClient[] clients, byte[] head, byte[] body, byte[] answers, int count)
    {
        for (int i = 0; i < count; i++)
        {
            foreach (TestClient client in clients) client.Socket.Send(head);
            foreach (TestClient client in clients) client.Socket.Send(body);
            // An answer this small is one segment on loopback.
            foreach (TestClient client in clients)
            {
                if (client.Socket.Receive(answers) == 0) throw new EndOfStreamException();
            }
        }
    }

    // Request ids keep their width for the first sixteen million responses, so all answers have the same length.
    private static int FirstAnswer(TestClient client, byte[] request, byte[] answers, int pipelined)
    {
        client.Socket.Send(request);
        int length = 0;
        while (Encoding.ASCII.GetString(answers, 0, length).Split("HTTP/1.1 200 OK").Length - 1 < pipelined || client.Socket.Available > 0)
            length += client.Socket.Receive(answers, length, answers.Length - length, SocketFlags.None);
        Thread.Yield();
        while (client.Socket.Poll(100_000, SelectMode.SelectRead)) length += client.Socket.Receive(answers, length, answers.Length - length, SocketFlags.None);
        return length;
    }

    private static void Exchange(Socket socket, byte[] request, byte[] answers, int answerBytes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            socket.Send(request);
            int received = 0;
            while (received < answerBytes) received += socket.Receive(answers, received, answerBytes - received, SocketFlags.None);
        }
    }
}

/// <summary>Tests that measure the whole process.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
