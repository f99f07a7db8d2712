using Zepto.Storage.Epochs;
using Zepto.Storage.Extents;
using Zepto.Storage.Indexes;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>What statements replaced, until no reader can see it any more. Used by one writer thread.</summary>
internal sealed class RetiredSegments(SegmentAllocator allocator, EpochRegistry epochs)
{
    private readonly Queue<(long Epoch, Replaced Replaced)> _waiting = [];
    private readonly List<Allocation> _freed = [];
    private SegmentFate _fate;
    private int _count;

    /// <summary>Whether something waits for readers; any thread.</summary>
    public bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>Starts the grace period of what was replaced; after the commit.</summary>
    public void Add(List<Replaced> replaced)
    {
        if (replaced.Count == 0)
            return;
        var epoch = epochs.Advance();
        foreach (var one in replaced)
            _waiting.Enqueue((epoch, one));
        Volatile.Write(ref _count, _waiting.Count);
    }

    /// <summary>As <see cref="Add(List{Replaced})"/>, for segments without a partition.</summary>
    public void Add(Segment[] segments, SegmentFate fate)
    {
        _waiting.Enqueue((epochs.Advance(), new Replaced(null, null, null, segments, fate)));
        Volatile.Write(ref _count, _waiting.Count);
    }

    /// <summary>As <see cref="Add(List{Replaced})"/>, for indexes whose segments stay.</summary>
    public void Add(ColumnIndex[] indexes)
    {
        _waiting.Enqueue((epochs.Advance(), new Replaced(null, null, null, [], SegmentFate.Reused) { Indexes = indexes }));
        Volatile.Write(ref _count, _waiting.Count);
    }

    /// <summary>Frees what no reader can see any more; between statements.</summary>
    public void Reclaim()
    {
        long over = 0;
        while (_waiting.TryPeek(out var oldest) && (oldest.Epoch == over || epochs.IsOver(oldest.Epoch)))
        {
            var fate = oldest.Replaced.Fate;
            if (_freed.Count > 0 && (oldest.Epoch != over || _fate != fate))
                Free();
            (over, _fate) = (oldest.Epoch, fate);
            _waiting.Dequeue();
            Forget(oldest.Replaced);
            foreach (var index in oldest.Replaced.Indexes ?? [])
                index.Dispose();
            foreach (var segment in oldest.Replaced.Segments)
            {
                segment.FreeIndexes();
                _freed.Add(segment.Allocation);
            }
        }

        Free();
        Volatile.Write(ref _count, _waiting.Count);
    }

    private void Free()
    {
        if (_freed.Count == 0)
            return;
        allocator.Free(_freed, isForgotten: _fate == SegmentFate.Forgotten, givesBack: _fate != SegmentFate.Reused);
        _freed.Clear();
    }

    /// <summary>Lets go of the state that only older snapshots saw, and of a partition that has no rows since.</summary>
    private static void Forget(in Replaced replaced)
    {
        if (replaced.Partition is not { } partition)
            return;
        // Rows appended meanwhile may have made copies of the newer state, which lead back to the older one as well.
        for (var state = partition.State; state is not null; state = state.Previous)
        {
            if (state.VisibleFrom == replaced.Newer!.VisibleFrom)
                state.ForgetPrevious();
        }

        if (partition.State is { Slices.Length: 0, Previous: null })
            replaced.Series?.Remove(partition);
    }
}

/// <summary>What happens to replaced segments.</summary>
internal enum SegmentFate : byte
{
    /// <summary>Their room is used for the next segments.</summary>
    Reused,

    /// <summary>Their rows are gone, so their room is given back to the system where that is worth it.</summary>
    GivenBack,

    /// <summary>As <see cref="GivenBack"/>, and the durable manifest is known not to name them: a dropped table's.</summary>
    Forgotten,
}

/// <summary>Segments that <c>Newer</c>, the state of a partition, does not use any more. <c>Series</c>: where to remove the partition once it is empty.</summary>
internal readonly record struct Replaced(Series? Series, Partition? Partition, PartitionState? Newer, Segment[] Segments, SegmentFate Fate)
{
    /// <summary>Indexes of other segments that go as well.</summary>
    public ColumnIndex[]? Indexes { get; init; }
}
