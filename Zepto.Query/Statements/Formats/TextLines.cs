namespace Zepto.Query.Statements.Formats;

/// <summary>Lines of text formats.</summary>
internal static class TextLines
{
    /// <summary>Skips one line end, LF or CRLF, at an offset.</summary>
    public static bool TrySkipEmpty(ReadOnlySpan<byte> data, ref int at)
    {
        if (data[at] == '\n')
        {
            at++;
            return true;
        }

        if (data[at] != '\r' || at + 1 >= data.Length || data[at + 1] != '\n')
            return false;
        at += 2;
        return true;
    }
}
