using Zepto.Storage.Schema;

namespace Zepto.Storage.Persistence;

// Columns of a table, in the manifest and in the log; a text is its length i32 and UTF-8:
//   designated timestamp's column i32 (-1: none) | id of the next column i32
//   columns: count i32, each: id i32 | name text | type u8 | flags u8 (1 NOT NULL, 2 has a default, 4 the default is a text, 8 and 16 the attribute)
//     | with a default: integer i64 | float64 bits i64 | with flag 4: text
/// <summary>A table's columns to and from bytes.</summary>
internal static class SchemaCodec
{
    private const byte NotNull = 1;
    private const byte HasDefault = 2;
    private const byte DefaultIsText = 4;
    private const int AttributeShift = 3;
    private const byte AttributeMask = 3;

    public static void Write(ByteWriter bytes, TableSchema schema)
    {
        bytes.Int32(schema.TimestampIndex);
        bytes.Int32(schema.NextId.Value);
        bytes.Int32(schema.Columns.Length);
        for (var i = 0; i < schema.Columns.Length; i++)
            WriteColumn(bytes, schema.IdOf(i), schema.Columns[i]);
    }

    public static TableSchema Read(ref ByteReader bytes)
    {
        var timestampIndex = bytes.Int32();
        var nextId = bytes.Int32();
        var columns = new ColumnDefinition[bytes.Count(10)];
        var ids = new ColumnId[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            ids[i] = ReadId(ref bytes, nextId);
            bytes.Check(Array.IndexOf(ids, ids[i]) == i, "a column's id comes twice");
            columns[i] = ReadColumn(ref bytes);
        }

        bytes.Check(columns.Length > 0 && timestampIndex >= -1 && timestampIndex < columns.Length, "a table has no such columns");
        bytes.Check(timestampIndex < 0 || columns[timestampIndex].Type == ColumnType.Timestamp, "a table's designated timestamp is none");
        return TableSchema.Restore(columns, ids, new ColumnId(nextId), timestampIndex);
    }

    /// <summary>Id of a column that the table has or had.</summary>
    public static ColumnId ReadId(ref ByteReader bytes, int nextId)
    {
        var id = bytes.Int32();
        bytes.Check(id > 0 && id < nextId, "a column has an id that was not given out");
        return new ColumnId(id);
    }

    /// <summary>Type of a column.</summary>
    public static ColumnType ReadType(ref ByteReader bytes)
    {
        var type = (ColumnType)bytes.UInt8();
        bytes.Check(Enum.IsDefined(type), "a column has an unknown type");
        return type;
    }

    private static void WriteColumn(ByteWriter bytes, ColumnId id, ColumnDefinition column)
    {
        var flags = (column.NotNull ? NotNull : 0) | (column.Default is null ? 0 : HasDefault) | (column.Default?.Text is null ? 0 : DefaultIsText)
            | ((byte)column.Attribute << AttributeShift);
        bytes.Int32(id.Value);
        bytes.Text(column.Name);
        bytes.UInt8((byte)column.Type);
        bytes.UInt8((byte)flags);
        if (column.Default is not { } value)
            return;
        bytes.Int64(value.Integer);
        bytes.Float64(value.Float);
        if (value.Text is { } text)
            bytes.Text(text);
    }

    private static ColumnDefinition ReadColumn(ref ByteReader bytes)
    {
        var name = bytes.Text();
        var type = ReadType(ref bytes);
        var flags = bytes.UInt8();
        ColumnDefault? value = null;
        if ((flags & HasDefault) != 0)
            value = new ColumnDefault(bytes.Int64(), bytes.Float64(), (flags & DefaultIsText) != 0 ? bytes.Text() : null);
        return new ColumnDefinition(name, type, (flags & NotNull) != 0, value, (ColumnAttribute)((flags >> AttributeShift) & AttributeMask));
    }
}
