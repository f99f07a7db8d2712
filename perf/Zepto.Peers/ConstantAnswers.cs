using System.Text;

namespace Zepto.Peers;

/// <summary>
/// Whole responses, head and body, that a peer gives. In a measurement they are recorded from zepto_server, so that every server sends the same
/// bytes.
/// </summary>
/// <param name="Ping">Response to GET /ping.</param>
/// <param name="Post">Response to POST /.</param>
internal sealed record ConstantAnswers(byte[] Ping, byte[] Post)
{
    /// <summary>Responses like zepto_server's, for a peer on its own.</summary>
    public static ConstantAnswers Default { get; } = new(
        Make("text/plain; charset=utf-8", "Ok\n"),
        Make("application/json", """{"columns":["vwap(price, volume)","count(*)"],"data":[[15037.2,1000]],"rows":1,"execution_time_us":12.345}"""));

    public static ConstantAnswers Read(string pingFile, string postFile) => new(File.ReadAllBytes(pingFile), File.ReadAllBytes(postFile));

    /// <summary>The part of a response after its head.</summary>
    public static byte[] BodyOf(byte[] response) => response[(response.AsSpan().IndexOf("\r\n\r\n"u8) + 4)..];

    private static byte[] Make(string contentType, string body) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nX-Request-Id: r0000000000000001\r\nContent-Type: {contentType}\r\n"
        + $"Content-Length: {body.Length}\r\n\r\n{body}");
}
