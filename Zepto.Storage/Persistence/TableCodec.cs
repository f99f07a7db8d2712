using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Persistence;

// One table of a manifest; a text is its length i32 and UTF-8:
//   id i32 | name text | designated timestamp's column i32 (-1: none) | committed sequence i64 | rows i64 | retention, ns, i64 (-1: none)
//   columns: count i32, each: name text | type u8 | flags u8 (1 NOT NULL, 2 has a default, 4 the default is a text)
//     | with a default: integer i64 | float64 bits i64 | with flag 4: text
//   series: count i32, each: symbol id i32 | partitions: count i32, each: start of the day i64 | largest timestamp i64 | slices: count i32, each:
//     extent i32 | columns of its segment i32 | offset in the extent i64 | capacity i32 | first row i32 | rows i32 | 1: open, 0: sealed, i32
/// <summary>A table's definition and the places of its rows, to and from bytes.</summary>
internal static class TableCodec
{
    private const byte NotNull = 1;
    private const byte HasDefault = 2;
    private const byte DefaultIsText = 4;

    /// <summary>Writes a table as of now; on its writer thread, so that no statement is half in it.</summary>
    public static void Write(ByteWriter bytes, Table table)
    {
        var schema = table.Schema;
        bytes.Int32(table.Id);
        bytes.Text(table.Name);
        bytes.Int32(schema.TimestampIndex);
        var snapshot = table.Snapshot();
        bytes.Int64(snapshot.Sequence);
        bytes.Int64(snapshot.RowCount);
        bytes.Int64(table.RetentionNs ?? -1);
        bytes.Int32(schema.Columns.Length);
        foreach (var column in schema.Columns)
            WriteColumn(bytes, column);
        var seriesCount = table.SeriesCount;
        bytes.Int32(seriesCount);
        for (var i = 0; i < seriesCount; i++)
        {
            var series = table.SeriesAt(i);
            bytes.Int32(series.SymbolId);
            bytes.Int32(series.Partitions.Length);
            foreach (var partition in series.Partitions.Span)
                WritePartition(bytes, partition);
        }
    }

    /// <summary>Makes the table again; its segments come from <paramref name="segments"/>.</summary>
    public static Table Read(ref ByteReader bytes, SegmentLoader segments)
    {
        var id = bytes.Int32();
        var name = bytes.Text();
        var timestampIndex = bytes.Int32();
        var snapshot = new TableSnapshot(bytes.Int64(), bytes.Int64());
        var retentionNs = bytes.Int64();
        var columns = new ColumnDefinition[bytes.Count(6)];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = ReadColumn(ref bytes);
        bytes.Check(columns.Length > 0 && timestampIndex >= -1 && timestampIndex < columns.Length, "a table has no such columns");
        bytes.Check(timestampIndex < 0 || columns[timestampIndex].Type == ColumnType.Timestamp, "a table's designated timestamp is none");
        var table = new Table(id, name, TableSchema.Restore(columns, timestampIndex));
        segments.Begin(table);
        var seriesCount = bytes.Count(8);
        for (var i = 0; i < seriesCount; i++)
        {
            var symbolId = bytes.Int32();
            bytes.Check(symbolId >= 0 && !table.TryGetSeries(symbolId, out _), "a series comes twice");
            var partitions = new Partition[bytes.Count(20)];
            for (var p = 0; p < partitions.Length; p++)
                partitions[p] = ReadPartition(ref bytes, segments);
            table.GetOrAddSeries(symbolId).Restore(partitions);
        }

        bytes.Check(snapshot.RowCount == table.PublishedRows(), "a table's rows are not those of its slices");
        bytes.Check(retentionNs is -1 || (retentionNs > 0 && timestampIndex >= 0), "a table has a wrong retention");
        table.SetRetention(retentionNs < 0 ? null : retentionNs);
        table.Commit(snapshot.Sequence, snapshot.RowCount);
        return table;
    }

    internal static void WriteColumn(ByteWriter bytes, ColumnDefinition column)
    {
        var flags = (column.NotNull ? NotNull : 0) | (column.Default is null ? 0 : HasDefault) | (column.Default?.Text is null ? 0 : DefaultIsText);
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

    internal static ColumnDefinition ReadColumn(ref ByteReader bytes)
    {
        var name = bytes.Text();
        var type = (ColumnType)bytes.UInt8();
        bytes.Check(Enum.IsDefined(type), "a column has an unknown type");
        var flags = bytes.UInt8();
        ColumnDefault? value = null;
        if ((flags & HasDefault) != 0)
            value = new ColumnDefault(bytes.Int64(), bytes.Float64(), (flags & DefaultIsText) != 0 ? bytes.Text() : null);
        return new ColumnDefinition(name, type, (flags & NotNull) != 0, value);
    }

    private static void WritePartition(ByteWriter bytes, Partition partition)
    {
        var slices = partition.State.Slices;
        bytes.Int64(partition.BucketStartNs);
        bytes.Int64(partition.LastTime);
        bytes.Int32(slices.Length);
        foreach (ref readonly var slice in slices)
        {
            var segment = slice.Segment;
            bytes.Int32(segment.Allocation.Extent);
            bytes.Int32(segment.ColumnCount);
            bytes.Int64(segment.Allocation.OffsetBytes);
            bytes.Int32(segment.Capacity);
            bytes.Int32(slice.StartRow);
            bytes.Int32(slice.PublishedRows);
            bytes.Int32(slice.IsOpen ? 1 : 0);
        }
    }

    private static Partition ReadPartition(ref ByteReader bytes, SegmentLoader segments)
    {
        var partition = new Partition(bytes.Int64()) { LastTime = bytes.Int64() };
        var slices = new SegmentSlice[bytes.Count(32)];
        for (var i = 0; i < slices.Length; i++)
        {
            var (extent, columnCount, offset, capacity) = (bytes.Int32(), bytes.Int32(), bytes.Int64(), bytes.Int32());
            var (startRow, rows, isOpen) = (bytes.Int32(), bytes.Int32(), bytes.Int32() == 1);
            bytes.Check(capacity is > 0 and <= PartitionAppender.LargestCapacity && startRow >= 0 && rows >= 0 && rows <= capacity - startRow, "a slice is longer than its segment");
            bytes.Check(!isOpen || i == slices.Length - 1, "an open slice is not the last one");
            bytes.Check(segments.TryLoad(extent, offset, columnCount, capacity, startRow + rows, isOpen, out var segment), "a segment has no such place");
            slices[i] = isOpen ? SegmentSlice.Open(segment, startRow) : new SegmentSlice(segment, startRow, rows);
        }

        partition.State = new PartitionState(slices, visibleFrom: 0, previous: null);
        return partition;
    }
}
