using Zepto.Native.Mapping;

namespace Zepto.Storage.Extents;

/// <summary>Memory of one segment inside an extent.</summary>
internal readonly unsafe record struct Allocation(int Extent, long OffsetBytes, long SizeBytes, nint Start)
{
    public byte* Address => (byte*)Start;
}

/// <summary>
/// Carves segments out of large mappings, so that a hundred thousand partitions need a handful of mappings. Freed room is given out again to
/// segments of the same size. Thread-safe.
/// </summary>
internal sealed unsafe class SegmentAllocator(long extentBytes) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<MemoryRegion> _extents = [];
    private readonly Dictionary<long, Stack<Allocation>> _free = [];
    private long _used;

    /// <summary>Bytes of all mappings; address space, of which only touched pages are memory.</summary>
    public long MappedBytes
    {
        get { lock (_lock) return _extents.Sum(e => e.LengthBytes); }
    }

    /// <summary>Room for a segment, 64-byte aligned; its content is undefined.</summary>
    public Allocation Allocate(long sizeBytes)
    {
        sizeBytes = (sizeBytes + 63) & ~63L;
        lock (_lock)
        {
            if (_free.TryGetValue(sizeBytes, out var stack) && stack.TryPop(out var again))
                return again;
            if (_extents.Count == 0 || sizeBytes > _extents[^1].LengthBytes - _used)
            {
                _extents.Add(MemoryRegion.Anonymous(Math.Max(extentBytes, sizeBytes), MappingHints.HugePages));
                _used = 0;
            }

            var allocation = new Allocation(_extents.Count - 1, _used, sizeBytes, (nint)(_extents[^1].Address + _used));
            _used += sizeBytes;
            return allocation;
        }
    }

    /// <summary>Takes room back; no reader may look at it any more.</summary>
    public void Free(Allocation allocation)
    {
        lock (_lock)
        {
            if (!_free.TryGetValue(allocation.SizeBytes, out var stack))
                _free.Add(allocation.SizeBytes, stack = []);
            stack.Push(allocation);
        }
    }

    public void Dispose()
    {
        foreach (var extent in _extents)
            extent.Dispose();
        _extents.Clear();
    }
}
