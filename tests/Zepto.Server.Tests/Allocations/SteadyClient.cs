using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zepto.Server.Tests.Allocations;

/// <summary>A client over a raw socket that allocates nothing while it asks, so that what a measurement shows is the server's.</summary>
internal sealed class SteadyClient : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[256 * 1024];

    public SteadyClient(IPEndPoint endPoint)
    {
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000 };
        _socket.Connect(endPoint);
    }

    /// <summary>The last answer's body as text.</summary>
    public string LastBody => Encoding.UTF8.GetString(_buffer, BodyStart, BodyLength);

    private int BodyStart { get; set; }

    private int BodyLength { get; set; }

    /// <summary>Sends a request and reads its answer, which has to have a Content-Length; gives its status.</summary>
    public int Exchange(byte[] request)
    {
        _socket.Send(request);
        var received = 0;
        int headEnd;
        while ((headEnd = _buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8)) < 0)
            received += Receive(received);
        BodyStart = headEnd + 4;
        BodyLength = ContentLength(_buffer.AsSpan(0, headEnd));
        while (received < BodyStart + BodyLength)
            received += Receive(received);
        return Utf8Parser.TryParse(_buffer.AsSpan("HTTP/1.1 ".Length, 3), out int status, out _) ? status : -1;
    }

    public void Dispose() => _socket.Dispose();

    private int Receive(int received)
    {
        var count = _socket.Receive(_buffer, received, _buffer.Length - received, SocketFlags.None);
        return count > 0 ? count : throw new EndOfStreamException("the server ended the connection");
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        var start = head.IndexOf(name);
        if (start < 0 || !Utf8Parser.TryParse(head[(start + name.Length)..], out int length, out _))
            throw new InvalidDataException("an answer without Content-Length");
        return length;
    }
}
