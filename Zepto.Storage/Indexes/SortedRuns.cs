using System.Numerics;
using Zepto.Native.Memory;
using Zepto.Storage.Ingest;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Indexes;

// A run: first row u16 in the high half | rows - 1 u16 in the low half. A segment has at most 65,536 rows.
/// <summary>
/// The first rows of a segment as runs of equal values of one column, sorted by value and then by row: 4 bytes a run. The values themselves are read from
/// the segment. Immutable; freed along with the segment.
/// </summary>
internal sealed unsafe class SortedRuns : IDisposable
{
    private const int BitWords = PartitionAppender.LargestCapacity / 64;
    private const int PartRows = 512;
    private readonly NativeBuffer _runs;
    private readonly MemoryBudget _budget;
    private readonly int _count;
    private int _isFreed;

    private SortedRuns(NativeBuffer runs, int count, int rows, bool isParted, MemoryBudget budget)
    {
        _runs = runs;
        _count = count;
        _budget = budget;
        Rows = rows;
        IsParted = isParted;
    }

    /// <summary>Rows it knows, from the first one of the segment on.</summary>
    public int Rows { get; }

    /// <summary>Whether no value has two runs.</summary>
    public bool IsParted { get; }

    /// <summary>Most bytes for a number of rows.</summary>
    public static long MostBytes(int rows) => (long)rows * sizeof(uint);

    /// <summary>The runs of a segment's first rows, which never change; null when the budget has no room for them.</summary>
    public static SortedRuns? Make(Segment segment, StoredColumn column, int rows, MemoryBudget budget)
    {
        // Before the rows are looked at: nothing is done in vain while the budget is used up.
        if (!budget.TryTake(MostBytes(rows)))
            return null;
        var runs = new NativeBuffer();
        try
        {
            using var keys = new NativeList<long>();
            using var found = new NativeList<uint>();
            Collect(segment, column, rows, keys, found);
            RunSort.Sort(keys.Address, found.Address, found.Count);
            var isParted = true;
            for (var i = 1; i < keys.Count && isParted; i++)
                isParted = keys[i] != keys[i - 1];
            runs.Length = (long)found.Count * sizeof(uint);
            found.Span.CopyTo(new Span<uint>(runs.Address, found.Count));
            budget.Return(MostBytes(rows) - MostBytes(found.Count));
            return new SortedRuns(runs, found.Count, rows, isParted, budget);
        }
        catch
        {
            runs.Dispose();
            budget.Return(MostBytes(rows));
            throw;
        }
    }

    /// <summary>Appends the rows with one of the keys; false, with nothing to rely on, when they are more than is worth finding so.</summary>
    /// <param name="segment">The segment it was made of.</param>
    /// <param name="column">The column.</param>
    /// <param name="keys">Ascending.</param>
    /// <param name="within">Rows to look at.</param>
    /// <param name="mostFound">Most runs to find.</param>
    /// <param name="mostLookedAt">Most runs to look at, those outside of <paramref name="within"/> too.</param>
    /// <param name="rows">Gets the rows.</param>
    public bool TryFind(Segment segment, StoredColumn column, ReadOnlySpan<KeyRange> keys, RowRange within, int mostFound, int mostLookedAt, ref RowRanges rows)
    {
        if (keys is [var one] && one.First == one.Last)
        {
            var (first, end) = Bounds(segment, column, one);
            if (end - first > mostLookedAt)
                return false;
            for (var i = first; i < end; i++)
            {
                var (from, to) = RunAt(i, within);
                if (from < to && --mostFound < 0)
                    return false;
                rows.Append(from, to);
            }

            return !rows.IsOverfull;
        }

        return TryFindMany(segment, column, keys, within, mostFound, mostLookedAt, ref rows);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isFreed, 1) != 0)
            return;
        _runs.Dispose();
        _budget.Return(MostBytes(_count));
    }

    /// <summary>Rows of several values come out of order: a bit for each of them puts them right.</summary>
    private bool TryFindMany(Segment segment, StoredColumn column, ReadOnlySpan<KeyRange> keys, RowRange within, int mostFound, int mostLookedAt, ref RowRanges rows)
    {
        var bits = stackalloc ulong[BitWords];
        new Span<ulong>(bits, BitWords).Clear();
        foreach (ref readonly var range in keys)
        {
            var (first, end) = Bounds(segment, column, range);
            if ((mostLookedAt -= end - first) < 0)
                return false;
            for (var i = first; i < end; i++)
            {
                var (from, to) = RunAt(i, within);
                if (from < to && --mostFound < 0)
                    return false;
                for (var row = from; row < to; row++)
                    bits[row >> 6] |= 1UL << row;
            }
        }

        for (var word = within.Start >> 6; word << 6 < within.End; word++)
        {
            for (var left = bits[word]; left != 0;)
            {
                var start = BitOperations.TrailingZeroCount(left);
                var length = BitOperations.TrailingZeroCount(~(left >> start));
                rows.Append((word << 6) + start, (word << 6) + start + length);
                left &= start + length == 64 ? 0 : ulong.MaxValue << (start + length);
            }
        }

        return !rows.IsOverfull;
    }

    private (int First, int End) Bounds(Segment segment, StoredColumn column, in KeyRange range)
    {
        var first = CountBelow(segment, column, 0, range.First);
        return (first, range.Last == long.MaxValue ? _count : CountBelow(segment, column, first, range.Last + 1));
    }

    private int CountBelow(Segment segment, StoredColumn column, int low, long key)
    {
        var high = _count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (OrderKeys.At(segment, column, RunAt(middle).Start) < key)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The part of a run within other rows; ends before it starts where there is none.</summary>
    private RowRange RunAt(int index, RowRange within)
    {
        var run = RunAt(index);
        return new RowRange(Math.Max(run.Start, within.Start), Math.Min(run.End, within.End));
    }

    private RowRange RunAt(int index)
    {
        var run = ((uint*)_runs.Address)[index];
        var start = (int)(run >> 16);
        return new RowRange(start, start + (int)(run & 0xFFFF) + 1);
    }

    private static void Collect(Segment segment, StoredColumn column, int rows, NativeList<long> keys, NativeList<uint> runs)
    {
        var room = stackalloc long[PartRows];
        var runStart = 0;
        for (var row = 0; row < rows; row += PartRows)
        {
            var count = Math.Min(PartRows, rows - row);
            var part = OrderKeys.Read(segment, column, row, count, room);
            for (var i = 0; i < count; i++)
            {
                if (keys.Count > 0 && keys[keys.Count - 1] == part[i])
                    continue;
                if (keys.Count > 0)
                    runs.Add(Run(runStart, row + i));
                runStart = row + i;
                keys.Add(part[i]);
            }
        }

        if (rows > 0)
            runs.Add(Run(runStart, rows));
    }

    private static uint Run(int start, int end) => ((uint)start << 16) | (uint)(end - start - 1);
}
