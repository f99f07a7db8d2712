using System.Buffers;
using System.Text;
using Zepto.Load.Columns;
using Zepto.Load.Csv;

namespace Zepto.Load.Sending;

/// <summary>
/// Turns the rows of one file into INSERT … FORMAT CSV statements with their data. Values are checked here, so that an error can name line and column; what is left
/// to the server is what only it knows.
/// </summary>
internal sealed class StatementWriter
{
    private readonly string _path;
    private readonly CsvHeader _header;
    private readonly ColumnKind[] _kinds;
    private readonly string[] _types;
    private readonly byte[] _start;

    /// <summary>Maps the header to the table's columns by name; a LoadException names what the table does not have.</summary>
    public StatementWriter(string path, CsvHeader header, string table, IReadOnlyList<TableColumn> columns)
    {
        _path = path;
        _header = header;
        _kinds = new ColumnKind[header.Names.Length];
        _types = new string[header.Names.Length];
        for (var i = 0; i < _kinds.Length; i++)
        {
            var column = columns.FirstOrDefault(c => c.Name == header.Names[i])
                ?? throw new LoadException($"{path}:1: column {header.Names[i]} is not in table {table}, which has {string.Join(", ", columns.Select(c => c.Name))}");
            (_kinds[i], _types[i]) = (column.Kind, column.Type);
        }

        _start = Encoding.UTF8.GetBytes($"INSERT INTO {SqlNames.Quote(table)} ({string.Join(", ", header.Names.Select(SqlNames.Quote))}) FORMAT CSV\n");
    }

    /// <summary>Adds the reader's current row; a LoadException names line and column of a value that does not fit, and nothing is added.</summary>
    public void Add(CsvReader reader, InsertBatch statement)
    {
        _header.CheckFieldCount(reader);
        for (var i = 0; i < _kinds.Length; i++)
            Check(reader, i);
        var text = statement.Text;
        if (statement.RowCount == 0)
        {
            text.Write(_start);
            (statement.Path, statement.FirstLine) = (_path, reader.Line);
        }

        for (var i = 0; i < _kinds.Length; i++)
        {
            if (i > 0)
                text.Write(","u8);
            if (reader.IsNull(i))
                text.Write("\\N"u8);
            else
                Write(text, _kinds[i], reader.Value(i));
        }

        text.Write("\n"u8);
        statement.RowCount++;
        statement.LastLine = reader.Line;
    }

    private void Check(CsvReader reader, int index)
    {
        if (reader.IsNull(index))
            return;
        var value = reader.Value(index);
        var fits = _kinds[index] switch
        {
            ColumnKind.Integer => ValueForms.IsInteger(value),
            ColumnKind.Float => ValueForms.IsFloat(value),
            ColumnKind.Timestamp => ValueForms.IsTimestamp(value),
            ColumnKind.Boolean => ValueForms.TryBoolean(value, out _),
            _ => true,
        };
        if (!fits)
            throw new LoadException($"{_path}:{reader.Line}: column {_header.Names[index]}: '{Shortened(value)}' is no {_types[index]}");
    }

    private static void Write(ArrayBufferWriter<byte> text, ColumnKind kind, ReadOnlySpan<byte> value)
    {
        switch (kind)
        {
            case ColumnKind.Text:
                WriteText(text, value);
                break;
            case ColumnKind.Boolean:
                ValueForms.TryBoolean(value, out var literal);
                text.Write(literal);
                break;
            default:
                text.Write(value);
                break;
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> text, ReadOnlySpan<byte> value)
    {
        text.Write("\""u8);
        while (true)
        {
            var quote = value.IndexOf((byte)'"');
            if (quote < 0)
                break;
            text.Write(value[..(quote + 1)]);
            text.Write("\""u8);
            value = value[(quote + 1)..];
        }

        text.Write(value);
        text.Write("\""u8);
    }

    private static string Shortened(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value[..Math.Min(value.Length, 64)]).ReplaceLineEndings(" ");
        return value.Length > 64 ? text + "…" : text;
    }
}
