using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>Merges stored rows in time order with a batch's rows in time order into new segments; stored rows go first among equal times.</summary>
internal sealed unsafe class LateMerge
{
    private readonly PartitionAppender _appender;
    private readonly TableSchema _schema;
    private readonly SegmentSlice[] _slices;
    private readonly RowBatch _batch;
    private readonly int[] _order;
    private readonly long _firstSequence;
    private readonly int[] _identity;
    private readonly int[] _zeros;
    private readonly List<Segment> _output = [];
    private readonly int _skipRows;
    private int _nextCapacity;

    /// <param name="appender">Makes the new segments.</param>
    /// <param name="schema">Columns of the new segments; columns that a stored segment lacks become NULL, those dropped since stay behind.</param>
    /// <param name="slices">Stored rows, in time order.</param>
    /// <param name="skipRows">Rows of the first slice that stay where they are.</param>
    /// <param name="batch">Source of the new rows.</param>
    /// <param name="order">Rows of the batch in time order.</param>
    /// <param name="firstSequence">Arrival number of the batch's row 0.</param>
    public LateMerge(
        PartitionAppender appender, TableSchema schema, ReadOnlySpan<SegmentSlice> slices, int skipRows, RowBatch batch, ReadOnlySpan<int> order, long firstSequence)
    {
        (_appender, _schema, _batch, _firstSequence, _skipRows) = (appender, schema, batch, firstSequence, skipRows);
        _slices = slices.ToArray();
        _order = order.ToArray();
        var longest = 0;
        foreach (var slice in slices)
            longest = Math.Max(longest, slice.PublishedRows);
        _identity = new int[longest];
        for (var i = 0; i < longest; i++)
            _identity[i] = i;
        _zeros = new int[longest];
    }

    /// <summary>The new segments in time order, published.</summary>
    public List<Segment> Run(int smallestCapacity, int largestCapacity)
    {
        long rows = _order.Length - _skipRows;
        foreach (var slice in _slices)
            rows += slice.PublishedRows;
        _nextCapacity = smallestCapacity;
        while (_nextCapacity < rows && _nextCapacity < largestCapacity)
            _nextCapacity *= 4;

        var newTimes = (long*)_batch.Address(_schema.TimestampIndex);
        var taken = 0;
        for (var s = 0; s < _slices.Length; s++)
        {
            var slice = _slices[s];
            var times = slice.Segment.Values<long>(_schema.TimestampId, slice.StartRow, slice.PublishedRows);
            var row = s == 0 ? _skipRows : 0;
            while (row < times.Length)
            {
                var fromBatch = taken;
                while (taken < _order.Length && newTimes[_order[taken]] < times[row])
                    taken++;
                CopyNew(fromBatch, taken);
                var fromSlice = row;
                var limit = taken < _order.Length ? newTimes[_order[taken]] : long.MaxValue;
                while (row < times.Length && times[row] <= limit)
                    row++;
                CopyStored(slice, fromSlice, row);
            }
        }

        CopyNew(taken, _order.Length);
        return _output;
    }

    private void CopyNew(int from, int to)
    {
        while (from < to)
        {
            var segment = Room(out var startRow);
            var count = Math.Min(to - from, segment.Capacity - startRow);
            var part = _order.AsSpan(from, count);
            for (var i = 0; i < count; i++)
                *segment.SequenceAddress(startRow + i) = _firstSequence + part[i];
            foreach (var column in segment.Layout.Columns)
                ColumnCopy.Gather(segment, column.Id, startRow, _batch.Address(_schema.IndexOf(column.Id)), part);
            segment.Publish(startRow + count);
            from += count;
        }
    }

    private void CopyStored(in SegmentSlice slice, int from, int to)
    {
        long nothing = 0;
        while (from < to)
        {
            var segment = Room(out var startRow);
            var count = Math.Min(to - from, segment.Capacity - startRow);
            var first = slice.StartRow + from;
            Buffer.MemoryCopy(slice.Segment.SequenceAddress(first), segment.SequenceAddress(startRow), count * 8L, count * 8L);
            foreach (var column in segment.Layout.Columns)
            {
                if (slice.Segment.HasColumn(column.Id))
                {
                    ColumnCopy.Gather(segment, column.Id, startRow, (byte*)slice.Segment.Address(column.Id, first), _identity.AsSpan(0, count));
                    continue;
                }

                nothing = Nulls.BitsOf(column.Type);
                ColumnCopy.Gather(segment, column.Id, startRow, (byte*)&nothing, _zeros.AsSpan(0, count));
            }

            segment.Publish(startRow + count);
            from += count;
        }
    }

    private Segment Room(out int startRow)
    {
        if (_output.Count > 0 && _output[^1].PublishedRows < _output[^1].Capacity)
        {
            startRow = _output[^1].PublishedRows;
            return _output[^1];
        }

        startRow = 0;
        var segment = _appender.NewSegment(_schema.Layout, _nextCapacity);
        _output.Add(segment);
        return segment;
    }
}
