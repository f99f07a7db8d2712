namespace Zepto.Storage.Extents;

/// <summary>
/// Unused ranges of all extents. Neighbours are joined when they are freed; room is cut from the smallest range that holds it, so segments of the
/// same size replace each other and large ranges stay whole. Not thread-safe.
/// </summary>
internal sealed class FreeSpace
{
    private readonly SortedSet<Range> _bySize = [];
    private readonly Dictionary<(int Extent, long Start), long> _sizeByStart = [];
    private readonly Dictionary<(int Extent, long End), long> _startByEnd = [];

    /// <summary>Bytes of all ranges.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Adds a range that no other range overlaps. Returns the free range that it is part of now.</summary>
    public (long Start, long SizeBytes) Add(int extent, long start, long sizeBytes)
    {
        if (sizeBytes <= 0)
            return (start, 0);
        TotalBytes += sizeBytes;
        if (_startByEnd.TryGetValue((extent, start), out var before))
        {
            var beforeBytes = start - before;
            Remove(new Range(beforeBytes, extent, before));
            start = before;
            sizeBytes += beforeBytes;
        }

        if (_sizeByStart.TryGetValue((extent, start + sizeBytes), out var afterBytes))
        {
            Remove(new Range(afterBytes, extent, start + sizeBytes));
            sizeBytes += afterBytes;
        }

        Insert(new Range(sizeBytes, extent, start));
        return (start, sizeBytes);
    }

    /// <summary>Cuts room from the front of the smallest range that is large enough; false when none is.</summary>
    public bool TryTake(long sizeBytes, out int extent, out long start)
    {
        var range = _bySize.GetViewBetween(new Range(sizeBytes, 0, 0), new Range(long.MaxValue, int.MaxValue, long.MaxValue)).Min;
        (extent, start) = (range.Extent, range.Start);
        if (range.SizeBytes == 0)
            return false;
        Remove(range);
        if (range.SizeBytes > sizeBytes)
            Insert(new Range(range.SizeBytes - sizeBytes, extent, start + sizeBytes));
        TotalBytes -= sizeBytes;
        return true;
    }

    private void Insert(Range range)
    {
        _bySize.Add(range);
        _sizeByStart.Add((range.Extent, range.Start), range.SizeBytes);
        _startByEnd.Add((range.Extent, range.Start + range.SizeBytes), range.Start);
    }

    private void Remove(Range range)
    {
        _bySize.Remove(range);
        _sizeByStart.Remove((range.Extent, range.Start));
        _startByEnd.Remove((range.Extent, range.Start + range.SizeBytes));
    }

    private readonly record struct Range(long SizeBytes, int Extent, long Start) : IComparable<Range>
    {
        public int CompareTo(Range other)
        {
            var bySize = SizeBytes.CompareTo(other.SizeBytes);
            if (bySize != 0)
                return bySize;
            return Extent != other.Extent ? Extent.CompareTo(other.Extent) : Start.CompareTo(other.Start);
        }
    }
}
