namespace Zepto.Storage.Tables;

/// <summary>
/// The slices of a partition as of one moment; immutable but for the open last slice, which only grows. A late row, and UPDATE and DELETE, make a new state that
/// snapshots from <see cref="VisibleFrom"/> on see; older ones go back to <see cref="Previous"/>.
/// </summary>
public sealed class PartitionState
{
    private readonly SegmentSlice[] _slices;
    private PartitionState? _previous;

    internal PartitionState(SegmentSlice[] slices, long visibleFrom, PartitionState? previous)
    {
        _slices = slices;
        VisibleFrom = visibleFrom;
        _previous = previous;
    }

    /// <summary>Slices in time order.</summary>
    public ReadOnlySpan<SegmentSlice> Slices => _slices;

    /// <summary>First committed number that sees this state.</summary>
    internal long VisibleFrom { get; }

    internal PartitionState? Previous => Volatile.Read(ref _previous);

    /// <summary>Called once no snapshot needs the older state any more.</summary>
    internal void ForgetPrevious() => Volatile.Write(ref _previous, null);
}
