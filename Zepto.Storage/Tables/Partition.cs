namespace Zepto.Storage.Tables;

/// <summary>Rows of one series and one day (UTC) of the designated timestamp, in time order, arrival order among equals.</summary>
public sealed class Partition
{
    internal const long DayNs = 86_400_000_000_000;
    private PartitionState _state = new([], 0, null);

    internal Partition(long bucketStartNs) => BucketStartNs = bucketStartNs;

    /// <summary>Start of the day, ns since the epoch; 0 for a table without a timestamp.</summary>
    public long BucketStartNs { get; }

    /// <summary>No row is later: the day's last nanosecond, or the last that INT64 holds. Says nothing for a table without a timestamp.</summary>
    public long BucketLastNs => BucketStartNs > long.MaxValue - (DayNs - 1) ? long.MaxValue : BucketStartNs + (DayNs - 1);

    /// <summary>Whether all its rows are older than a time. Rows without a timestamp, which lie on the first day that INT64 holds, have no age.</summary>
    internal bool IsBefore(long time) => BucketLastNs < time && BucketStartNs != long.MinValue;

    internal PartitionState State
    {
        get => Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, value);
    }

    /// <summary>Largest timestamp stored; writer only.</summary>
    internal long LastTime { get; set; } = long.MinValue;

    /// <summary>Rows there were when compaction last looked; compaction only.</summary>
    internal long RowsSeen { get; set; } = -1;

    /// <summary>Rows there were when it last was seen to have got some, as the newest day of its series; compaction only.</summary>
    internal long HotRows { get; set; } = -1;

    /// <summary>When that was, in Stopwatch ticks; compaction only.</summary>
    internal long HotSince { get; set; }

    /// <summary>Rows there were when nothing was left for compaction to do; compaction only.</summary>
    internal long RowsCompacted { get; set; } = -1;

    /// <summary>Rows of the present state, committed or not; writer only.</summary>
    internal long PublishedRows
    {
        get
        {
            long rows = 0;
            foreach (ref readonly var slice in State.Slices)
                rows += slice.PublishedRows;
            return rows;
        }
    }

    /// <summary>What a snapshot that took <paramref name="sequence"/> from the table sees; hold an epoch lease.</summary>
    public PartitionState StateAt(long sequence)
    {
        var state = State;
        while (state.VisibleFrom > sequence && state.Previous is { } previous)
            state = previous;
        return state;
    }
}
