using System.Text;

namespace Zepto.Query.Expressions;

/// <summary>LIKE over UTF-8: `%` is any run, `_` one code point, `\` takes the next character as itself.</summary>
internal static class LikePattern
{
    /// <summary>Whether the whole text matches.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="pattern">UTF-8.</param>
    /// <param name="ignoreCase">ASCII letters match in either case.</param>
    public static bool Matches(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, bool ignoreCase)
    {
        var t = 0;
        var p = 0;
        // Where to go on after a mismatch: behind the last `%`, one code point further in the text.
        var resumePattern = -1;
        var resumeText = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '%')
            {
                resumePattern = ++p;
                resumeText = t;
                if (p == pattern.Length)
                    return true;
                continue;
            }

            if (p < pattern.Length && Step(text, ref t, pattern, ref p, ignoreCase))
                continue;
            if (resumePattern < 0)
                return false;
            p = resumePattern;
            resumeText += CodePoints.LengthAt(text, resumeText);
            t = resumeText;
        }

        while (p < pattern.Length && pattern[p] == '%')
            p++;
        return p == pattern.Length;
    }

    private static bool Step(ReadOnlySpan<byte> text, ref int t, ReadOnlySpan<byte> pattern, ref int p, bool ignoreCase)
    {
        var c = pattern[p];
        if (c == '_')
        {
            t += CodePoints.LengthAt(text, t);
            p++;
            return true;
        }

        var escaped = c == '\\' && p + 1 < pattern.Length;
        if (escaped)
            c = pattern[p + 1];
        if (c != text[t] && !(ignoreCase && Lower(c) == Lower(text[t])))
            return false;
        t++;
        p += escaped ? 2 : 1;
        return true;
    }

    private static byte Lower(byte c) => c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c | 0x20) : c;
}

/// <summary>Code points of UTF-8; a stray byte counts as one.</summary>
internal static class CodePoints
{
    /// <summary>Code points of a text.</summary>
    public static long Count(ReadOnlySpan<byte> text)
    {
        long count = 0;
        foreach (var b in text)
            count += (b & 0xC0) != 0x80 ? 1 : 0;
        return count;
    }

    /// <summary>Bytes of the code point at an offset; at least 1.</summary>
    public static int LengthAt(ReadOnlySpan<byte> text, int offset)
    {
        var end = offset + 1;
        while (end < text.Length && (text[end] & 0xC0) == 0x80)
            end++;
        return end - offset;
    }

    /// <summary>Byte offset after so many code points, at most the text's length.</summary>
    public static int Skip(ReadOnlySpan<byte> text, int offset, long count)
    {
        while (count-- > 0 && offset < text.Length)
            offset += LengthAt(text, offset);
        return offset;
    }
}
