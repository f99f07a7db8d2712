using Zepto.Query.Syntax;

namespace Zepto.Query.Statements.Formats;

/// <summary>
/// Reads tab-separated text: one row a line, LF or CRLF, \N for NULL, and backslash escapes for what would end a field. Empty lines are skipped
/// unless rows have one field. One thread at a time.
/// </summary>
internal sealed class TabSeparatedReader(RowBatchBuilder builder, InputColumns columns, ScratchBytes scratch)
{
    /// <summary>Reads all data into the builder's batch and gives the number of rows. Throws SqlException.</summary>
    public int Read(ReadOnlySpan<byte> data, InputHeader header)
    {
        var at = data.StartsWith("\uFEFF"u8) ? 3 : 0;
        if (header != InputHeader.None)
            at = ReadNames(data, at);
        if (header == InputHeader.NamesAndTypes)
            at = SkipTypes(data, at);
        var fields = columns.Columns;
        var row = 0;
        while (at < data.Length)
        {
            if (fields.Length > 1 && TextLines.TrySkipEmpty(data, ref at))
                continue;
            builder.BeginRow(row, at, data.Length);
            for (var i = 0; i < fields.Length; i++)
            {
                ReadField(data, ref at, fields[i], row);
                if (i == fields.Length - 1)
                    break;
                if (at == data.Length || data[at] != '\t')
                    throw columns.MissingFields(row, i + 1);
                at++;
            }

            if (at < data.Length && data[at] == '\t')
                throw columns.SurplusFields(row);
            at++;
            row++;
        }

        return row;
    }

    private void ReadField(ReadOnlySpan<byte> data, ref int at, int column, int row)
    {
        var field = NextField(data, ref at, out var hasEscapes);
        if (!hasEscapes)
            builder.StoreField(field, column, row);
        else if (field is [(byte)'\\', (byte)'N'])
            builder.StoreNull(column, row);
        else
            builder.StoreField(Unescape(field), column, row);
    }

    private int ReadNames(ReadOnlySpan<byte> data, int at)
    {
        do
        {
            var name = NextField(data, ref at, out var hasEscapes);
            columns.AddName(hasEscapes ? Unescape(name) : name);
        }
        while (at < data.Length && data[at++] == '\t');
        columns.EndNames();
        return at;
    }

    // Values are read as the columns' own types; a text is no shorter for being said to be another one.
    private static int SkipTypes(ReadOnlySpan<byte> data, int at)
    {
        if (at >= data.Length)
            throw SqlException.Value("The header has no line of types");
        var length = data[at..].IndexOf((byte)'\n');
        return length < 0 ? data.Length : at + length + 1;
    }

    /// <summary>The field at an offset, which is moved to what ends it: a tab, a line feed, the end.</summary>
    private static ReadOnlySpan<byte> NextField(ReadOnlySpan<byte> data, ref int at, out bool hasEscapes)
    {
        var start = at;
        hasEscapes = false;
        while (true)
        {
            var length = data[at..].IndexOfAny((byte)'\t', (byte)'\n', (byte)'\\');
            at = length < 0 ? data.Length : at + length;
            if (at == data.Length || data[at] != '\\')
                break;
            hasEscapes = true;
            at = Math.Min(at + 2, data.Length);
        }

        var field = data[start..at];
        return field.Length > 0 && field[^1] == '\r' && (at == data.Length || data[at] == '\n') ? field[..^1] : field;
    }

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> field)
    {
        var target = scratch.Take(field.Length);
        var length = 0;
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != '\\' || i + 1 == field.Length)
            {
                target[length++] = field[i];
                continue;
            }

            var escaped = field[++i];
            if (escaped == 'x' && i + 2 < field.Length && char.IsAsciiHexDigit((char)field[i + 1]) && char.IsAsciiHexDigit((char)field[i + 2]))
            {
                target[length++] = (byte)((HexDigit(field[i + 1]) << 4) | HexDigit(field[i + 2]));
                i += 2;
                continue;
            }

            var meant = Meaning(escaped);
            // A backslash before anything else stands for itself.
            if (meant < 0)
                target[length++] = (byte)'\\';
            target[length++] = meant < 0 ? escaped : (byte)meant;
        }

        return target[..length];
    }

    private static int Meaning(byte escaped) => escaped switch
    {
        (byte)'b' => '\b',
        (byte)'f' => '\f',
        (byte)'n' => '\n',
        (byte)'r' => '\r',
        (byte)'t' => '\t',
        (byte)'0' => 0,
        (byte)'\'' or (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'\t' or (byte)'\n' => escaped,
        _ => -1,
    };

    private static int HexDigit(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
