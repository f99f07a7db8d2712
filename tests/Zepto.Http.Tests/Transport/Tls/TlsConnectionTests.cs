using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Zepto.Http.Hosting;
using Zepto.Http.Tests.Fakes;
using Zepto.Http.Tests.Serving;

namespace Zepto.Http.Tests.Transport.Tls;

/// <summary>TLS over the transport of every system.</summary>
public sealed class PipelinesTlsConnectionTests() : TlsConnectionTests(TransportKind.Sockets);

/// <summary>TLS over the event loops of our own.</summary>
public sealed class EpollTlsConnectionTests() : TlsConnectionTests(TransportKind.Epoll);

/// <summary>Handshakes, good, bad and unfinished, and what is particular to encrypted connections.</summary>
public abstract class TlsConnectionTests(TransportKind transport) : IDisposable
{
    private const byte AlertRecord = 0x15;
    private const byte ProtocolVersionAlert = 70;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly TestCertificates _certificates = new();

    private ServerOptions Options => new()
    {
        Transport = transport, TlsCert = _certificates.CertPath, TlsKey = _certificates.KeyPath, Auth = false, IoThreads = 1,
    };

    public void Dispose()
    {
        _certificates.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public void Handshake_OfASpokenVersion_Succeeds(SslProtocols version)
    {
        using TestServer server = new(Options);
        SslClientAuthenticationOptions options = TestClient.AnyServer();
        options.EnabledSslProtocols = version;
        using TestClient client = server.ConnectSecurely(options);
        Assert.Equal(version, client.Tls!.SslProtocol);
        Assert.Equal("Ok\n", client.Get("/ping").Body);
        Assert.Contains("\nzepto_tls_handshakes_total 1\n", client.Get("/metrics").Body);
        Assert.Contains("\nzepto_tls_handshakes_failed_total 0\n", client.Get("/metrics").Body);
    }

    [Fact]
    public void Handshake_OfTls11_IsRefusedByAnAlert()
    {
        using TestServer server = new(Options);
        using TestClient client = new(server.Host.EndPoint);
        // The runtime's client does not speak it any more: a hello written by hand.
        byte[] body = [3, 2, .. new byte[32], 0, 0, 6, 0xc0, 0x09, 0xc0, 0x13, 0x00, 0x2f, 1, 0];
        client.Send([0x16, 3, 1, 0, (byte)(body.Length + 4), 1, 0, 0, (byte)body.Length, .. body]);
        byte[] answer = new byte[64];
        int count = client.Socket.Receive(answer);
        Assert.Equal(7, count);
        Assert.Equal((AlertRecord, ProtocolVersionAlert), (answer[0], answer[6]));
        Assert.Equal(0, client.Socket.Receive(answer));
        AssertServes(server);
    }

    [Fact]
    public void Handshake_Alpn_ChoosesHttp11()
    {
        using TestServer server = new(Options);
        SslClientAuthenticationOptions options = TestClient.AnyServer();
        options.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        using (TestClient client = server.ConnectSecurely(options)) Assert.Equal(SslApplicationProtocol.Http11, client.Tls!.NegotiatedApplicationProtocol);
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        Assert.ThrowsAny<AuthenticationException>(() => server.ConnectSecurely(options).Dispose());
        AssertServes(server);
    }

    [Fact]
    public void PlainRequest_IsToldWhatThePortSpeaks()
    {
        using TestServer server = new(Options);
        using TestClient client = new(server.Host.EndPoint);
        TestResponse response = client.Get("/ping");
        Assert.Equal((400, "this port speaks https\n", "close"), (response.Status, response.Body, response.Field("Connection")));
        Assert.True(client.IsEnded());
        AssertServes(server);
    }

    [Fact]
    public void PlainUpload_GetsItsAnswerBeforeAnyReset()
    {
        using TestServer server = new(Options);
        using TestClient client = new(server.Host.EndPoint);
        client.Send($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 700000\r\n\r\n{new string('x', 700_000)}");
        Assert.Equal(400, client.ReadResponse().Status);
        client.EndSending();
        Assert.True(client.IsEnded());
        AssertServes(server);
    }

    [Fact]
    public void Handshake_CutOffAnywhere_LeavesNothingBehind()
    {
        using TestServer server = new(Options);
        SslClientAuthenticationOptions options = TestClient.AnyServer();
        options.AllowTlsResume = false; // A resumed session is shorter.
        int total;
        using (TestClient recorded = new(server.Host.EndPoint))
        {
            List<byte> sent = [];
            using SslStream ssl = new(new CuttingStream(recorded.Socket, sent, int.MaxValue));
            ssl.AuthenticateAsClient(options);
            ssl.Write("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"u8);
            Assert.True(ssl.Read(new byte[1024]) > 0);
            total = sent.Count;
        }
        for (int cut = 0; cut < total; cut += cut < 16 ? 1 : 11)
        {
            using TestClient client = new(server.Host.EndPoint);
            using SslStream ssl = new(new CuttingStream(client.Socket, [], cut));
            try
            {
                ssl.AuthenticateAsClient(options);
                ssl.Write("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"u8);
                ssl.ReadExactly(new byte[1]);
                Assert.Fail($"answered after {cut} bytes of {total}");
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException)
            {
                // Cut off, as it should be.
            }
        }
        AssertServes(server);
        Assert.True(SpinWait.SpinUntil(() => server.Host.ConnectionCount == 0, s_patience), $"{server.Host.ConnectionCount} connections are left");
    }

    [Fact]
    public void Handshake_Garbage_EndsTheConnectionOnly()
    {
        using TestServer server = new(Options);
        const int seed = 41;
        Random random = new(seed);
        for (int i = 0; i < 200; i++)
        {
            using TestClient client = new(server.Host.EndPoint);
            byte[] bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);
            if (i % 2 == 0) bytes[0] = 0x16;
            // Some look like records of a version, with a length.
            if (i % 4 == 0 && bytes.Length > 5) (bytes[1], bytes[2], bytes[3]) = (3, (byte)random.Next(5), (byte)random.Next(2));
            client.Send(bytes);
            client.Socket.Shutdown(SocketShutdown.Send);
            try
            {
                client.ReadToEnd();
            }
            catch (SocketException exception)
            {
                Assert.True(exception.SocketErrorCode == SocketError.ConnectionReset, $"seed {seed}, client {i}: {exception.SocketErrorCode}");
            }
        }
        AssertServes(server);
        Assert.True(SpinWait.SpinUntil(() => server.Host.ConnectionCount == 0, s_patience), $"seed {seed}");
    }

    [Fact]
    public void Records_ChangedOnTheWay_EndTheConnectionOnly()
    {
        using TestServer server = new(Options);
        List<byte> sent = [];
        using TestClient client = new(server.Host.EndPoint);
        using SslStream ssl = new(new CuttingStream(client.Socket, sent, int.MaxValue));
        ssl.AuthenticateAsClient(TestClient.AnyServer());
        client.Send([0x17, 3, 3, 0, 32, .. new byte[32]]);
        Assert.ThrowsAny<IOException>(() => ssl.ReadExactly(new byte[1]));
        AssertServes(server);
        Assert.True(SpinWait.SpinUntil(() => server.Host.ConnectionCount == 0, s_patience));
    }

    [Fact]
    public void Handshake_ThatDoesNotEnd_IsCutOffAndHoldsNobodyUp()
    {
        using TestServer server = new(Options with { HeaderTimeoutMs = 300 });
        TestClient[] stuck = Enumerable.Range(0, 20).Select(_ => new TestClient(server.Host.EndPoint)).ToArray();
        for (int i = 0; i < stuck.Length; i++)
        {
            if (i % 2 == 0) stuck[i].Send([0x16, 3, 1]);
        }
        AssertServes(server);
        foreach (TestClient client in stuck)
        {
            Assert.Equal("", client.ReadToEnd());
            client.Dispose();
        }
        Assert.True(SpinWait.SpinUntil(() => server.Host.ConnectionCount == 0, s_patience));
    }

    [Fact]
    public void Handshakes_ThatDoNotEnd_CountAsConnections()
    {
        using TestServer server = new(Options with { MaxConnections = 2 });
        using TestClient first = new(server.Host.EndPoint);
        using TestClient second = new(server.Host.EndPoint);
        Assert.True(SpinWait.SpinUntil(() => server.Host.ConnectionCount == 2, s_patience));
        using TestClient third = server.Connect();
        Assert.Equal(503, third.ReadResponse().Status);
    }

    [Fact]
    public void Stop_DuringHandshakes_DropsThem()
    {
        TestServer server = new(Options);
        using TestClient silent = new(server.Host.EndPoint);
        using TestClient begun = new(server.Host.EndPoint);
        using TestClient kept = server.Connect();
        begun.Send([0x16, 3, 1]);
        Assert.Equal(200, kept.Get("/ping").Status);
        Assert.True(SpinWait.SpinUntil(() => server.Host.ConnectionCount == 3, s_patience));
        server.Dispose();
        Assert.Equal(0, server.Host.ConnectionCount);
        Assert.Equal("", silent.ReadToEnd());
        Assert.Equal("", begun.ReadToEnd());
        Assert.True(kept.IsEnded());
    }

    // The end that TLS itself protects comes before the one of TCP, or a client could not tell a cut answer from a whole one.
    [Fact]
    public void Close_SendsTheEndOfTlsFirst()
    {
        using TestServer server = new(Options);
        using TestClient client = server.Connect();
        Assert.Equal(200, client.Get("/ping", "Connection: close\r\n").Status);
        Assert.Equal(0, client.Tls!.Read(new byte[16]));
    }

    [Fact]
    public void BothPorts_AreServedSideBySide()
    {
        using TestServer server = new(Options with { HttpsPort = 0 });
        Assert.Equal([$"http://{server.Host.EndPoint}", $"https://{server.Host.HttpsEndPoint}"], server.Host.Addresses);
        using TestClient plain = new(server.Host.EndPoint);
        using TestClient secure = server.ConnectSecurely();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("Ok\n", plain.Get("/ping").Body);
            Assert.Equal("Ok\n", secure.Get("/ping").Body);
        }
        Assert.Equal(2, server.Host.ConnectionCount);
    }

    [Fact]
    public void Cookies_OfEncryptedConnections_AreSecure()
    {
        using TestServer server = new(Options with { Auth = true, InMemory = true, HttpsPort = 0 });
        string field = $"Authorization: Bearer {server.Host.FirstKey}\r\n";
        using TestClient plain = new(server.Host.EndPoint);
        using TestClient secure = server.ConnectSecurely();
        Assert.Equal(401, secure.Get("/whoami").Status);
        Assert.DoesNotContain("; Secure", plain.Post("/auth/session", "", field).Field("Set-Cookie"));
        Assert.Contains("; Secure", secure.Post("/auth/session", "", field).Field("Set-Cookie"));
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    [InlineData(64_000_000)]
    public void Bodies_OfAllSizes_ArriveWhole(int length)
    {
        using TestServer server = new(Options);
        using TestClient client = server.Connect();
        byte[] data = new Random(length).GetItems("abcdefgh\n"u8, length);
        client.Send($"POST /?query=INSERT+INTO+t+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n");
        Assert.Equal(100, client.ReadResponse().Status);
        client.Send(data);
        Assert.Equal(200, client.ReadResponse().Status);
        Assert.True(Encoding.ASCII.GetString(data) == server.Engine.LastData);
        client.Send($"POST /?query=INSERT+INTO+t+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{Math.Min(length, 1_000_000):x}\r\n");
        data = data[..Math.Min(length, 1_000_000)];
        client.Send(data);
        client.Send("\r\n0\r\n\r\nHEAD /ping HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(200, client.ReadResponse().Status);
        Assert.True(Encoding.ASCII.GetString(data) == server.Engine.LastData);
        Assert.Equal(200, client.ReadResponse(isHead: true).Status);
    }

    // A client that has ended its side is probed with interim responses, which have to be encrypted like all else.
    [Fact]
    public async Task HalfClosedClient_IsProbedWithinTheEncryption()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using TestServer server = new(Options);
        server.Engine.On("SLOW", HttpConnectionTests.Slow(gate));
        using TestClient client = server.Connect();
        client.Send(HttpConnectionTests.Post("SLOW"));
        client.EndSending();
        Assert.Equal(102, client.ReadResponse().Status);
        gate.SetResult();
        Assert.Equal(200, client.ReadResponse().Status);
        Assert.True(client.IsEnded());
        await gate.Task;
    }

    // Everything has been handed to the kernel, whose buffers are full: the goodbye waits, and the answer must not be lost to a reset meanwhile.
    [Fact]
    public void HalfClosedClient_ThatReadsLate_GetsTheWholeAnswer()
    {
        using TestServer server = new(Options);
        const int rows = 400_000;
        server.Engine.On("LONG", ScriptedStatement.Result(FakeColumn.Int64("n", new long[rows])));
        for (int i = 0; i < 20; i++)
        {
            using TestClient client = server.Connect();
            client.Send(HttpConnectionTests.Post("LONG"));
            client.EndSending();
            Assert.True(SpinWait.SpinUntil(() => client.Socket.Available > 100_000, s_patience));
            Assert.Contains($"],\"rows\":{rows},", client.ReadResponse().Body);
            Assert.True(client.IsEnded());
        }
    }

    private static void AssertServes(TestServer server)
    {
        using TestClient client = server.Connect();
        Assert.Equal("Ok\n", client.Get("/ping").Body);
        Assert.DoesNotContain("internal error", server.Log.ToString());
    }

    /// <summary>A client's side of a connection that records what is sent and ends after a number of bytes.</summary>
    private sealed class CuttingStream(Socket socket, List<byte> sent, int most) : Stream
    {
        private readonly NetworkStream _stream = new(socket);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => _stream.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => _stream.Read(buffer);

        public override void Write(byte[] buffer, int offset, int count)
        {
            int kept = Math.Min(count, most - sent.Count);
            sent.AddRange(buffer.AsSpan(offset, kept));
            _stream.Write(buffer, offset, kept);
            if (kept < count) socket.Shutdown(SocketShutdown.Send);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) _stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
