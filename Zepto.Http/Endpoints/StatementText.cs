using System.Text;

namespace Zepto.Http.Endpoints;

/// <summary>The little of SQL that the HTTP interface has to see: whether a statement in the URL expects its rows in the body.</summary>
public static class StatementText
{
    /// <summary>Whether this is an INSERT that ends in <c>FORMAT name</c> or in <c>VALUES</c>, so that its rows are elsewhere.</summary>
    public static bool IsInsertWithoutRows(ReadOnlySpan<byte> sql)
    {
        ReadOnlySpan<byte> rest = SkipBlank(sql);
        if (rest.Length <= "INSERT"u8.Length || !Ascii.EqualsIgnoreCase(rest[.."INSERT"u8.Length], "INSERT"u8)) return false;
        while (!rest.IsEmpty && (IsSpace(rest[^1]) || rest[^1] == ';')) rest = rest[..^1];
        int nameLength = 0;
        while (nameLength < rest.Length && IsWord(rest[^(nameLength + 1)])) nameLength++;
        if (nameLength == 0) return false;
        bool isValues = Ascii.EqualsIgnoreCase(rest[^nameLength..], "VALUES"u8);
        rest = rest[..^nameLength];
        if (isValues) return EndsName(rest);
        if (rest.IsEmpty || !IsSpace(rest[^1])) return false;
        while (!rest.IsEmpty && IsSpace(rest[^1])) rest = rest[..^1];
        int keywordLength = "FORMAT"u8.Length;
        return rest.Length > keywordLength && Ascii.EqualsIgnoreCase(rest[^keywordLength..], "FORMAT"u8) && !IsWord(rest[^(keywordLength + 1)]);
    }

    // Whether the word after this is no name itself: it follows a column list or a name, not INTO or the dot of a qualified name.
    private static bool EndsName(ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty && IsSpace(rest[^1])) rest = rest[..^1];
        if (rest.IsEmpty || rest[^1] == '.') return false;
        int wordLength = 0;
        while (wordLength < rest.Length && IsWord(rest[^(wordLength + 1)])) wordLength++;
        return !Ascii.EqualsIgnoreCase(rest[^wordLength..], "INTO"u8);
    }

    // Skips white space and comments.
    private static ReadOnlySpan<byte> SkipBlank(ReadOnlySpan<byte> sql)
    {
        while (!sql.IsEmpty)
        {
            if (IsSpace(sql[0]))
            {
                sql = sql[1..];
                continue;
            }
            ReadOnlySpan<byte> end = sql.StartsWith("--"u8) ? "\n"u8 : sql.StartsWith("/*"u8) ? "*/"u8 : default;
            if (end.IsEmpty) return sql;
            int at = sql[2..].IndexOf(end);
            sql = at < 0 ? default : sql[(2 + at + end.Length)..];
        }
        return sql;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static bool IsWord(byte value) => char.IsAsciiLetterOrDigit((char)value) || value == '_';
}
