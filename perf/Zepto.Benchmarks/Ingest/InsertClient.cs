using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zepto.Benchmarks.Ingest;

/// <summary>
/// A bare HTTP client on one connection: it sends requests that were prepared beforehand and reads just enough of an answer to know that it was
/// a success, so that what is timed is the server.
/// </summary>
internal sealed class InsertClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[16 << 10];

    public InsertClient(Uri url) => _socket.Connect(IPAddress.Parse(url.Host), url.Port);

    /// <summary>The bytes of a request that runs a statement, data behind it included.</summary>
    public static byte[] Prepare(ReadOnlySpan<byte> body) =>
        [.. Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"), .. body];

    /// <summary>The bytes of a request that runs a statement.</summary>
    public static byte[] Prepare(string sql) => Prepare(Encoding.UTF8.GetBytes(sql));

    /// <summary>Sends a prepared request and waits for its answer; throws when that is an error.</summary>
    public void Send(ReadOnlySpan<byte> request)
    {
        while (!request.IsEmpty)
            request = request[_socket.Send(request)..];
        var length = 0;
        while (!IsWhole(_answer.AsSpan(0, length)))
        {
            var received = _socket.Receive(_answer.AsSpan(length));
            if (received == 0)
                throw new InvalidOperationException("the server closed the connection");
            length += received;
        }

        var answer = _answer.AsSpan(0, length);
        if (!answer.StartsWith("HTTP/1.1 200 "u8) || answer.IndexOf("\"error\""u8) >= 0)
            throw new InvalidOperationException($"the server refused: {Encoding.UTF8.GetString(answer)}");
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        var field = answer[..head].IndexOf("Content-Length: "u8);
        if (field < 0 || !Utf8Parser.TryParse(answer[(field + 16)..], out int bodyBytes, out _))
            throw new InvalidOperationException("the answer to an INSERT has no length");
        return answer.Length >= head + 4 + bodyBytes;
    }
}
