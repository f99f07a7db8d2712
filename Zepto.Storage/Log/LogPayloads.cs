using Zepto.Storage.Persistence;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Log;

// Columns of a table in a record: those of TableCodec, with the designated timestamp's column i32 (-1: none) first.
/// <summary>Definitions of tables to and from records.</summary>
internal static class LogPayloads
{
    public static void WriteTable(ByteWriter bytes, string name, TableSchema schema)
    {
        bytes.Text(name);
        WriteColumns(bytes, schema);
    }

    public static void WriteColumns(ByteWriter bytes, TableSchema schema)
    {
        bytes.Int32(schema.TimestampIndex);
        bytes.Int32(schema.Columns.Length);
        foreach (var column in schema.Columns)
            TableCodec.WriteColumn(bytes, column);
    }

    public static TableSchema ReadColumns(ref ByteReader bytes)
    {
        var timestampIndex = bytes.Int32();
        var columns = new ColumnDefinition[bytes.Count(6)];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = TableCodec.ReadColumn(ref bytes);
        bytes.Check(columns.Length > 0 && timestampIndex >= -1 && timestampIndex < columns.Length, "a table has no such columns");
        bytes.Check(timestampIndex < 0 || columns[timestampIndex].Type == ColumnType.Timestamp, "a table's designated timestamp is none");
        return TableSchema.Restore(columns, timestampIndex);
    }
}
