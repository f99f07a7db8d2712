using System.Diagnostics.CodeAnalysis;
using Zepto.Storage.Encodings;
using Zepto.Storage.Extents;
using Zepto.Storage.Ingest;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Persistence;

/// <summary>What a manifest says of a segment: where it lies, the number of its layout, rows it has room for, and its bytes when it is encoded, else 0.</summary>
internal readonly record struct SegmentPlace(int Extent, long Offset, int Layout, int Capacity, int EncodedBytes);

/// <summary>Makes the segments that a manifest names, over their bytes in the mapped extents: nothing is copied and, after a clean stop, nothing read.</summary>
/// <param name="allocator">Holds the mapped extents.</param>
/// <param name="afterCrash">Rows behind the manifest's may have widened statistics of segments that grow; they are made exact again.</param>
internal sealed class SegmentLoader(SegmentAllocator allocator, bool afterCrash)
{
    private readonly Dictionary<(int Extent, long Offset), Segment> _segments = [];
    private SegmentLayout[] _layouts = [];

    /// <summary>The segments that follow are of a table whose segments have these layouts.</summary>
    public void Begin(SegmentLayout[] layouts) => _layouts = layouts;

    /// <summary>The segment at a place; false when it cannot be there.</summary>
    /// <param name="place">What the manifest says of it.</param>
    /// <param name="rows">Rows that hold values.</param>
    /// <param name="grows">Whether more rows may follow.</param>
    /// <param name="segment">The segment, shared by slices of the same place.</param>
    public bool TryLoad(in SegmentPlace place, int rows, bool grows, [NotNullWhen(true)] out Segment? segment)
    {
        segment = null;
        if ((uint)place.Layout >= (uint)_layouts.Length)
            return false;
        var layout = _layouts[place.Layout];
        if (_segments.TryGetValue((place.Extent, place.Offset), out segment))
        {
            if (!segment.IsEncoded)
                segment.Publish(Math.Max(segment.PublishedRows, rows));
            // A late row may have split the open slice: its segment was met before, by a slice that is sealed.
            if (grows && afterCrash && rows <= segment.Capacity)
                SegmentStatistics.Recompute(segment, rows, segment.Capacity);
            return segment.Capacity == place.Capacity && segment.Layout == layout && segment.EncodedBytes == place.EncodedBytes;
        }

        if (!TryClaim(place, layout, out var allocation))
            return false;
        segment = place.EncodedBytes > 0 ? new Segment(layout, place.Capacity, allocation, place.EncodedBytes, largestSequence: 0) : new Segment(layout, place.Capacity, allocation);
        if (!segment.IsEncoded)
            segment.Publish(rows);
        if (grows && afterCrash)
            SegmentStatistics.Recompute(segment, rows, place.Capacity);
        _segments.Add((place.Extent, place.Offset), segment);
        return true;
    }

    private bool TryClaim(in SegmentPlace place, SegmentLayout layout, out Allocation allocation)
    {
        allocation = default;
        if (place.EncodedBytes == 0)
            return allocator.TryClaim(place.Extent, place.Offset, Segment.SizeBytes(layout, place.Capacity), out allocation);
        return place.EncodedBytes >= EncodedColumns.HeaderBytes(layout, place.Capacity) && allocator.TryClaim(place.Extent, place.Offset, place.EncodedBytes, out allocation);
    }

    /// <summary>All segments are known: the room between them is free. False when two overlap.</summary>
    public bool Finish() => allocator.FinishClaims([.. _segments.Values.Select(s => s.Allocation)]);
}
