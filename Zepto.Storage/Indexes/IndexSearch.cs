using Zepto.Native.Memory;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Indexes;

/// <summary>Finds rows of segments by the attribute of a column. Hold an epoch lease. Thread-safe.</summary>
/// <param name="column">The column.</param>
/// <param name="type">Its type.</param>
/// <param name="attribute">Its attribute; not None.</param>
/// <param name="budget">What all indexes may hold.</param>
public readonly struct IndexSearch(ColumnId column, ColumnType type, ColumnAttribute attribute, MemoryBudget budget)
{
    /// <summary>Finding a run of rows by GROUPED and reading it by itself takes as long as reading some 60 rows one after another.</summary>
    private const int WorthwhilePart = 64;

    private const int LookedAtPart = 8;

    /// <summary>
    /// Appends rows among which are all those whose key lies in one of the ranges. False when some or all rows had to be taken as they are, because the
    /// attribute does not hold for them or cannot be used: then <paramref name="rows"/> may say nothing, as <see cref="RowRanges.IsOverfull"/> tells.
    /// </summary>
    /// <param name="segment">The segment.</param>
    /// <param name="within">Committed rows of it.</param>
    /// <param name="settledEnd">Row before which no row of their slice is still to come; 0 for a slice that grows.</param>
    /// <param name="committedSequence">The snapshot that sees them.</param>
    /// <param name="keys">Ascending ranges without NULL; empty when nothing can match.</param>
    /// <param name="onlyKnown">Whether to use only what was found out before, which takes some microseconds.</param>
    /// <param name="rows">Empty; gets the rows.</param>
    public bool Find(
        Segment segment, RowRange within, int settledEnd, long committedSequence, ReadOnlySpan<KeyRange> keys, bool onlyKnown, ref RowRanges rows)
    {
        // A column that the segment does not have is NULL.
        var position = segment.Layout.PositionOf(column);
        if (keys.IsEmpty || position < 0)
            return true;
        var stored = new StoredColumn(column, type);
        var index = segment.IndexAt(position);
        if (attribute == ColumnAttribute.Sorted)
            return FindSorted(segment, stored, index.Ascending(segment), within, keys, onlyKnown, ref rows);
        if (!TryNarrow(segment, stored, keys, ref within))
            return true;
        var mustBeParted = attribute == ColumnAttribute.Parted;
        // Rows that other attributes have cut down to few are read one after another sooner than a long list is compared with them.
        var mostFound = mustBeParted ? int.MaxValue : (within.End - within.Start) / WorthwhilePart;
        var mostLookedAt = mustBeParted ? int.MaxValue : (within.End - within.Start) / LookedAtPart;
        if (index.Runs(segment, stored, mustBeParted, within.End, onlyKnown ? 0 : settledEnd, committedSequence, budget) is { } runs
            && runs.TryFind(segment, stored, keys, within, mostFound, mostLookedAt, ref rows))
        {
            return true;
        }

        rows.Clear();
        rows.Append(within.Start, within.End);
        return false;
    }

    /// <summary>Cuts rows down to the blocks whose statistics reach the keys; false when there is none.</summary>
    private static bool TryNarrow(Segment segment, StoredColumn column, ReadOnlySpan<KeyRange> keys, ref RowRange within)
    {
        var (first, end) = (-1, 0);
        for (var block = within.Start / Segment.BlockRows; block * Segment.BlockRows < within.End; block++)
        {
            var (min, max, _) = Extremes(segment, column, block);
            if (max < keys[0].First || min > keys[^1].Last)
                continue;
            first = first < 0 ? block : first;
            end = block + 1;
        }

        if (first < 0)
            return false;
        within = new RowRange(Math.Max(within.Start, first * Segment.BlockRows), Math.Min(within.End, end * Segment.BlockRows));
        return true;
    }

    private static bool FindSorted(
        Segment segment, StoredColumn column, AscendingBlocks ascending, RowRange within, ReadOnlySpan<KeyRange> keys, bool onlyKnown, ref RowRanges rows)
    {
        var holds = true;
        for (var block = within.Start / Segment.BlockRows; block * Segment.BlockRows < within.End; block++)
        {
            var start = Math.Max(within.Start, block * Segment.BlockRows);
            var end = Math.Min(within.End, (block + 1) * Segment.BlockRows);
            var (min, max, hasNulls) = Extremes(segment, column, block);
            if (max < keys[0].First || min > keys[^1].Last)
                continue;
            if (!hasNulls && keys.Length == 1 && keys[0].First <= min && keys[0].Last >= max)
            {
                rows.Append(start, end);
                continue;
            }

            if (!ascending.Ascends(segment, column, block, end, onlyKnown))
            {
                holds = false;
                rows.Append(start, end);
                continue;
            }

            foreach (ref readonly var range in keys)
            {
                if (range.Last < min)
                    continue;
                if (range.First > max)
                    break;
                start += CountBelow(segment, column, start, end, range.First);
                var next = range.Last == long.MaxValue ? end : start + CountBelow(segment, column, start, end, range.Last + 1);
                rows.Append(start, next);
                start = next;
            }
        }

        return holds;
    }

    /// <summary>Smallest and largest key in a block, NULL left out.</summary>
    private static (long Min, long Max, bool HasNulls) Extremes(Segment segment, StoredColumn column, int block)
    {
        ref readonly var statistics = ref segment.Block(column.Id, block);
        var hasNulls = statistics.NullCount > 0;
        if (column.Type is not (ColumnType.Float64 or ColumnType.Float32))
            return (statistics.MinInt64, statistics.MaxInt64, hasNulls);
        // All NULL or NaN: infinities the wrong way round.
        var hasNaN = statistics.NanCount > 0;
        return (OrderKeys.Of(statistics.MinFloat64), hasNaN ? OrderKeys.NaN : OrderKeys.Of(statistics.MaxFloat64), hasNulls);
    }

    private static int CountBelow(Segment segment, StoredColumn column, int start, int end, long key)
    {
        var (low, high) = (start, end);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (OrderKeys.At(segment, column, middle) < key)
                low = middle + 1;
            else
                high = middle;
        }

        return low - start;
    }
}
