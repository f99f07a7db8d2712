using System.Runtime.InteropServices;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>
/// Merges rows that are slightly late. The newest rows of a partition that gets such rows lie in some short slices, each in a segment of its own, and only
/// those are written anew that the rows fall into, however many rows lie behind them. When the short slices have become many, the oldest are moved
/// to the base, the segment of the slice before them. The base is an open slice in no state, so it takes rows behind those that any state names, and each
/// row is moved once. Used by one writer thread.
/// </summary>
internal sealed unsafe class LateMerge(PartitionAppender appender)
{
    private const int SmallestCapacity = 64;

    /// <summary>Rows of a short slice that is made, unless the statement has more for it.</summary>
    private const int ShortRows = 2048;

    /// <summary>Slices of at most this length count as short; no more rows than these are copied to make place.</summary>
    private const int LongestShortRows = 16384;

    /// <summary>A beginning of a slice stays where it is from this length on.</summary>
    private const int KeptRows = 1024;

    /// <summary>Rows that a slice behind such a beginning has at least.</summary>
    private const int LeastRows = 512;

    /// <summary>Short slices from which on the oldest are moved.</summary>
    private const int MostShort = 16;

    /// <summary>Short slices that are left then.</summary>
    private const int LeftShort = 8;

    /// <summary>Room for rows to come in an open segment, at most.</summary>
    private const int SpareRows = 2048;

    /// <summary>Closed segments have multiples of this capacity, so that one that is freed soon fits another.</summary>
    private const int CapacityStep = 256;

    private readonly List<SegmentSlice> _next = [];
    private readonly List<SegmentSlice> _moving = [];
    private readonly List<SegmentSlice> _rest = [];
    private readonly List<Segment> _replaced = [];
    private TableSchema _schema = null!;
    private Segment? _output;
    private int _pieceRows;
    private int _left;
    private int _spare;
    private bool _isLast;

    /// <summary>The next slices, new segments published; false, with nothing done, where the rows are not slightly late.</summary>
    /// <param name="slices">Stored rows, in time order.</param>
    /// <param name="rows">Rows that come, the first of which is before the last stored one.</param>
    /// <param name="next">The slices.</param>
    /// <param name="replaced">Segments that they do not use any more.</param>
    public bool TryRun(ReadOnlySpan<SegmentSlice> slices, in NewRows rows, out SegmentSlice[] next, out Segment[] replaced)
    {
        (next, replaced) = ([], []);
        _schema = rows.Batch.Schema;
        var first = FirstSlice(slices, rows);
        if (first < 0)
            return false;
        _next.Clear();
        _replaced.Clear();
        _next.AddRange(slices[..first]);
        var i = 0;
        for (var s = first; s < slices.Length; s++)
        {
            var isLast = s == slices.Length - 1;
            var end = isLast ? rows.Order.Length : EndBefore(slices[s + 1], rows, i);
            if (end > i)
                Rewrite(slices[s], rows, i, end - i, isLast);
            else
                _next.Add(slices[s]);
            i = end;
        }

        Settle();
        (next, replaced) = ([.. _next], Unused());
        return true;
    }

    /// <summary>The slice that the first new row goes into; -1 where it is too far back.</summary>
    private int FirstSlice(ReadOnlySpan<SegmentSlice> slices, in NewRows rows)
    {
        var (time, sequence) = (rows.Time(0), rows.Sequence(0));
        for (var s = slices.Length - 1; s >= 0; s--)
        {
            var order = new RowOrder(slices[s], _schema);
            if (order.RowCount == 0 || slices.Length - s > MostShort + 1)
                return -1;
            var isOurs = IsOurs(slices[s]);
            if (order.Compare(0, time, sequence) > 0)
            {
                if (!isOurs || order.RowCount > LongestShortRows)
                    return -1;
                continue;
            }

            // Between two slices: into the shorter one.
            if (order.Compare(order.RowCount - 1, time, sequence) < 0 && s < slices.Length - 1 && (!isOurs || slices[s + 1].PublishedRows < order.RowCount))
                return s + 1;
            return isOurs && order.RowCount - order.Find(0, time, sequence) <= LongestShortRows ? s : -1;
        }

        return 0;
    }

    /// <summary>Whether a slice can be written anew here.</summary>
    private bool IsOurs(in SegmentSlice slice) => slice.Segment is { IsEncoded: false, IsBase: false } segment && segment.Layout.Covers(_schema.Layout);

    /// <summary>The first of the new rows that does not go before a slice.</summary>
    private int EndBefore(in SegmentSlice slice, in NewRows rows, int i)
    {
        var order = new RowOrder(slice, _schema);
        while (i < rows.Order.Length && order.Compare(0, rows.Time(i), rows.Sequence(i)) > 0)
            i++;
        return i;
    }

    /// <summary>Merges new rows into a slice, all but a long beginning of which is copied.</summary>
    private void Rewrite(in SegmentSlice slice, in NewRows rows, int i, int rowCount, bool isLast)
    {
        var order = new RowOrder(slice, _schema);
        var place = order.Find(0, rows.Time(i), rows.Sequence(i));
        var stored = place - Math.Max(0, LeastRows - (order.RowCount - place + rowCount));
        if (stored < KeptRows)
            stored = 0;
        else
            _next.Add(new SegmentSlice(slice.Segment, slice.StartRow, stored));
        _replaced.Add(slice.Segment);
        Begin(order.RowCount - stored + rowCount, rowCount, isLast);
        for (var newEnd = i + rowCount; i < newEnd;)
        {
            place = order.Find(stored, rows.Time(i), rows.Sequence(i));
            CopyStored(slice, stored, place - stored);
            stored = place;
            var end = stored == order.RowCount ? newEnd : i + 1;
            while (end < newEnd && order.Compare(stored, rows.Time(end), rows.Sequence(end)) > 0)
                end++;
            CopyNew(rows, i, end - i);
            i = end;
        }

        CopyStored(slice, stored, order.RowCount - stored);
        Seal();
    }

    /// <summary>So many rows follow, a number of them new: they go to one segment or to several of the same length.</summary>
    private void Begin(int rowCount, int newRows, bool isLast)
    {
        var most = Math.Clamp(newRows, ShortRows, PartitionAppender.LargestCapacity);
        var pieces = (rowCount + most - 1) / most;
        _pieceRows = (rowCount + pieces - 1) / pieces;
        (_left, _spare, _isLast) = (rowCount, Math.Min(2 * newRows, SpareRows), isLast);
        // A statement may have failed in the middle.
        _output = null;
    }

    private void CopyStored(in SegmentSlice slice, int from, int rowCount)
    {
        while (rowCount > 0)
        {
            var segment = Room();
            var count = Math.Min(rowCount, _pieceRows - segment.PublishedRows);
            Copy(segment, slice, from, count);
            (from, rowCount, _left) = (from + count, rowCount - count, _left - count);
        }
    }

    private void CopyNew(in NewRows rows, int from, int rowCount)
    {
        while (rowCount > 0)
        {
            var segment = Room();
            var startRow = segment.PublishedRows;
            var count = Math.Min(rowCount, _pieceRows - startRow);
            var sequences = segment.SequenceAddress(startRow);
            for (var i = 0; i < count; i++)
                sequences[i] = rows.Sequence(from + i);
            foreach (var column in _schema.Layout.Columns)
                ColumnCopy.Gather(segment, column.Id, startRow, rows.Batch.Address(_schema.IndexOf(column.Id)), rows.Order.Slice(from, count));
            segment.Publish(startRow + count);
            (from, rowCount, _left) = (from + count, rowCount - count, _left - count);
        }
    }

    /// <summary>Copies rows of a slice behind a segment's last one.</summary>
    private void Copy(Segment segment, in SegmentSlice slice, int from, int rowCount)
    {
        if (rowCount == 0)
            return;
        var startRow = segment.PublishedRows;
        from += slice.StartRow;
        new ReadOnlySpan<long>(slice.Segment.SequenceAddress(from), rowCount).CopyTo(new Span<long>(segment.SequenceAddress(startRow), rowCount));
        foreach (var column in _schema.Layout.Columns)
            ColumnCopy.Run(segment, column.Id, startRow, (byte*)slice.Segment.Address(column.Id, from), rowCount);
        segment.Publish(startRow + rowCount);
    }

    /// <summary>The segment that is being filled, or the next one.</summary>
    private Segment Room()
    {
        if (_output is not null && _output.PublishedRows < _pieceRows)
            return _output;
        if (_output is not null)
            _next.Add(new SegmentSlice(_output, 0, _output.PublishedRows));
        var rows = Math.Min(_pieceRows, _left);
        var isOpen = _isLast && rows == _left;
        return _output = appender.NewSegment(_schema.Layout, isOpen ? CapacityFor(SmallestCapacity, rows + _spare) : (rows + CapacityStep - 1) / CapacityStep * CapacityStep);
    }

    private void Seal()
    {
        _next.Add(_isLast ? SegmentSlice.Open(_output!, 0) : new SegmentSlice(_output!, 0, _output!.PublishedRows));
        _output = null;
    }

    /// <summary>Moves the oldest short slices to the base when there are many.</summary>
    private void Settle()
    {
        var first = _next.Count;
        while (first > 0 && IsOurs(_next[first - 1]) && _next[first - 1].PublishedRows <= LongestShortRows)
            first--;
        if (_next.Count - first <= MostShort)
            return;
        _moving.Clear();
        _rest.Clear();
        var all = CollectionsMarshal.AsSpan(_next);
        _moving.AddRange(all[first..^LeftShort]);
        _rest.AddRange(all[^LeftShort..]);
        _next.RemoveRange(first, _next.Count - first);
        var left = 0;
        foreach (var slice in _moving)
            left += slice.PublishedRows;
        foreach (var slice in _moving)
        {
            Move(slice, left);
            left -= slice.PublishedRows;
        }

        _next.AddRange(_rest);
    }

    /// <summary>Moves a slice to the base, or what it has no room for to a new one; <paramref name="left"/> rows in all are to be moved.</summary>
    private void Move(in SegmentSlice slice, int left)
    {
        _replaced.Add(slice.Segment);
        var from = 0;
        while (true)
        {
            if (_next.Count > 0 && _next[^1] is { Segment: { IsBase: true } segment } last && segment.Layout.Covers(_schema.Layout))
            {
                var startRow = segment.PublishedRows;
                var count = Math.Min(slice.PublishedRows - from, segment.Capacity - startRow);
                appender.Grow(segment);
                Copy(segment, slice, from, count);
                // A statement that was far back may have left rows in it that only earlier states name.
                if (last.StartRow + last.PublishedRows == startRow)
                    _next[^1] = new SegmentSlice(segment, last.StartRow, last.PublishedRows + count);
                else if (count > 0)
                    _next.Add(new SegmentSlice(segment, startRow, count));
                from += count;
            }

            if (from == slice.PublishedRows)
                return;
            var capacity = _next.Count > 0 && !_next[^1].Segment.IsEncoded ? Math.Min(_next[^1].Segment.Capacity * 4, PartitionAppender.LargestCapacity) : SmallestCapacity;
            _next.Add(new SegmentSlice(appender.NewSegment(_schema.Layout, CapacityFor(capacity, left - from), isBase: true), 0, 0));
        }
    }

    /// <summary>Segments of slices that were written anew or moved, and that no slice uses any more.</summary>
    private Segment[] Unused()
    {
        for (var i = _replaced.Count - 1; i >= 0; i--)
        {
            var segment = _replaced[i];
            var isUsed = _replaced.IndexOf(segment) < i;
            foreach (var slice in _next)
                isUsed |= slice.Segment == segment;
            if (isUsed)
                _replaced.RemoveAt(i);
        }

        return [.. _replaced];
    }

    private static int CapacityFor(int least, int rows)
    {
        var capacity = least;
        while (capacity < rows && capacity < PartitionAppender.LargestCapacity)
            capacity = Math.Min(capacity * 4, PartitionAppender.LargestCapacity);
        return capacity;
    }
}
