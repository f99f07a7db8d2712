using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Zepto.Http.Hosting;
using Zepto.Http.Monitoring;

namespace Zepto.Http.Tests.Fakes;

/// <summary>The real host on a real port, with a fake engine.</summary>
internal sealed class TestServer : IDisposable
{
    private readonly bool _isSecure;

    public TestServer(ServerOptions? options = null, FakeRunner? engine = null, ISnapshotPace? pace = null)
    {
        _isSecure = options is { HasTls: true, HttpsPort: null };
        Engine = engine ?? new FakeRunner();
        Log = new StringWriter();
        Host = ZeptoServerHost.Start((options ?? new ServerOptions()) with { Port = 0 }, Engine,
            new ServerLog(TextWriter.Synchronized(Log), LogFormat.Text, LogLevel.Debug), pace: pace);
    }

    public FakeRunner Engine { get; }

    public StringWriter Log { get; }

    public ZeptoServerHost Host { get; }

    /// <summary>A client of --port, over TLS when that is what it speaks.</summary>
    public TestClient Connect() => _isSecure ? ConnectSecurely() : new TestClient(Host.EndPoint);

    /// <summary>A client of the port with TLS.</summary>
    public TestClient ConnectSecurely(SslClientAuthenticationOptions? options = null) => new(Host.HttpsEndPoint, options ?? TestClient.AnyServer());

    public void Dispose() => Host.Dispose();
}

/// <summary>A blocking client that shows bytes as they are.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly List<byte> _received = [];
    private readonly byte[] _buffer = new byte[64 * 1024];

    public TestClient(IPEndPoint endPoint, SslClientAuthenticationOptions? tls = null)
    {
        Socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000, SendTimeout = 20_000 };
        Socket.Connect(endPoint);
        if (tls is null) return;
        Tls = new SslStream(new NetworkStream(Socket));
        try
        {
            Tls.AuthenticateAsClient(tls);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Socket Socket { get; }

    /// <summary>Null without TLS.</summary>
    public SslStream? Tls { get; }

    /// <summary>Options of a client that does not look at the server's certificate.</summary>
    public static SslClientAuthenticationOptions AnyServer(X509Certificate2? certificate = null) => new()
    {
        TargetHost = "localhost",
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        // Sent whatever the server says it wants.
        LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
    };

    /// <summary>Says that nothing more comes.</summary>
    public void EndSending()
    {
        Tls?.ShutdownAsync().GetAwaiter().GetResult();
        Socket.Shutdown(SocketShutdown.Send);
    }

    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public void Send(ReadOnlySpan<byte> bytes)
    {
        Tls?.Write(bytes);
        while (Tls is null && !bytes.IsEmpty) bytes = bytes[Socket.Send(bytes)..];
    }

    /// <summary>Sends a request and reads its response.</summary>
    public TestResponse Ask(string request, bool isHead = false)
    {
        Send(request);
        return ReadResponse(isHead);
    }

    public TestResponse Post(string target, string body, string fields = "") =>
        Ask($"POST {target} HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n" + Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(body)));

    public TestResponse Get(string target, string fields = "") => Ask($"GET {target} HTTP/1.1\r\nHost: x\r\n{fields}\r\n");

    /// <summary>Reads one response, also an interim one.</summary>
    public TestResponse ReadResponse(bool isHead = false)
    {
        int headEnd;
        while ((headEnd = IndexOf("\r\n\r\n", 0)) < 0) ReceiveMore();
        string head = Text(0, headEnd);
        Take(headEnd + 4);
        TestResponse response = TestResponse.Parse(head);
        if (isHead || response.Status is 204 or < 200) return response;
        if (response.Field("Transfer-Encoding") == "chunked") response.Body = ReadChunks();
        else if (response.Field("Content-Length") is { } length) response.Body = ReadExactly(int.Parse(length));
        else response.Body = ReadToEnd();
        return response;
    }

    /// <summary>Everything until FIN.</summary>
    public string ReadToEnd()
    {
        while (TryReceive()) { }
        string all = Text(0, _received.Count);
        _received.Clear();
        return all;
    }

    /// <summary>Whether the server has ended the connection by FIN, with nothing left unread.</summary>
    public bool IsEnded() => ReadToEnd().Length == 0;

    public void Dispose()
    {
        Tls?.Dispose();
        Socket.Dispose();
    }

    private string ReadChunks()
    {
        StringBuilder body = new();
        while (true)
        {
            int lineEnd;
            while ((lineEnd = IndexOf("\r\n", 0)) < 0) ReceiveMore();
            int size = Convert.ToInt32(Text(0, lineEnd), 16);
            Take(lineEnd + 2);
            string chunk = ReadExactly(size);
            Assert.Equal("\r\n", ReadExactly(2));
            if (size == 0) return body.ToString();
            body.Append(chunk);
        }
    }

    private string ReadExactly(int count)
    {
        while (_received.Count < count) ReceiveMore();
        string text = Text(0, count);
        Take(count);
        return text;
    }

    private void ReceiveMore()
    {
        if (!TryReceive()) throw new EndOfStreamException("connection ended after: " + Text(0, Math.Min(_received.Count, 500)));
    }

    private bool TryReceive()
    {
        int count = Tls is null ? Socket.Receive(_buffer) : Tls.Read(_buffer);
        _received.AddRange(_buffer.AsSpan(0, count));
        return count > 0;
    }

    private string Text(int start, int count) => Encoding.UTF8.GetString(_received.GetRange(start, count).ToArray());

    private void Take(int count) => _received.RemoveRange(0, count);

    private int IndexOf(string text, int start)
    {
        int at = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received)[start..].IndexOf(Encoding.ASCII.GetBytes(text));
        return at < 0 ? -1 : start + at;
    }
}

internal sealed class TestResponse
{
    public required int Status { get; init; }

    public required Dictionary<string, string> Fields { get; init; }

    public string Body { get; set; } = "";

    public string? Field(string name) => Fields.GetValueOrDefault(name);

    public static TestResponse Parse(string head)
    {
        string[] lines = head.Split("\r\n");
        Assert.StartsWith("HTTP/1.1 ", lines[0]);
        Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            fields.Add(line[..colon], line[(colon + 2)..]);
        }
        return new TestResponse { Status = int.Parse(lines[0].AsSpan(9, 3)), Fields = fields };
    }
}
