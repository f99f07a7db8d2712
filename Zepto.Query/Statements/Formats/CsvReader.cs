using Zepto.Query.Syntax;

namespace Zepto.Query.Statements.Formats;

/// <summary>
/// Reads CSV (RFC 4180): lines end with LF or CRLF, a field in double or single quotes may hold anything, a doubled quote in it stands for one. An
/// empty field without quotes takes the column's default, \N is NULL, blanks around a field do not count. Empty lines are skipped unless rows
/// have one field. One thread at a time.
/// </summary>
internal sealed class CsvReader(RowBatchBuilder builder, InputColumns columns, ScratchBytes scratch)
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
                at = ReadField(data, at, fields[i], row);
                if (i == fields.Length - 1)
                    break;
                if (at == data.Length || data[at] != ',')
                    throw columns.MissingFields(row, i + 1);
                at++;
            }

            if (at < data.Length && data[at] == ',')
                throw columns.SurplusFields(row);
            at++;
            row++;
        }

        return row;
    }

    /// <summary>Stores the field at an offset and gives the offset of what ends it: a comma, a line feed, the end.</summary>
    private int ReadField(ReadOnlySpan<byte> data, int at, int column, int row)
    {
        if (at < data.Length && data[at] <= ' ')
            at = SkipBlanks(data, at);
        if (at < data.Length && data[at] is (byte)'"' or (byte)'\'')
        {
            var text = Quoted(data, ref at, out var problem);
            if (problem is not null)
                throw builder.AtValue(SqlException.Value(problem), column, row);
            builder.StoreField(text, column, row);
            return at;
        }

        var field = Unquoted(data, ref at);
        if (field.IsEmpty)
            builder.StoreDefault(column, row);
        else if (field is [(byte)'\\', (byte)'N'])
            builder.StoreNull(column, row);
        else
            builder.StoreField(field, column, row);
        return at;
    }

    private int ReadNames(ReadOnlySpan<byte> data, int at)
    {
        do
        {
            at = SkipBlanks(data, at);
            columns.AddName(HeaderField(data, ref at));
        }
        while (at < data.Length && data[at++] == ',');
        columns.EndNames();
        return at;
    }

    // Values are read as the columns' own types; a text is no shorter for being said to be another one.
    private int SkipTypes(ReadOnlySpan<byte> data, int at)
    {
        if (at >= data.Length)
            throw SqlException.Value("The header has no line of types");
        do
        {
            at = SkipBlanks(data, at);
            HeaderField(data, ref at);
        }
        while (at < data.Length && data[at++] == ',');
        return at;
    }

    private ReadOnlySpan<byte> HeaderField(ReadOnlySpan<byte> data, ref int at)
    {
        if (at == data.Length || data[at] is not ((byte)'"' or (byte)'\''))
            return Unquoted(data, ref at);
        var name = Quoted(data, ref at, out var problem);
        return problem is null ? name : throw SqlException.Value($"In the header {problem}");
    }

    private static ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> data, ref int at)
    {
        var rest = data[at..];
        var length = rest.IndexOfAny((byte)',', (byte)'\n');
        if (length < 0)
            length = rest.Length;
        at += length;
        var field = rest[..length];
        return length > 0 && field[^1] <= ' ' ? field.TrimEnd(" \t\r"u8) : field;
    }

    private ReadOnlySpan<byte> Quoted(ReadOnlySpan<byte> data, ref int at, out string? problem)
    {
        problem = null;
        var quote = data[at];
        var start = at + 1;
        var end = start;
        var doubled = 0;
        while (true)
        {
            var found = data[end..].IndexOf(quote);
            if (found < 0)
            {
                problem = "a quote is not closed";
                return default;
            }

            end += found;
            if (end + 1 == data.Length || data[end + 1] != quote)
                break;
            doubled++;
            end += 2;
        }

        at = SkipBlanks(data, end + 1);
        if (at < data.Length && data[at] is not ((byte)',' or (byte)'\n'))
            problem = "text follows a closing quote";
        var text = data[start..end];
        return doubled == 0 ? text : WithoutDoubled(text, quote, doubled);
    }

    private ReadOnlySpan<byte> WithoutDoubled(ReadOnlySpan<byte> text, byte quote, int doubled)
    {
        var target = scratch.Take(text.Length - doubled);
        var rest = target;
        while (true)
        {
            var found = text.IndexOf(quote);
            if (found < 0)
                break;
            text[..(found + 1)].CopyTo(rest);
            rest = rest[(found + 1)..];
            text = text[(found + 2)..];
        }

        text.CopyTo(rest);
        return target;
    }

    /// <summary>Skips blanks and tabs, and the CR before a line feed or the end.</summary>
    private static int SkipBlanks(ReadOnlySpan<byte> data, int at)
    {
        while (at < data.Length && data[at] is (byte)' ' or (byte)'\t')
            at++;
        return at < data.Length && data[at] == '\r' && (at + 1 == data.Length || data[at + 1] == '\n') ? at + 1 : at;
    }
}
