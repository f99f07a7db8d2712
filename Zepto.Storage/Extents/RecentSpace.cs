namespace Zepto.Storage.Extents;

/// <summary>
/// Room that was freed a moment ago, by size: late rows replace segments by others of the same few sizes all the time, and here giving one back and
/// taking one costs next to nothing. Bounded; what has no place here belongs to <see cref="FreeSpace"/>. Not thread-safe.
/// </summary>
internal sealed class RecentSpace
{
    private const long MaxBytes = 8 << 20;

    /// <summary>Encoded segments have any size: not each is worth remembering.</summary>
    private const int MaxSizes = 64;

    private readonly Dictionary<long, Stack<(int Extent, long Start)>> _bySize = [];
    private long _totalBytes;

    /// <summary>Keeps a range; false when there is enough already.</summary>
    public bool TryAdd(int extent, long start, long sizeBytes)
    {
        if (_totalBytes + sizeBytes > MaxBytes)
            return false;
        if (!_bySize.TryGetValue(sizeBytes, out var ranges))
        {
            if (_bySize.Count == MaxSizes)
                ForgetUnused();
            if (_bySize.Count == MaxSizes)
                return false;
            _bySize.Add(sizeBytes, ranges = []);
        }

        ranges.Push((extent, start));
        _totalBytes += sizeBytes;
        return true;
    }

    /// <summary>The range of exactly this size that was added last; false when there is none.</summary>
    public bool TryTake(long sizeBytes, out int extent, out long start)
    {
        (extent, start) = (0, 0);
        if (!_bySize.TryGetValue(sizeBytes, out var ranges) || !ranges.TryPop(out var range))
            return false;
        (extent, start) = range;
        _totalBytes -= sizeBytes;
        return true;
    }

    /// <summary>Moves everything to where neighbours are joined.</summary>
    public void MoveTo(FreeSpace free)
    {
        foreach (var (sizeBytes, ranges) in _bySize)
        {
            while (ranges.TryPop(out var range))
                free.Add(range.Extent, range.Start, sizeBytes);
        }

        _bySize.Clear();
        _totalBytes = 0;
    }

    private void ForgetUnused()
    {
        foreach (var (sizeBytes, ranges) in _bySize)
        {
            if (ranges.Count == 0)
                _bySize.Remove(sizeBytes);
        }
    }
}
