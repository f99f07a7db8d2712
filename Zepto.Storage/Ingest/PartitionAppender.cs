using Zepto.Storage.Epochs;
using Zepto.Storage.Extents;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>
/// Puts rows of a batch into a partition: in place behind the last row where time allows, else by merging them into new segments. The rows are
/// published but not committed: the table's sequence makes them visible. Used by the table's writer thread only.
/// </summary>
internal sealed unsafe class PartitionAppender(SegmentAllocator allocator, EpochRegistry epochs)
{
    private const int SmallestCapacity = 64;

    /// <summary>Rows of the largest segment.</summary>
    internal const int LargestCapacity = 65536;

    /// <summary>Slices shorter than this are merged along with their neighbours, so that late rows do not leave splinters.</summary>
    private const int SplinterRows = 1024;

    private readonly Queue<Retired> _retired = [];
    private readonly List<(PartitionState Newer, Segment[] Segments)> _retiring = [];
    private readonly Queue<(PartitionState Newer, Segment[] Segments)> _sealed = [];
    private readonly Queue<int> _sealedCounts = [];
    private readonly List<Touched> _touched = [];
    private readonly List<Segment> _made = [];

    /// <summary>Remembers a partition as it is, before the statement's first row for it.</summary>
    public void Touch(Partition partition)
    {
        var state = partition.State;
        var openRows = state.Slices is [.., { IsOpen: true } last] ? last.Segment.PublishedRows : -1;
        _touched.Add(new Touched(partition, state, partition.LastTime, openRows));
    }

    /// <summary>After a failure in the middle of a statement: every partition is as it was before.</summary>
    public void Undo()
    {
        _retiring.Clear();
        foreach (var (partition, state, lastTime, openRows) in _touched)
        {
            if (openRows >= 0)
            {
                var segment = state.Slices[^1].Segment;
                var published = segment.PublishedRows;
                segment.Publish(openRows);
                if (published != openRows)
                    SegmentStatistics.Recompute(segment, openRows, published);
            }

            partition.State = state;
            partition.LastTime = lastTime;
        }

        _touched.Clear();
        if (_made.Count > 0)
            _retired.Enqueue(new Retired(epochs.Advance(), null, [.. _made], IsForgotten: false));
        _made.Clear();
    }

    /// <summary>Frees all segments of a dropped table once no reader can see them.</summary>
    /// <param name="table">Dropped before, so no row follows.</param>
    /// <param name="isForgotten">Whether the durable manifest is known not to name the table.</param>
    public void Retire(Table table, bool isForgotten)
    {
        var segments = new HashSet<Segment>();
        for (var i = 0; i < table.SeriesCount; i++)
        {
            foreach (var partition in table.SeriesAt(i).Partitions.Span)
            {
                foreach (var slice in partition.State.Slices)
                    segments.Add(slice.Segment);
            }
        }

        _retired.Enqueue(new Retired(epochs.Advance(), null, [.. segments], isForgotten));
    }

    /// <summary>Rows of the batch, named by <paramref name="order"/>, in time order and none before the partition's last row.</summary>
    public void Append(Partition partition, RowBatch batch, ReadOnlySpan<int> order, long firstSequence)
    {
        while (order.Length > 0)
        {
            var segment = OpenSegment(partition, batch.Schema, order.Length, out var startRow);
            var count = Math.Min(order.Length, segment.Capacity - startRow);
            var part = order[..count];
            var sequences = segment.SequenceAddress(startRow);
            for (var i = 0; i < count; i++)
                sequences[i] = firstSequence + part[i];
            for (var column = 0; column < batch.Schema.Columns.Length; column++)
                ColumnCopy.Gather(segment, batch.Schema, column, startRow, batch.Address(column), part);
            segment.Publish(startRow + count);
            order = order[count..];
        }
    }

    /// <summary>Rows of the batch in time order, the first of which is before the partition's last row.</summary>
    public void Merge(Partition partition, RowBatch batch, ReadOnlySpan<int> order, long firstSequence, long commitSequence)
    {
        var schema = batch.Schema;
        var times = (long*)batch.Address(schema.TimestampIndex);
        var (firstLate, lastLate) = (times[order[0]], times[order[^1]]);
        var state = partition.State;
        var slices = state.Slices;

        // The slices that overlap the late rows, and their splinter neighbours, are merged; the others stay.
        var begin = 0;
        while (begin < slices.Length && LastTime(slices[begin], schema) <= firstLate)
            begin++;
        while (begin > 0 && slices[begin - 1].PublishedRows < SplinterRows)
            begin--;
        var end = begin;
        while (end < slices.Length && (FirstTime(slices[end], schema) <= lastLate || slices[end].PublishedRows < SplinterRows))
            end++;
        var keptHead = begin < end ? RowsUpTo(slices[begin], schema, firstLate) : 0;
        if (keptHead < SplinterRows)
            keptHead = 0;

        var merged = new LateMerge(this, schema, slices[begin..end], keptHead, batch, order, firstSequence).Run(SmallestCapacity, LargestCapacity);
        var next = new List<SegmentSlice>(slices.Length + merged.Count + 1);
        next.AddRange(slices[..begin]);
        if (keptHead > 0)
            next.Add(new SegmentSlice(slices[begin].Segment, slices[begin].StartRow, keptHead));
        for (var i = 0; i < merged.Count; i++)
            next.Add(end == slices.Length && i == merged.Count - 1 ? SegmentSlice.Open(merged[i], 0) : new SegmentSlice(merged[i], 0, merged[i].PublishedRows));
        next.AddRange(slices[end..]);

        var replacement = new PartitionState([.. next], commitSequence, state);
        partition.State = replacement;
        var gone = new List<Segment>();
        foreach (var slice in slices[begin..end])
        {
            if (!replacement.Uses(slice.Segment))
                gone.Add(slice.Segment);
        }

        _retiring.Add((replacement, [.. gone]));
    }

    /// <summary>The statement is whole and can no longer be undone; what it replaced stays until its commit.</summary>
    public void Seal()
    {
        _touched.Clear();
        _made.Clear();
        foreach (var replaced in _retiring)
            _sealed.Enqueue(replaced);
        _sealedCounts.Enqueue(_retiring.Count);
        _retiring.Clear();
    }

    /// <summary>After the commit of the oldest sealed statement: starts the grace period of what it replaced.</summary>
    public void Finish()
    {
        var count = _sealedCounts.Dequeue();
        if (count == 0)
            return;
        var epoch = epochs.Advance();
        for (; count > 0; count--)
        {
            var (newer, segments) = _sealed.Dequeue();
            _retired.Enqueue(new Retired(epoch, newer, segments, IsForgotten: false));
        }
    }

    /// <summary>Frees what no reader can see any more; between statements.</summary>
    public void Reclaim()
    {
        while (_retired.TryPeek(out var oldest) && epochs.IsOver(oldest.Epoch))
        {
            _retired.Dequeue();
            oldest.Newer?.ForgetPrevious();
            foreach (var segment in oldest.Segments)
                allocator.Free(segment.Allocation, oldest.IsForgotten);
        }
    }

    /// <summary>Makes a segment with cleared statistics; a failure of the statement takes it back.</summary>
    internal Segment NewSegment(TableSchema schema, int capacity)
    {
        var segment = new Segment(schema, capacity, allocator.Allocate(Segment.SizeBytes(schema, capacity)));
        segment.ClearStatistics();
        _made.Add(segment);
        return segment;
    }

    private Segment OpenSegment(Partition partition, TableSchema schema, int rows, out int startRow)
    {
        var state = partition.State;
        var slices = state.Slices;
        var capacity = SmallestCapacity;
        if (slices.Length > 0)
        {
            var last = slices[^1];
            startRow = last.Segment.PublishedRows;
            if (last.IsOpen && startRow < last.Segment.Capacity && last.Segment.ColumnCount == schema.Columns.Length)
                return last.Segment;
            capacity = Math.Min(LargestCapacity, last.Segment.Capacity * 4);
        }

        while (capacity < rows && capacity < LargestCapacity)
            capacity *= 4;
        var segment = NewSegment(schema, capacity);
        var next = new SegmentSlice[slices.Length + 1];
        slices.CopyTo(next);
        if (slices.Length > 0 && slices[^1].IsOpen)
            next[^2] = new SegmentSlice(slices[^1].Segment, slices[^1].StartRow, slices[^1].PublishedRows);
        next[^1] = SegmentSlice.Open(segment, 0);
        partition.State = new PartitionState(next, state.VisibleFrom, state.Previous);
        startRow = 0;
        return segment;
    }

    private static long FirstTime(in SegmentSlice slice, TableSchema schema) =>
        slice.Segment.Values<long>(schema.TimestampIndex, slice.StartRow, 1)[0];

    private static long LastTime(in SegmentSlice slice, TableSchema schema) =>
        slice.PublishedRows == 0 ? long.MinValue : slice.Segment.Values<long>(schema.TimestampIndex, slice.StartRow + slice.PublishedRows - 1, 1)[0];

    /// <summary>Rows of the slice whose time is not after <paramref name="time"/>.</summary>
    private static int RowsUpTo(in SegmentSlice slice, TableSchema schema, long time)
    {
        var times = slice.Segment.Values<long>(schema.TimestampIndex, slice.StartRow, slice.PublishedRows);
        int low = 0, high = times.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (times[middle] <= time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Segments that wait for the readers of their epoch.</summary>
    private readonly record struct Retired(long Epoch, PartitionState? Newer, Segment[] Segments, bool IsForgotten);

    /// <summary>A partition before the running statement; <c>OpenRows</c> is -1 where no slice was open.</summary>
    private readonly record struct Touched(Partition Partition, PartitionState State, long LastTime, int OpenRows);
}
