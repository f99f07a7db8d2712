using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage;
using Zepto.Storage.Epochs;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Query.Execution.Scans;

/// <summary>Consecutive rows of a segment that a scan reads, the series they belong to, and whether their slice has stopped growing.</summary>
internal readonly record struct SliceRows(Series Series, Segment Segment, int StartRow, int RowCount, bool IsSettled)
{
    /// <summary>Row behind the last one.</summary>
    public int EndRow => StartRow + RowCount;
}

/// <summary>
/// What one run of a scan sees: the table's committed rows of one moment, cut down to the wanted symbols and times. Between Open and Close it
/// may be read by several threads.
/// </summary>
internal sealed class ScanSnapshot(Database database, Table table, TableSchema schema, ScanRestriction restriction)
{
    private readonly List<int> _wantedSymbols = [];
    private readonly HashSet<int> _isWanted = [];
    private EpochLease _lease;
    private long _sequence;
    private long _rowCount;
    private TimeRange _range;

    /// <summary>Series to look at, some of which may have no rows.</summary>
    public int SeriesCount { get; private set; }

    /// <summary>Number of the last statement that it sees.</summary>
    public long Sequence => _sequence;

    /// <summary>Whether no row can match.</summary>
    public bool IsEmpty => _range.IsEmpty;

    /// <summary>Takes the snapshot; nothing that it sees is freed until <see cref="Close"/>.</summary>
    public void Open(EvaluationContext context)
    {
        _lease = database.Epochs.Enter();
        // The plan may be older than a DROP; only from here on is the table's memory safe from it.
        if (table.IsDropped)
            throw new SqlException(StatementErrorKind.UnknownTable, $"Unknown table: {table.Name}");
        (_sequence, _rowCount) = table.Snapshot();
        // Rows of the snapshot may have been stored for the columns that the table has now, but for no later ones.
        if (table.Schema != schema)
            throw new StalePlanException(table.Name);
        _range = TimeRange.Of(restriction.TimeBounds, context);
        if (SeesAllSeries)
        {
            SeriesCount = table.SeriesCount;
            return;
        }

        _wantedSymbols.Clear();
        _isWanted.Clear();
        if (restriction.Symbols is not null)
            ResolveSymbols(restriction.Symbols, context);
        else
            _wantedSymbols.AddRange(restriction.Visible!.Ids(database.Symbols));
        SeriesCount = _wantedSymbols.Count;
    }

    private bool SeesAllSeries => restriction.Symbols is null && restriction.Visible is null;

    /// <summary>Lets go of the snapshot.</summary>
    public void Close() => _lease.Dispose();

    /// <summary>A series by its number below <see cref="SeriesCount"/>; null when the table has no rows of that symbol.</summary>
    public Series? SeriesAt(int index)
    {
        if (SeesAllSeries)
            return table.SeriesAt(index);
        return table.TryGetSeries(_wantedSymbols[index], out var found) ? found : null;
    }

    /// <summary>The partitions of a series that may have rows within the time range; what it returns never changes.</summary>
    public ReadOnlyMemory<Partition> PartitionsOf(Series series)
    {
        var partitions = series.Partitions;
        if (schema.TimestampIndex < 0 || _range == TimeRange.All)
            return partitions;
        var days = partitions.Span;
        var (low, high) = (0, days.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (days[middle].BucketLastNs < _range.First)
                low = middle + 1;
            else
                high = middle;
        }

        var first = low;
        high = days.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (days[middle].BucketStartNs <= _range.Last)
                low = middle + 1;
            else
                high = middle;
        }

        return partitions[first..low];
    }

    /// <summary>A partition as the snapshot sees it. The next call may give the same rows in other slices, so who keeps a position keeps the state.</summary>
    public PartitionState StateOf(Partition partition) => partition.StateAt(_sequence);

    /// <summary>Its slices.</summary>
    public ReadOnlySpan<SegmentSlice> SlicesOf(Partition partition) => StateOf(partition).Slices;

    /// <summary>The part of a slice that is committed and within the time range; false when nothing is.</summary>
    public bool TryRead(Series series, in SegmentSlice slice, out SliceRows rows)
    {
        var count = slice.VisibleRows(_sequence);
        var start = slice.StartRow;
        var any = count > 0 && Narrow(slice.Segment, ref start, ref count);
        rows = new SliceRows(series, slice.Segment, start, count, !slice.IsOpen);
        return any;
    }

    /// <summary>The first rows of a series within the time range.</summary>
    public bool TryReadFirst(Series series, out SliceRows rows)
    {
        foreach (var partition in PartitionsOf(series).Span)
        {
            foreach (ref readonly var slice in SlicesOf(partition))
            {
                if (TryRead(series, slice, out rows))
                    return true;
            }
        }

        rows = default;
        return false;
    }

    /// <summary>The last rows of a series within the time range.</summary>
    public bool TryReadLast(Series series, out SliceRows rows)
    {
        var partitions = PartitionsOf(series).Span;
        for (var i = partitions.Length - 1; i >= 0; i--)
        {
            var slices = SlicesOf(partitions[i]);
            for (var j = slices.Length - 1; j >= 0; j--)
            {
                if (TryRead(series, slices[j], out rows))
                    return true;
            }
        }

        rows = default;
        return false;
    }

    /// <summary>Rows of the snapshot, blocks that are skipped included; counting stops when they are more than <paramref name="enough"/>.</summary>
    public long CountRows(long enough)
    {
        if (_range.IsEmpty)
            return 0;
        if (SeesAllSeries && _range == TimeRange.All)
            return _rowCount;
        long count = 0;
        for (var i = 0; i < SeriesCount && count <= enough; i++)
        {
            if (SeriesAt(i) is not { } series)
                continue;
            foreach (var partition in PartitionsOf(series).Span)
            {
                if (count > enough)
                    break;
                foreach (ref readonly var slice in SlicesOf(partition))
                    count += TryRead(series, slice, out var rows) ? rows.RowCount : 0;
            }
        }

        return count;
    }

    // Rows of a slice are in time order, so that binary search finds the range.
    private bool Narrow(Segment segment, ref int startRow, ref int rowCount)
    {
        if (schema.TimestampIndex < 0 || _range == TimeRange.All)
            return true;
        var (firstTime, lastTime) = (segment.TimeAt(schema.TimestampId, startRow), segment.TimeAt(schema.TimestampId, startRow + rowCount - 1));
        if (firstTime > _range.Last || lastTime < _range.First)
            return false;
        var first = firstTime >= _range.First ? 0 : segment.CountBelow(schema.TimestampId, startRow, rowCount, _range.First);
        var end = lastTime <= _range.Last ? rowCount : segment.CountBelow(schema.TimestampId, startRow, rowCount, _range.Last + 1);
        (startRow, rowCount) = (startRow + first, end - first);
        return rowCount > 0;
    }

    private void ResolveSymbols(BoundExpression[] symbols, EvaluationContext context)
    {
        foreach (var symbol in symbols)
        {
            var value = ConstantValue.Of(symbol, context);
            int id;
            switch (value.Kind)
            {
                case VectorKind.Int64:
                    id = value.Int64[0] is > 0 and <= int.MaxValue ? (int)value.Int64[0] : 0;
                    break;
                case VectorKind.Text:
                    id = !value.Text[0].IsNull && database.Symbols.TryFind(value.Text[0].Bytes, out var found) ? found : 0;
                    break;
                default:
                    throw new InvalidOperationException("the planner gave a symbol restriction that is neither a name nor an id");
            }

            if (id != 0 && (restriction.Visible is not { } visible || visible.Contains(database.Symbols, id)) && _isWanted.Add(id))
                _wantedSymbols.Add(id);
        }
    }
}
