using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements.Formats;

/// <summary>
/// Reads RowBinary: the values of a row back to back, row after row. Without types in a header each column has the type of
/// <see cref="WireType.Of"/>. What each field needs is decided once for a statement. One thread at a time.
/// </summary>
internal sealed class RowBinaryReader(RowBatchBuilder builder, InputColumns columns)
{
    private const int MostDigits = 40;

    /// <summary>How a field's bytes become its column's value.</summary>
    private enum Step : byte
    {
        /// <summary>Read as a value of its own, then fitted to the column.</summary>
        Convert,
        Int64,
        Int32,
        Int32ToInt64,
        Float64,
        Float32,
        Bool,
        Text,
    }

    private readonly byte[] _digits = new byte[MostDigits];
    private Field[] _fields = [];

    /// <summary>Reads all data into the builder's batch and gives the number of rows. Throws SqlException.</summary>
    public int Read(ReadOnlySpan<byte> data, InputHeader header)
    {
        var cursor = new BinaryCursor(data);
        var headerCount = header == InputHeader.None ? 0 : ReadNames(ref cursor);
        Plan();
        if (header == InputHeader.NamesAndTypes)
            ReadTypes(ref cursor, headerCount);
        var fields = _fields.AsSpan(0, columns.Columns.Length);
        var row = 0;
        while (!cursor.AtEnd)
        {
            builder.BeginRow(row, cursor.Position, data.Length);
            for (var i = 0; i < fields.Length; i++)
            {
                if (!TryReadField(ref cursor, fields[i], row))
                    throw columns.CutOff(row, i);
            }

            row++;
        }

        return row;
    }

    private bool TryReadField(ref BinaryCursor cursor, in Field field, int row)
    {
        if (field.Type.IsNullable)
        {
            if (!cursor.TryReadByte(out var isNull))
                return false;
            if (isNull > 1)
                throw builder.AtValue(SqlException.Value($"the byte before a Nullable value is {isNull}, not 0 or 1"), field.Column, row);
            if (isNull == 1)
            {
                builder.StoreNull(field.Column, row);
                return true;
            }
        }

        switch (field.Step)
        {
            case Step.Int64:
                if (!cursor.TryReadInt64(out var wide))
                    return false;
                if (wide == Nulls.Int64)
                    throw Misfit(wide, field.Column, row);
                builder.SetInt64(field.Column, row, wide);
                return true;
            case Step.Text:
                if (!cursor.TryReadText(out var text))
                    return false;
                builder.SetText(field.Column, row, text);
                return true;
            case Step.Float64:
                if (!cursor.TryReadInt64(out var doubleBits))
                    return false;
                builder.SetFloat64(field.Column, row, BitConverter.Int64BitsToDouble(doubleBits));
                return true;
            case Step.Float32:
                if (!cursor.TryReadInt32(out var singleBits))
                    return false;
                builder.SetFloat32(field.Column, row, BitConverter.Int32BitsToSingle(singleBits));
                return true;
            case Step.Int32 or Step.Int32ToInt64:
                if (!cursor.TryReadInt32(out var narrow))
                    return false;
                if (field.Step == Step.Int32ToInt64)
                    builder.SetInt64(field.Column, row, narrow);
                else if (narrow != Nulls.Int32)
                    builder.SetInt32(field.Column, row, narrow);
                else
                    throw Misfit(narrow, field.Column, row);
                return true;
            case Step.Bool:
                if (!cursor.TryReadByte(out var truth))
                    return false;
                if (truth > 1)
                    throw Misfit(truth, field.Column, row);
                builder.SetBool(field.Column, row, truth);
                return true;
            default:
                if (!cursor.TryReadValue(field.Type, _digits, out var value))
                    return false;
                builder.Store(value, field.Column, row);
                return true;
        }
    }

    private int ReadNames(ref BinaryCursor cursor)
    {
        var isWhole = cursor.TryReadLength(out var count);
        if (isWhole && (count == 0 || count > (ulong)int.MaxValue))
            throw SqlException.Value($"The header says that there are {count} columns");
        for (var i = 0; isWhole && i < (int)count; i++)
        {
            isWhole = cursor.TryReadText(out var name);
            if (isWhole)
                columns.AddName(name);
        }

        if (!isWhole)
            throw SqlException.Value("The data end inside the header");
        columns.EndNames();
        return (int)count;
    }

    private void Plan()
    {
        var count = columns.Columns.Length;
        if (_fields.Length < count)
            _fields = new Field[count];
        for (var i = 0; i < count; i++)
            SetField(i, WireType.Of(columns.Definition(i).Type));
    }

    private void ReadTypes(ref BinaryCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (!cursor.TryReadText(out var name))
                throw SqlException.Value("The data end inside the header");
            SetField(i, WireType.Parse(name));
        }
    }

    private void SetField(int index, WireType type)
    {
        var step = (type.Kind, columns.Definition(index).Type) switch
        {
            (WireKind.Int64, ColumnType.Int64 or ColumnType.Timestamp) => Step.Int64,
            (WireKind.DateTime64, ColumnType.Int64 or ColumnType.Timestamp) when type.UnitNs == 1 => Step.Int64,
            (WireKind.Int32, ColumnType.Int32) => Step.Int32,
            (WireKind.Int32, ColumnType.Int64 or ColumnType.Timestamp) => Step.Int32ToInt64,
            (WireKind.Float64, ColumnType.Float64) => Step.Float64,
            (WireKind.Float32, ColumnType.Float32) => Step.Float32,
            (WireKind.Bool or WireKind.UInt8, ColumnType.Bool) => Step.Bool,
            (WireKind.String, ColumnType.String or ColumnType.Symbol) => Step.Text,
            _ => Step.Convert,
        };
        _fields[index] = new Field { Column = columns.Columns[index], Type = type, Step = step };
    }

    private SqlException Misfit(long value, int column, int row)
    {
        var shown = new InputValue { Type = ColumnType.Int64, Integer = value };
        return builder.AtValue(ColumnFit.Misfit(shown, builder.TypeOf(column)), column, row);
    }

    private struct Field
    {
        public WireType Type;
        public int Column;
        public Step Step;
    }
}
