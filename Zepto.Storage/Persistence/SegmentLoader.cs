using System.Diagnostics.CodeAnalysis;
using Zepto.Storage.Extents;
using Zepto.Storage.Ingest;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Persistence;

/// <summary>Makes the segments that a manifest names, over their bytes in the mapped extents: nothing is copied and, after a clean stop, nothing read.</summary>
/// <param name="allocator">Holds the mapped extents.</param>
/// <param name="afterCrash">Rows behind the manifest's may have widened statistics of open segments; they are made exact again.</param>
internal sealed class SegmentLoader(SegmentAllocator allocator, bool afterCrash)
{
    private readonly Dictionary<(int Extent, long Offset), Segment> _segments = [];
    private SegmentLayout[] _layouts = [];

    /// <summary>The segments that follow are of a table whose segments have these layouts.</summary>
    public void Begin(SegmentLayout[] layouts) => _layouts = layouts;

    /// <summary>The segment at a place; false when it cannot be there.</summary>
    /// <param name="extent">Extent number.</param>
    /// <param name="offset">Offset in the extent.</param>
    /// <param name="layout">Number of its layout.</param>
    /// <param name="capacity">Rows there is room for.</param>
    /// <param name="rows">Rows that hold values.</param>
    /// <param name="isOpen">Whether more rows may follow.</param>
    /// <param name="segment">The segment, shared by slices of the same place.</param>
    public bool TryLoad(int extent, long offset, int layout, int capacity, int rows, bool isOpen, [NotNullWhen(true)] out Segment? segment)
    {
        if (_segments.TryGetValue((extent, offset), out segment))
        {
            segment.Publish(Math.Max(segment.PublishedRows, rows));
            return segment.Capacity == capacity && (uint)layout < (uint)_layouts.Length && segment.Layout == _layouts[layout];
        }

        if ((uint)layout >= (uint)_layouts.Length || !allocator.TryClaim(extent, offset, Segment.SizeBytes(_layouts[layout], capacity), out var allocation))
            return false;
        segment = new Segment(_layouts[layout], capacity, allocation);
        segment.Publish(rows);
        if (isOpen && afterCrash)
            SegmentStatistics.Recompute(segment, rows, capacity);
        _segments.Add((extent, offset), segment);
        return true;
    }

    /// <summary>All segments are known: the room between them is free. False when two overlap.</summary>
    public bool Finish() => allocator.FinishClaims([.. _segments.Values.Select(s => s.Allocation)]);
}
