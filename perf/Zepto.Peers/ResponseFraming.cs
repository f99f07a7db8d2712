using System.Buffers.Text;

namespace Zepto.Peers;

/// <summary>Where a response with a Content-Length ends.</summary>
internal static class ResponseFraming
{
    /// <summary>Takes a whole response from the beginning of what has arrived.</summary>
    /// <returns>Whether there is a whole one, <paramref name="length"/> bytes long.</returns>
    /// <exception cref="InvalidOperationException">It is no 200 or has no Content-Length.</exception>
    public static bool TryTake(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        var headEnd = bytes.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return false;
        var head = bytes[..headEnd];
        if (!head.StartsWith("HTTP/1.1 200 "u8))
            throw new InvalidOperationException($"not a success: {System.Text.Encoding.ASCII.GetString(head)}");
        var field = head.IndexOf("\r\nContent-Length: "u8);
        if (field < 0 || !Utf8Parser.TryParse(head[(field + 18)..], out int bodyBytes, out _))
            throw new InvalidOperationException($"no Content-Length: {System.Text.Encoding.ASCII.GetString(head)}");
        length = headEnd + 4 + bodyBytes;
        return length <= bytes.Length;
    }
}
