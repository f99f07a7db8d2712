using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>
/// Merges rows that are slightly late: only what lies behind them in the partition's open slice is copied along with them, to a new open segment, the
/// tail. Once the tail has many rows before the place where late ones go, they are moved to the base, the segment of the slice before. The base
/// is an open slice in no state, so it takes rows behind those that any state names, and each row is moved once. A partition whose rows arrive in
/// some disorder is thus a few long slices and a short one. Used by one writer thread.
/// </summary>
internal sealed unsafe class TailMerge(PartitionAppender appender)
{
    private const int SmallestCapacity = 64;

    /// <summary>Rows before the place that stay in the tail, as far as the statement reaches back: the next one may be a little later still.</summary>
    private const int ReservedRows = 1024;

    /// <summary>Rows that are worth moving.</summary>
    private const int MovedRows = 256;

    /// <summary>A beginning of the open slice stays where it is from this length on, if it fills half of its segment.</summary>
    private const int KeptRows = 4096;

    /// <summary>Rows behind the place from which on the statement is not slightly late.</summary>
    private const int DisplacedRows = 16384;

    /// <summary>Room for rows to come, at most.</summary>
    private const int SpareRows = 4096;

    private readonly List<SegmentSlice> _next = [];

    /// <summary>The next slices, new segments published and the last one open; false, with nothing done, where the rows are not slightly late.</summary>
    /// <param name="slices">Stored rows, in time order.</param>
    /// <param name="rows">Rows that come.</param>
    /// <param name="next">The slices.</param>
    public bool TryRun(ReadOnlySpan<SegmentSlice> slices, in NewRows rows, out SegmentSlice[] next)
    {
        next = [];
        var schema = rows.Batch.Schema;
        if (slices is not [.. var before, { IsOpen: true, PublishedRows: > 0 } tail] || !tail.Segment.Layout.Covers(schema.Layout))
            return false;
        var order = new RowOrder(tail, schema);
        var place = order.Find(0, rows.Time(0), rows.Sequence(0));
        var displaced = order.RowCount - place;
        if (displaced > DisplacedRows || (place == 0 && before.Length > 0 && !ComesBefore(before[^1], rows)))
            return false;
        var reach = displaced + rows.Order.Length;
        var staysInPlace = place >= Math.Max(KeptRows, tail.Segment.Capacity / 2);
        var moved = staysInPlace ? 0 : place - Math.Min(reach, ReservedRows);
        if (moved < MovedRows)
            moved = 0;
        var first = staysInPlace ? place : moved;
        var count = order.RowCount - first + rows.Order.Length;
        if (count > PartitionAppender.LargestCapacity)
            return false;

        _next.Clear();
        _next.AddRange(before);
        if (staysInPlace)
            _next.Add(new SegmentSlice(tail.Segment, tail.StartRow, place));
        else if (moved > 0)
            Move(tail, moved, schema.Layout);
        var segment = appender.NewSegment(schema.Layout, CapacityFor(SmallestCapacity, count + Math.Min(2 * reach, SpareRows)));
        Merge(segment, tail, order, first, place, rows);
        _next.Add(SegmentSlice.Open(segment, 0));
        next = [.. _next];
        return true;
    }

    /// <summary>Whether all rows of a slice come before the first new one.</summary>
    private static bool ComesBefore(in SegmentSlice slice, in NewRows rows)
    {
        var order = new RowOrder(slice, rows.Batch.Schema);
        return order.RowCount > 0 && order.Compare(order.RowCount - 1, rows.Time(0), rows.Sequence(0)) < 0;
    }

    /// <summary>Moves the first rows of the tail to the base, or to a new one where there is none with room.</summary>
    private void Move(in SegmentSlice tail, int rowCount, SegmentLayout layout)
    {
        var from = 0;
        if (_next.Count > 0 && HasRoom(_next[^1], layout))
        {
            var last = _next[^1];
            from = Math.Min(rowCount, last.Segment.Capacity - last.Segment.PublishedRows);
            Copy(last.Segment, tail, 0, from, layout);
            _next[^1] = new SegmentSlice(last.Segment, last.StartRow, last.PublishedRows + from);
        }

        if (from == rowCount)
            return;
        var capacity = _next.Count > 0 && !_next[^1].Segment.IsEncoded ? _next[^1].Segment.Capacity * 4 : SmallestCapacity;
        var segment = appender.NewSegment(layout, CapacityFor(Math.Min(capacity, PartitionAppender.LargestCapacity), rowCount - from), isBase: true);
        Copy(segment, tail, from, rowCount - from, layout);
        _next.Add(new SegmentSlice(segment, 0, rowCount - from));
    }

    private static bool HasRoom(in SegmentSlice slice, SegmentLayout layout) =>
        slice.IsBase && slice.Segment.PublishedRows < slice.Segment.Capacity && slice.Segment.Layout.Covers(layout);

    private static void Merge(Segment segment, in SegmentSlice tail, in RowOrder order, int first, int place, in NewRows rows)
    {
        var layout = segment.Layout;
        var stored = first;
        for (var i = 0; i < rows.Order.Length;)
        {
            Copy(segment, tail, stored, place - stored, layout);
            stored = place;
            var end = stored == order.RowCount ? rows.Order.Length : i + 1;
            while (end < rows.Order.Length && order.Compare(stored, rows.Time(end), rows.Sequence(end)) > 0)
                end++;
            CopyNew(segment, rows, i, end - i);
            i = end;
            if (i < rows.Order.Length)
                place = order.Find(stored, rows.Time(i), rows.Sequence(i));
        }

        Copy(segment, tail, stored, order.RowCount - stored, layout);
    }

    /// <summary>Copies rows of a slice behind a segment's last one; every column that a layout has.</summary>
    private static void Copy(Segment segment, in SegmentSlice slice, int from, int rowCount, SegmentLayout layout)
    {
        if (rowCount == 0)
            return;
        var startRow = segment.PublishedRows;
        from += slice.StartRow;
        new ReadOnlySpan<long>(slice.Segment.SequenceAddress(from), rowCount).CopyTo(new Span<long>(segment.SequenceAddress(startRow), rowCount));
        foreach (var column in layout.Columns)
            ColumnCopy.Run(segment, column.Id, startRow, (byte*)slice.Segment.Address(column.Id, from), rowCount);
        segment.Publish(startRow + rowCount);
    }

    private static void CopyNew(Segment segment, in NewRows rows, int from, int rowCount)
    {
        var startRow = segment.PublishedRows;
        for (var i = 0; i < rowCount; i++)
            *segment.SequenceAddress(startRow + i) = rows.Sequence(from + i);
        foreach (var column in segment.Layout.Columns)
            ColumnCopy.Gather(segment, column.Id, startRow, rows.Batch.Address(rows.Batch.Schema.IndexOf(column.Id)), rows.Order.Slice(from, rowCount));
        segment.Publish(startRow + rowCount);
    }

    private static int CapacityFor(int least, int rows)
    {
        var capacity = least;
        while (capacity < rows && capacity < PartitionAppender.LargestCapacity)
            capacity *= 4;
        return capacity;
    }
}
