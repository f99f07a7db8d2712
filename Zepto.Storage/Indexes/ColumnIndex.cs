using Zepto.Native.Memory;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Indexes;

/// <summary>What is known of how one column's values lie in one segment, found out when a scan first asks. Thread-safe: of threads that do it at once one wins.</summary>
internal sealed class ColumnIndex : IDisposable
{
    private AscendingBlocks? _ascending;
    private SortedRuns? _runs;
    private volatile bool _isNotParted;

    /// <summary>Where the values ascend.</summary>
    public AscendingBlocks Ascending(Segment segment)
    {
        if (Volatile.Read(ref _ascending) is { } known)
            return known;
        var made = new AscendingBlocks(Segment.BlockCount(segment.Capacity));
        return Interlocked.CompareExchange(ref _ascending, made, null) ?? made;
    }

    /// <summary>The rows by value; null when they cannot be known now, or when equal values do not lie together and that is asked for.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="column">The column.</param>
    /// <param name="mustBeParted">Whether equal values must lie together.</param>
    /// <param name="endRow">Row up to which they must be known.</param>
    /// <param name="settledEnd">Row up to which they are made known, where they are not and it is no less than that.</param>
    /// <param name="committedSequence">Arrival number up to which rows are certain to stay.</param>
    /// <param name="budget">What all indexes may hold.</param>
    public SortedRuns? Runs(Segment segment, StoredColumn column, bool mustBeParted, int endRow, int settledEnd, long committedSequence, MemoryBudget budget)
    {
        if (mustBeParted && _isNotParted)
            return null;
        var runs = Volatile.Read(ref _runs);
        if (runs is null && settledEnd >= endRow)
        {
            runs = SortedRuns.Make(segment, column, SettledRows(segment, settledEnd, committedSequence), budget);
            if (runs is not null && mustBeParted && !runs.IsParted)
            {
                _isNotParted = true;
                runs.Dispose();
                return null;
            }

            if (runs is not null && Interlocked.CompareExchange(ref _runs, runs, null) is { } other)
            {
                runs.Dispose();
                runs = other;
            }
        }

        return runs is not null && runs.Rows >= endRow && (!mustBeParted || runs.IsParted) ? runs : null;
    }

    /// <summary>Frees the runs; nobody may look at them any more.</summary>
    public void Dispose() => Interlocked.Exchange(ref _runs, null)?.Dispose();

    /// <summary>
    /// All rows that there are, for several slices may lie in the segment; only those asked for while others may still be taken back. Those of a base tell
    /// nothing of that: old rows move to it, in statements that may fail.
    /// </summary>
    private static int SettledRows(Segment segment, int settledEnd, long committedSequence)
    {
        var rows = segment.PublishedRows;
        return segment.IsEncoded || (!segment.IsBase && segment.SequenceAt(rows - 1) <= committedSequence) ? rows : settledEnd;
    }
}
