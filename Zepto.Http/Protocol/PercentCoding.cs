namespace Zepto.Http.Protocol;

/// <summary>Percent-decoding (RFC 3986, section 2.1), done exactly once per value.</summary>
public static class PercentCoding
{
    /// <summary>Decodes into <paramref name="destination"/>, which is at least as long as the source.</summary>
    /// <param name="source">Encoded bytes.</param>
    /// <param name="destination">Receives the decoded bytes.</param>
    /// <param name="plusIsSpace">True in query strings, false in paths.</param>
    /// <param name="writtenBytes">Length of the result.</param>
    /// <returns>False when a percent sign is not followed by two hexadecimal digits.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> source, Span<byte> destination, bool plusIsSpace, out int writtenBytes)
    {
        writtenBytes = 0;
        while (!source.IsEmpty)
        {
            int special = plusIsSpace ? source.IndexOfAny((byte)'%', (byte)'+') : source.IndexOf((byte)'%');
            int plain = special < 0 ? source.Length : special;
            source[..plain].CopyTo(destination[writtenBytes..]);
            writtenBytes += plain;
            if (special < 0) return true;
            if (source[special] == '+')
            {
                destination[writtenBytes++] = (byte)' ';
                source = source[(special + 1)..];
                continue;
            }
            if (source.Length - special < 3) return false;
            int high = HexValue(source[special + 1]);
            int low = HexValue(source[special + 2]);
            if ((high | low) < 0) return false;
            destination[writtenBytes++] = (byte)((high << 4) | low);
            source = source[(special + 3)..];
        }
        return true;
    }

    private static int HexValue(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
