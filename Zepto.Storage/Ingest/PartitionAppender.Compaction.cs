using Zepto.Storage.Encodings;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>Puts an encoded segment in the place of slices with the same rows.</summary>
internal sealed partial class PartitionAppender
{
    /// <summary>
    /// Swaps, between two statements; false when the partition has other slices there by now. Every snapshot may see the new state, so it is visible from
    /// where the old one was.
    /// </summary>
    public bool TrySwap(Partition partition, int first, ReadOnlySpan<SegmentSlice> expected, SegmentLayout layout, SegmentEncoder encoder)
    {
        var state = partition.State;
        if (_touched.Count > 0 || first + expected.Length > state.Slices.Length)
            return false;
        var rows = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            ref readonly var slice = ref state.Slices[first + i];
            if (slice.Segment != expected[i].Segment || slice.StartRow != expected[i].StartRow || slice.PublishedRows != expected[i].PublishedRows)
                return false;
            rows += slice.PublishedRows;
        }

        var bytes = encoder.Written;
        var allocation = _allocator.Allocate(bytes.Length);
        unsafe
        {
            bytes.CopyTo(new Span<byte>(allocation.Address, bytes.Length));
        }

        var segment = new Segment(layout, rows, allocation, bytes.Length, encoder.LargestSequence);
        SegmentSlice[] slices = [.. state.Slices[..first], new SegmentSlice(segment, 0, rows), .. state.Slices[(first + expected.Length)..]];
        Replace(null, partition, slices, state.VisibleFrom, state.Previous, SegmentFate.Reused);
        Seal();
        Finish();
        return true;
    }
}
