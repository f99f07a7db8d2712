using System.Text.Json;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements.Formats;

/// <summary>
/// Reads JSONEachRow: one object a row, with white space between them or in one array. Keys come in any order; a column without a key takes its
/// default and a key without a column is ignored. Numbers may be quoted. One thread at a time.
/// </summary>
internal sealed class JsonRowsReader(RowBatchBuilder builder, InputColumns columns, ScratchBytes scratch)
{
    private static readonly JsonReaderOptions s_options = new() { AllowMultipleValues = true };

    /// <summary>For each column of the table the row, from 1, that gave it last.</summary>
    private int[] _givenBy = [];

    /// <summary>Reads all data into the builder's batch and gives the number of rows. Throws SqlException.</summary>
    public int Read(ReadOnlySpan<byte> data, int tableColumns)
    {
        if (_givenBy.Length < tableColumns)
            _givenBy = new int[tableColumns];
        _givenBy.AsSpan(0, tableColumns).Clear();
        var reader = new Utf8JsonReader(data, s_options);
        var row = 0;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                    ReadRow(ref reader, row++, data.Length);
                else if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.EndArray) || reader.CurrentDepth > 0)
                    throw SqlException.Value($"Row {row + 1}: {Shown(ref reader)} is no JSON object");
            }
        }
        catch (JsonException error)
        {
            throw SqlException.Value($"Row {Math.Max(row, 1)}: not valid JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1} of it");
        }

        return row;
    }

    private void ReadRow(ref Utf8JsonReader reader, int row, int allBytes)
    {
        builder.BeginRow(row, (int)reader.TokenStartIndex, allBytes);
        var fields = columns.Columns;
        var expected = 0;
        var given = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var column = FindColumn(ref reader, fields, ref expected, row);
            reader.Read();
            if (column < 0)
            {
                reader.Skip();
                continue;
            }

            if (_givenBy[column] == row + 1)
                throw builder.AtValue(SqlException.Value("the key stands twice"), column, row);
            _givenBy[column] = row + 1;
            given++;
            StoreValue(ref reader, column, row);
        }

        if (given == fields.Length)
            return;
        foreach (var column in fields)
        {
            if (_givenBy[column] != row + 1)
                builder.StoreDefault(column, row);
        }
    }

    /// <summary>The column of the key that the reader is at; -1 without one. Rows mostly have their keys in the order of the columns.</summary>
    private int FindColumn(ref Utf8JsonReader reader, ReadOnlySpan<int> fields, ref int expected, int row)
    {
        if (!reader.ValueIsEscaped && expected < fields.Length && columns.Name(fields[expected]).SequenceEqual(reader.ValueSpan))
            return fields[expected++];
        var found = columns.Find(reader.ValueIsEscaped ? Unescape(ref reader, row) : reader.ValueSpan);
        var at = fields.IndexOf(found);
        if (at >= 0)
            expected = at + 1;
        return found;
    }

    private void StoreValue(ref Utf8JsonReader reader, int column, int row)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                builder.StoreField(reader.ValueIsEscaped ? Unescape(ref reader, row) : reader.ValueSpan, column, row);
                break;
            case JsonTokenType.Number when !TypeNames.IsText(builder.TypeOf(column)):
                builder.StoreField(reader.ValueSpan, column, row);
                break;
            case JsonTokenType.Number:
                var end = 0;
                if (!NumberText.TryRead(reader.ValueSpan, ref end, out var number) || end != reader.ValueSpan.Length)
                    number = new InputValue { Type = ColumnType.Float64, Source = reader.ValueSpan };
                builder.Store(number, column, row);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                builder.Store(new InputValue { Type = ColumnType.Bool, Integer = reader.TokenType == JsonTokenType.True ? 1 : 0 }, column, row);
                break;
            case JsonTokenType.Null:
                builder.StoreNull(column, row);
                break;
            default:
                throw builder.AtValue(SqlException.Value($"{Shown(ref reader)} does not fit {TypeNames.Keyword(builder.TypeOf(column))}"), column, row);
        }
    }

    private ReadOnlySpan<byte> Unescape(ref Utf8JsonReader reader, int row)
    {
        var target = scratch.Take(reader.ValueSpan.Length);
        try
        {
            return target[..reader.CopyString(target)];
        }
        catch (InvalidOperationException)
        {
            throw SqlException.Value($"Row {row + 1}: a JSON text is not valid Unicode");
        }
    }

    private static string Shown(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => ValueText.Quote(reader.ValueSpan),
        _ => ValueText.OneLine(reader.ValueSpan),
    };
}
