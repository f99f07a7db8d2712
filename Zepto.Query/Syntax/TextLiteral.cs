namespace Zepto.Query.Syntax;

/// <summary>Reads the contents of quoted tokens.</summary>
public static class TextLiteral
{
    /// <summary>
    /// Writes the contents of a single-quoted token to <paramref name="destination"/> and returns their length in bytes, -1 when they do not
    /// fit (the token's length always suffices). `''`, `\'`, `\\`, `\"`, `\n`, `\t`, `\r`, `\0` are escapes; a backslash before anything else
    /// stands for itself, so that LIKE patterns may contain `\%`.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> token, Span<byte> destination)
    {
        var body = token[1..^1];
        var length = 0;
        for (var i = 0; i < body.Length; i++)
        {
            var b = body[i];
            if (b == '\'')
            {
                i++;
            }
            else if (b == '\\' && i + 1 < body.Length && Unescape(body[i + 1], out var meant))
            {
                b = meant;
                i++;
            }

            if (length == destination.Length)
                return -1;
            destination[length++] = b;
        }

        return length;
    }

    /// <summary>The contents of a single-quoted token.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> token)
    {
        var bytes = new byte[token.Length];
        var length = Decode(token, bytes);
        return bytes.AsSpan(0, length).ToArray();
    }

    private static bool Unescape(byte escaped, out byte meant)
    {
        meant = escaped switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'t' => (byte)'\t',
            (byte)'r' => (byte)'\r',
            (byte)'0' => 0,
            _ => escaped,
        };
        return meant != escaped || escaped is (byte)'\\' or (byte)'\'' or (byte)'"';
    }
}
