using Zepto.Storage.Epochs;
using Zepto.Storage.Extents;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>
/// Puts rows of a batch into a partition: in place behind the last row where time allows, else by merging them into new segments. The rows are
/// published but not committed: the table's sequence makes them visible. Every change can be undone until <see cref="Seal"/>. Used by the table's
/// writer thread only.
/// </summary>
internal sealed unsafe partial class PartitionAppender : IDisposable
{
    private const int SmallestCapacity = 64;

    /// <summary>Rows of the largest segment.</summary>
    internal const int LargestCapacity = 65536;

    private readonly SegmentAllocator _allocator;
    private readonly RetiredSegments _retired;
    private readonly PartitionRewrite _rewrite;
    private readonly LateMerge _late;
    private readonly List<Replaced> _replaced = [];
    private readonly List<Replaced> _finished = [];
    private readonly Queue<Replaced> _sealed = [];
    private readonly Queue<int> _sealedCounts = [];
    private readonly HashSet<Segment> _used = [];
    private readonly List<Touched> _touched = [];
    private readonly List<Segment> _made = [];
    private readonly List<(Segment Segment, int Rows)> _grown = [];

    public PartitionAppender(SegmentAllocator allocator, EpochRegistry epochs)
    {
        _allocator = allocator;
        _retired = new RetiredSegments(allocator, epochs);
        _rewrite = new PartitionRewrite(this);
        _late = new LateMerge(this);
    }

    /// <summary>Whether replaced rows wait for readers; any thread.</summary>
    public bool HasRetired => _retired.Any;

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
        _replaced.Clear();
        foreach (var (partition, state, lastTime, openRows) in _touched)
        {
            if (openRows >= 0)
                GiveUp(state.Slices[^1].Segment, openRows);
            partition.State = state;
            partition.LastTime = lastTime;
        }

        // A base that grew twice goes back to its first rows.
        for (var i = _grown.Count - 1; i >= 0; i--)
            GiveUp(_grown[i].Segment, _grown[i].Rows);
        _grown.Clear();
        _touched.Clear();
        if (_made.Count > 0)
            _retired.Add([.. _made], SegmentFate.Reused);
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

        _retired.Add([.. segments], isForgotten ? SegmentFate.Forgotten : SegmentFate.Reused);
    }

    /// <summary>Frees a column's indexes once no reader can look at them.</summary>
    public void RetireIndexes(Table table, ColumnId column)
    {
        var indexes = new List<ColumnIndex>();
        for (var i = 0; i < table.SeriesCount; i++)
        {
            foreach (var partition in table.SeriesAt(i).Partitions.Span)
            {
                foreach (ref readonly var slice in partition.State.Slices)
                {
                    if (slice.Segment.TakeIndex(column) is { } index)
                        indexes.Add(index);
                }
            }
        }

        if (indexes.Count > 0)
            _retired.Add([.. indexes]);
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
            {
                if (column != batch.Schema.SymbolIndex)
                    ColumnCopy.Gather(segment, batch.Schema.IdOf(column), startRow, batch.Address(column), part);
            }

            segment.Publish(startRow + count);
            order = order[count..];
        }
    }

    /// <summary>
    /// Makes a state of the partition that snapshots from <paramref name="commitSequence"/> on see: without the removed rows, with the new ones, the first
    /// of which may be before the partition's last row.
    /// </summary>
    public void Rewrite(Series series, Partition partition, ReadOnlySpan<RowPlace> removed, in NewRows rows, long commitSequence)
    {
        var slices = _rewrite.Run(partition.State.Slices, removed, rows);
        Replace(series, partition, slices, commitSequence, partition.State, SegmentFate.Reused);
        partition.LastTime = slices.Length == 0 ? long.MinValue : LastTimeOf(slices[^1], rows.Batch.Schema);
    }

    /// <summary>
    /// Makes a state of the partition that snapshots from <paramref name="commitSequence"/> on see, with rows that have arrived now, the first of which is
    /// before the partition's last row.
    /// </summary>
    public void Merge(Series series, Partition partition, in NewRows rows, long commitSequence)
    {
        var state = partition.State;
        if (!_late.TryRun(state.Slices, rows, out var slices, out var replaced))
        {
            Rewrite(series, partition, [], rows, commitSequence);
            return;
        }

        partition.State = new PartitionState(slices, commitSequence, state);
        _replaced.Add(new Replaced(series, partition, partition.State, replaced, SegmentFate.Reused));
    }

    /// <summary>Makes an empty state of the partition that snapshots from <paramref name="commitSequence"/> on see.</summary>
    public void Clear(Series series, Partition partition, long commitSequence)
    {
        Replace(series, partition, [], commitSequence, partition.State, SegmentFate.GivenBack);
        partition.LastTime = long.MinValue;
    }

    /// <summary>The statement is whole and can no longer be undone; what it replaced stays until its commit.</summary>
    public void Seal()
    {
        _touched.Clear();
        _grown.Clear();
        _made.Clear();
        foreach (var replaced in _replaced)
            _sealed.Enqueue(replaced);
        _sealedCounts.Enqueue(_replaced.Count);
        _replaced.Clear();
    }

    /// <summary>After the commit of the oldest sealed statement: starts the grace period of what it replaced.</summary>
    public void Finish()
    {
        for (var count = _sealedCounts.Dequeue(); count > 0; count--)
            _finished.Add(_sealed.Dequeue());
        _retired.Add(_finished);
        _finished.Clear();
    }

    /// <summary>The oldest sealed statement is never committed: readers go on with what it replaced.</summary>
    public void Abandon()
    {
        for (var count = _sealedCounts.Dequeue(); count > 0; count--)
            _sealed.Dequeue();
    }

    /// <summary>Frees what no reader can see any more; between statements.</summary>
    public void Reclaim() => _retired.Reclaim();

    public void Dispose() => _rewrite.Dispose();

    /// <summary>Makes a segment with cleared statistics; a failure of the statement takes it back.</summary>
    internal Segment NewSegment(SegmentLayout layout, int capacity, bool isBase = false)
    {
        var segment = new Segment(layout, capacity, _allocator.Allocate(Segment.SizeBytes(layout, capacity))) { IsBase = isBase };
        segment.ClearStatistics();
        _made.Add(segment);
        return segment;
    }

    /// <summary>A base is about to get rows; a failure of the statement takes them back.</summary>
    internal void Grow(Segment segment) => _grown.Add((segment, segment.PublishedRows));

    /// <summary>Gives up the rows that a segment got since it had so many.</summary>
    private static void GiveUp(Segment segment, int rows)
    {
        var published = segment.PublishedRows;
        segment.Publish(rows);
        if (published != rows)
            SegmentStatistics.Recompute(segment, rows, published);
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
            if (last.IsOpen && startRow < last.Segment.Capacity && last.Segment.Layout.Covers(schema.Layout))
                return last.Segment;
            // A partition that was encoded to its end has gone without rows: it starts small again.
            if (!last.Segment.IsEncoded)
                capacity = Math.Min(LargestCapacity, last.Segment.Capacity * 4);
        }

        while (capacity < rows && capacity < LargestCapacity)
            capacity *= 4;
        var segment = NewSegment(schema.Layout, capacity);
        var next = new SegmentSlice[slices.Length + 1];
        slices.CopyTo(next);
        if (slices.Length > 0 && slices[^1].IsOpen)
            next[^2] = new SegmentSlice(slices[^1].Segment, slices[^1].StartRow, slices[^1].PublishedRows);
        next[^1] = SegmentSlice.Open(segment, 0);
        partition.State = new PartitionState(next, state.VisibleFrom, state.Previous);
        startRow = 0;
        return segment;
    }

    private void Replace(Series? series, Partition partition, SegmentSlice[] slices, long visibleFrom, PartitionState? previous, SegmentFate fate)
    {
        var replacement = new PartitionState(slices, visibleFrom, previous);
        _used.Clear();
        foreach (var slice in slices)
            _used.Add(slice.Segment);
        var gone = new List<Segment>();
        foreach (var slice in partition.State.Slices)
        {
            // Several slices may lie in one segment.
            if (_used.Add(slice.Segment))
                gone.Add(slice.Segment);
        }

        partition.State = replacement;
        _replaced.Add(new Replaced(series, partition, replacement, [.. gone], fate));
        _used.Clear();
    }

    private static long LastTimeOf(in SegmentSlice slice, TableSchema schema) =>
        schema.TimestampIndex < 0 ? long.MinValue : slice.Segment.Int64At(schema.TimestampId, slice.StartRow + slice.PublishedRows - 1);

    /// <summary>A partition before the running statement; <c>OpenRows</c> is -1 where no slice was open.</summary>
    private readonly record struct Touched(Partition Partition, PartitionState State, long LastTime, int OpenRows);
}
