using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Persistence;

// One table of a manifest; a text is its length i32 and UTF-8:
//   id i32 | name text | committed sequence i64 | rows i64 | retention, ns, i64 (-1: none) | columns as in SchemaCodec
//   layouts of segments: count i32, each: columns: count i32, each: id i32 | type u8
//   series: count i32, each: symbol id i32 | partitions: count i32, each: start of the day i64 | largest timestamp i64 | slices: count i32, each:
//     extent i32 | layout of its segment i32 | offset in the extent i64 | capacity i32 | first row i32 | rows i32 | 0: sealed, 1: open,
//     2 and more: sealed in a base with that many rows less 2, i32 | bytes of its encoded segment i32 (0: raw)
/// <summary>A table's definition and the places of its rows, to and from bytes.</summary>
internal static class TableCodec
{
    private const int Open = 1;
    private const int Base = 2;

    /// <summary>Writes a table as of now; on its writer thread, so that no statement is half in it.</summary>
    public static void Write(ByteWriter bytes, Table table)
    {
        bytes.Int32(table.Id);
        bytes.Text(table.Name);
        var snapshot = table.Snapshot();
        bytes.Int64(snapshot.Sequence);
        bytes.Int64(snapshot.RowCount);
        bytes.Int64(table.RetentionNs ?? -1);
        SchemaCodec.Write(bytes, table.Schema);
        var layouts = LayoutsOf(table);
        WriteLayouts(bytes, layouts);
        var seriesCount = table.SeriesCount;
        bytes.Int32(seriesCount);
        for (var i = 0; i < seriesCount; i++)
        {
            var series = table.SeriesAt(i);
            bytes.Int32(series.SymbolId);
            bytes.Int32(series.Partitions.Length);
            foreach (var partition in series.Partitions.Span)
                WritePartition(bytes, partition, layouts);
        }
    }

    /// <summary>Makes the table again; its segments come from <paramref name="segments"/>.</summary>
    public static Table Read(ref ByteReader bytes, SegmentLoader segments)
    {
        var id = bytes.Int32();
        var name = bytes.Text();
        var snapshot = new TableSnapshot(bytes.Int64(), bytes.Int64());
        var retentionNs = bytes.Int64();
        var table = new Table(id, name, SchemaCodec.Read(ref bytes));
        segments.Begin(ReadLayouts(ref bytes, table.Schema));
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
        bytes.Check(retentionNs is -1 || (retentionNs > 0 && table.Schema.TimestampIndex >= 0), "a table has a wrong retention");
        table.SetRetention(retentionNs < 0 ? null : retentionNs);
        table.Commit(snapshot.Sequence, snapshot.RowCount);
        return table;
    }

    private static Dictionary<SegmentLayout, int> LayoutsOf(Table table)
    {
        var layouts = new Dictionary<SegmentLayout, int>();
        for (var i = 0; i < table.SeriesCount; i++)
        {
            foreach (var partition in table.SeriesAt(i).Partitions.Span)
            {
                foreach (ref readonly var slice in partition.State.Slices)
                    layouts.TryAdd(slice.Segment.Layout, layouts.Count);
            }
        }

        return layouts;
    }

    private static void WriteLayouts(ByteWriter bytes, Dictionary<SegmentLayout, int> layouts)
    {
        bytes.Int32(layouts.Count);
        foreach (var (layout, _) in layouts.OrderBy(l => l.Value))
        {
            bytes.Int32(layout.Columns.Length);
            foreach (var column in layout.Columns)
            {
                bytes.Int32(column.Id.Value);
                bytes.UInt8((byte)column.Type);
            }
        }
    }

    private static SegmentLayout[] ReadLayouts(ref ByteReader bytes, TableSchema schema)
    {
        var layouts = new SegmentLayout[bytes.Count(4)];
        for (var i = 0; i < layouts.Length; i++)
        {
            var columns = new StoredColumn[bytes.Count(5)];
            for (var c = 0; c < columns.Length; c++)
            {
                columns[c] = new StoredColumn(SchemaCodec.ReadId(ref bytes, schema.NextId.Value), SchemaCodec.ReadType(ref bytes));
                bytes.Check(Array.FindIndex(columns, other => other.Id == columns[c].Id) == c, "a segment stores a column twice");
                var present = schema.IndexOf(columns[c].Id);
                bytes.Check(present < 0 || (schema.Columns[present].Type == columns[c].Type && present != schema.SymbolIndex), "a segment stores a column of another type");
            }

            bytes.Check(schema.TimestampIndex < 0 || Array.Exists(columns, c => c.Id == schema.TimestampId), "a segment lacks the designated timestamp");
            var layout = new SegmentLayout(columns);
            layouts[i] = layout.IsSameAs(schema.Layout) ? schema.Layout : layout;
        }

        return layouts;
    }

    private static void WritePartition(ByteWriter bytes, Partition partition, Dictionary<SegmentLayout, int> layouts)
    {
        var slices = partition.State.Slices;
        bytes.Int64(partition.BucketStartNs);
        bytes.Int64(partition.LastTime);
        bytes.Int32(slices.Length);
        foreach (ref readonly var slice in slices)
        {
            var segment = slice.Segment;
            bytes.Int32(segment.Allocation.Extent);
            bytes.Int32(layouts[segment.Layout]);
            bytes.Int64(segment.Allocation.OffsetBytes);
            bytes.Int32(segment.Capacity);
            bytes.Int32(slice.StartRow);
            bytes.Int32(slice.PublishedRows);
            bytes.Int32(slice.IsOpen ? Open : segment.IsBase ? Base + segment.PublishedRows : 0);
            bytes.Int32(segment.EncodedBytes);
        }
    }

    private static Partition ReadPartition(ref ByteReader bytes, SegmentLoader segments)
    {
        var partition = new Partition(bytes.Int64()) { LastTime = bytes.Int64() };
        var slices = new SegmentSlice[bytes.Count(36)];
        for (var i = 0; i < slices.Length; i++)
        {
            var (extent, layout, offset, capacity) = (bytes.Int32(), bytes.Int32(), bytes.Int64(), bytes.Int32());
            var (startRow, rows, growth, encodedBytes) = (bytes.Int32(), bytes.Int32(), bytes.Int32(), bytes.Int32());
            var (isOpen, isBase) = (growth == Open, growth >= Base);
            var usedRows = isBase ? growth - Base : startRow + rows;
            bytes.Check(capacity is > 0 and <= PartitionAppender.LargestCapacity && startRow >= 0 && rows >= 0 && rows <= capacity - startRow, "a slice is longer than its segment");
            bytes.Check(!isOpen || (i == slices.Length - 1 && encodedBytes == 0), "an open slice is not the last one");
            bytes.Check(!isBase || (encodedBytes == 0 && usedRows >= startRow + rows && usedRows <= capacity), "a base has other rows than its slices");
            bytes.Check(segments.TryLoad(new SegmentPlace(extent, offset, layout, capacity, encodedBytes), usedRows, isOpen || isBase, out var segment), "a segment has no such place");
            segment.IsBase |= isBase;
            slices[i] = isOpen ? SegmentSlice.Open(segment, startRow) : new SegmentSlice(segment, startRow, rows);
        }

        partition.State = new PartitionState(slices, visibleFrom: 0, previous: null);
        return partition;
    }
}
