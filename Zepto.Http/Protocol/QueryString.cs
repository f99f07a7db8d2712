namespace Zepto.Http.Protocol;

/// <summary>Finds parameters in the query part of a target: <c>name=value</c> pairs joined by ampersands.</summary>
public static class QueryString
{
    private const int MaxNameBytes = 128;

    /// <summary>Finds the first parameter of this name.</summary>
    /// <param name="query">Query part as sent, without the question mark.</param>
    /// <param name="name">Decoded name, at most 128 bytes.</param>
    /// <param name="encodedValue">Its value, still percent-encoded; empty when there is no equals sign.</param>
    public static bool TryFind(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> encodedValue)
    {
        while (!query.IsEmpty)
        {
            int ampersand = query.IndexOf((byte)'&');
            ReadOnlySpan<byte> pair = ampersand < 0 ? query : query[..ampersand];
            query = ampersand < 0 ? default : query[(ampersand + 1)..];
            int equals = pair.IndexOf((byte)'=');
            if (IsNamed(equals < 0 ? pair : pair[..equals], name))
            {
                encodedValue = equals < 0 ? default : pair[(equals + 1)..];
                return true;
            }
        }
        encodedValue = default;
        return false;
    }

    private static bool IsNamed(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> name)
    {
        if (!encoded.ContainsAny((byte)'%', (byte)'+')) return encoded.SequenceEqual(name);
        if (encoded.Length > MaxNameBytes * 3) return false;
        Span<byte> decoded = stackalloc byte[MaxNameBytes * 3];
        return PercentCoding.TryDecode(encoded, decoded, plusIsSpace: true, out int length) && decoded[..length].SequenceEqual(name);
    }
}
