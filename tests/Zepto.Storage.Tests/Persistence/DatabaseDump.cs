using System.Globalization;
using System.Text;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Tests.Persistence;

/// <summary>Everything a database holds as text, one line a thing, so that two can be compared and a difference read.</summary>
internal static class DatabaseDump
{
    /// <param name="database">The database.</param>
    /// <param name="withPlaces">Slices and statistics too, which compaction changes.</param>
    public static List<string> Of(Database database, bool withPlaces = true)
    {
        var lines = new List<string>();
        for (var id = 0; id <= database.Symbols.Count; id++)
        {
            if (!database.Symbols.Name(id).IsNull)
                lines.Add($"symbol {id} {database.Symbols.Name(id).Text()} {database.Symbols.HasName(id)}");
        }

        using var lease = database.Epochs.Enter();
        foreach (var table in database.Catalog.Tables.OrderBy(t => t.Id))
            Add(lines, table, withPlaces);
        return lines;
    }

    /// <summary>Fails with the first line that differs.</summary>
    public static void AssertEqual(List<string> expected, List<string> actual, string what)
    {
        for (var i = 0; i < Math.Min(expected.Count, actual.Count); i++)
            Assert.True(expected[i] == actual[i], $"{what}, line {i}: expected {expected[i]}, found {actual[i]}");
        Assert.True(expected.Count == actual.Count, $"{what}: expected {expected.Count} lines, found {actual.Count}");
    }

    private static void Add(List<string> lines, Table table, bool withPlaces)
    {
        var columns = table.Schema.Columns;
        lines.Add($"table {table.Id} {table.Name} timestamp {table.Schema.TimestampIndex} symbol {table.Schema.SymbolIndex} sequence {table.CommittedSequence}");
        for (var c = 0; c < columns.Length; c++)
        {
            lines.Add($"{table.Schema.IdOf(c)} {columns[c]}");
            for (var code = 1; code <= (table.Strings(c)?.Count ?? 0); code++)
                lines.Add($"string {code} {table.Strings(c)!.Text(code).Text()}");
        }

        for (var s = 0; s < table.SeriesCount; s++)
        {
            var series = table.SeriesAt(s);
            lines.Add($"series {series.SymbolId}");
            foreach (var partition in series.Partitions.Span)
            {
                lines.Add($"partition {partition.BucketStartNs} until {partition.LastTime}");
                foreach (var slice in partition.StateAt(table.CommittedSequence).Slices)
                    Add(lines, table, slice, withPlaces);
            }
        }
    }

    private static void Add(List<string> lines, Table table, SegmentSlice slice, bool withPlaces)
    {
        var segment = slice.Segment;
        var rows = slice.VisibleRows(table.CommittedSequence);
        if (withPlaces)
            lines.Add($"slice of {segment.Capacity} from {slice.StartRow} rows {rows} open {slice.IsOpen} columns {string.Join(' ', segment.Layout.Columns.ToArray())}");
        var text = new StringBuilder();
        for (var row = slice.StartRow; row < slice.StartRow + rows; row++)
        {
            text.Clear().Append(CultureInfo.InvariantCulture, $"row {segment.SequenceAt(row)}");
            for (var c = 0; c < table.Schema.Columns.Length; c++)
                text.Append(' ').Append(Value(segment, table.Schema, c, row));
            lines.Add(text.ToString());
        }

        if (!withPlaces)
            return;
        foreach (var column in segment.Layout.Columns)
        {
            // Nobody reads those of a dropped column: rows appended since leave their places as they were.
            if (table.Schema.IndexOf(column.Id) < 0)
                continue;
            for (var block = 0; block < Segment.BlockCount(segment.Capacity); block++)
            {
                ref readonly var statistics = ref segment.Block(column.Id, block);
                lines.Add($"block {block} of {column.Id}: {statistics.MinInt64} {statistics.MaxInt64} {statistics.NullCount}");
            }
        }
    }

    private static unsafe string Value(Segment segment, TableSchema schema, int column, int row)
    {
        var id = schema.IdOf(column);
        if (column == schema.SymbolIndex)
            return "-";
        if (!segment.HasColumn(id))
            return Nulls.BitsOf(schema.Columns[column].Type).ToString(CultureInfo.InvariantCulture);
        long room;
        var value = segment.Read(id, row, 1, &room);
        return (TableSchema.WidthBytes(schema.Columns[column].Type) switch
        {
            8 => *(long*)value,
            4 => *(int*)value,
            _ => *(byte*)value,
        }).ToString(CultureInfo.InvariantCulture);
    }
}
