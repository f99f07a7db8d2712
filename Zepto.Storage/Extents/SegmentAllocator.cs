using Zepto.Storage.Persistence;

namespace Zepto.Storage.Extents;

/// <summary>Memory of one segment inside an extent. The generation says which checkpoints can know it; see <see cref="SegmentAllocator"/>.</summary>
internal readonly unsafe record struct Allocation(int Extent, long OffsetBytes, long SizeBytes, nint Start, long Generation)
{
    public byte* Address => (byte*)Start;
}

/// <summary>
/// Carves segments out of large extents, so that a hundred thousand partitions need a handful of mappings. Thread-safe.
/// With files, the last durable manifest names segments that must stay as they are until a newer manifest is durable: what such a manifest may name
/// is set aside when it is freed and given out again after the next checkpoint. Generations tell what no manifest can name.
/// </summary>
internal sealed unsafe class SegmentAllocator(ExtentStore extents) : IDisposable
{
    /// <summary>Free ranges of at least this size give their disk space or memory back.</summary>
    private const long GiveBackBytes = 256 * 1024;

    /// <summary>Made while a checkpoint looks at the tables: it may or may not know the segment.</summary>
    private const long MaybeKnown = -1;

    private readonly Lock _lock = new();
    private readonly FreeSpace _free = new();
    private readonly RecentSpace _recent = new();
    private List<Allocation> _setAside = [];
    private readonly List<Allocation> _usable = [];
    private List<Allocation> _releasing = [];
    private long _setAsideBytes;
    private long _generation;
    private bool _isCapturing;

    /// <summary>Bytes of all mappings; address space, of which only touched pages are memory.</summary>
    public long MappedBytes
    {
        get { lock (_lock) return extents.Regions.Sum(e => e.LengthBytes); }
    }

    /// <summary>Bytes that only a checkpoint makes usable again.</summary>
    public long SetAsideBytes => Volatile.Read(ref _setAsideBytes);

    /// <summary>Room for a segment, 64-byte aligned, with disk space behind it; its content is undefined. Throws Unwritable when there is none.</summary>
    public Allocation Allocate(long sizeBytes)
    {
        sizeBytes = (sizeBytes + 63) & ~63L;
        lock (_lock)
        {
            try
            {
                // Its disk space is behind it still.
                if (_recent.TryTake(sizeBytes, out var extent, out var offset))
                    return At(extent, offset, sizeBytes, _isCapturing ? MaybeKnown : _generation);
                if (!_free.TryTake(sizeBytes, out extent, out offset) && !TryTakeJoined(sizeBytes, out extent, out offset))
                {
                    extents.Add(sizeBytes);
                    _free.Add(extents.Regions.Count - 1, extents.HeaderBytes, extents.Regions[^1].LengthBytes - extents.HeaderBytes);
                    _ = _free.TryTake(sizeBytes, out extent, out offset);
                }

                ReserveOrReturn(extent, offset, sizeBytes);
                return At(extent, offset, sizeBytes, _isCapturing ? MaybeKnown : _generation);
            }
            catch (Exception error) when (FileFormat.IsFileError(error))
            {
                throw new StorageException(StorageErrorKind.Unwritable, $"No room for {sizeBytes} bytes of rows: {error.Message}; nothing of the statement was stored", error);
            }
        }
    }

    /// <summary>Takes room back; no reader may look at it any more.</summary>
    /// <param name="allocations">What <see cref="Allocate"/> or <see cref="TryClaim"/> gave.</param>
    /// <param name="isForgotten">Whether the durable manifest is known not to name it: a dropped table's.</param>
    /// <param name="givesBack">Whether its disk space or memory goes back at once where it can; that of what is set aside goes back in any case.</param>
    public void Free(List<Allocation> allocations, bool isForgotten = false, bool givesBack = false)
    {
        lock (_lock)
        {
            _usable.Clear();
            if (givesBack)
                _recent.MoveTo(_free);
            foreach (var allocation in allocations)
            {
                if (isForgotten || !extents.IsDurable || allocation.Generation == _generation)
                {
                    if (givesBack || !_recent.TryAdd(allocation.Extent, allocation.OffsetBytes, allocation.SizeBytes))
                        _usable.Add(allocation);
                    continue;
                }

                _setAside.Add(allocation);
                _setAsideBytes += allocation.SizeBytes;
            }

            AddFree(_usable, givesBack);
        }
    }

    /// <summary>A checkpoint is about to look at the tables: what is set aside now is in none of them.</summary>
    public void BeginCapture()
    {
        lock (_lock)
        {
            _generation++;
            _isCapturing = true;
            _releasing.AddRange(_setAside);
            _setAside.Clear();
            _setAsideBytes = 0;
        }
    }

    /// <summary>The checkpoint has seen all tables. Returns the extents there are; segments of the tables it saw lie in them.</summary>
    public long[] EndCapture()
    {
        lock (_lock)
        {
            _isCapturing = false;
            return [.. extents.Regions.Select(r => r.LengthBytes)];
        }
    }

    /// <summary>The checkpoint is durable: what it does not name can be used again.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _recent.MoveTo(_free);
            AddFree(_releasing, givesBack: true);
            _releasing.Clear();
        }
    }

    /// <summary>The segment of a manifest; before <see cref="FinishClaims"/>. False when there is no such room.</summary>
    public bool TryClaim(int extent, long offset, long sizeBytes, out Allocation allocation)
    {
        sizeBytes = (sizeBytes + 63) & ~63L;
        allocation = default;
        if ((uint)extent >= (uint)extents.Regions.Count || offset % 64 != 0 || offset < extents.HeaderBytes || sizeBytes > extents.Regions[extent].LengthBytes - offset)
            return false;
        allocation = At(extent, offset, sizeBytes, MaybeKnown);
        return true;
    }

    /// <summary>Everything between the claimed segments is free. False when two of them overlap.</summary>
    public bool FinishClaims(List<Allocation> claimed)
    {
        claimed.Sort(ByPlace);
        var next = 0;
        for (var extent = 0; extent < extents.Regions.Count; extent++)
        {
            long end = extents.HeaderBytes;
            for (; next < claimed.Count && claimed[next].Extent == extent; next++)
            {
                if (claimed[next].OffsetBytes < end)
                    return false;
                _free.Add(extent, end, claimed[next].OffsetBytes - end);
                end = claimed[next].OffsetBytes + claimed[next].SizeBytes;
            }

            _free.Add(extent, end, extents.Regions[extent].LengthBytes - end);
        }

        return true;
    }

    public void Dispose() => extents.Dispose();

    /// <summary>As <see cref="FreeSpace.TryTake"/>, after what was freed a moment ago is joined with its neighbours.</summary>
    private bool TryTakeJoined(long sizeBytes, out int extent, out long offset)
    {
        _recent.MoveTo(_free);
        return _free.TryTake(sizeBytes, out extent, out offset);
    }

    /// <summary>Adds free room, and gives its disk space or memory back where it lies together: under the lock, for nobody may take it meanwhile.</summary>
    private void AddFree(List<Allocation> allocations, bool givesBack)
    {
        allocations.Sort(ByPlace);
        for (var i = 0; i < allocations.Count;)
        {
            var (extent, start) = (allocations[i].Extent, allocations[i].OffsetBytes);
            var end = start;
            for (; i < allocations.Count && allocations[i].Extent == extent && allocations[i].OffsetBytes == end; i++)
                end += allocations[i].SizeBytes;
            var (joinedStart, joinedBytes) = _free.Add(extent, start, end - start);
            if (givesBack && joinedBytes >= GiveBackBytes)
                extents.GiveBack(extent, joinedStart, joinedBytes);
        }
    }

    private static int ByPlace(Allocation a, Allocation b) =>
        a.Extent != b.Extent ? a.Extent.CompareTo(b.Extent) : a.OffsetBytes.CompareTo(b.OffsetBytes);

    private Allocation At(int extent, long offset, long sizeBytes, long generation) =>
        new(extent, offset, sizeBytes, (nint)(extents.Regions[extent].Address + offset), generation);

    private void ReserveOrReturn(int extent, long offset, long sizeBytes)
    {
        try
        {
            extents.Reserve(extent, offset, sizeBytes);
        }
        catch
        {
            _free.Add(extent, offset, sizeBytes);
            throw;
        }
    }
}
