using Zepto.Native.Mapping;
using Zepto.Native.Topology;

namespace Zepto.Storage.Extents;

/// <summary>Where extents come from: anonymous memory, or files of a data directory.</summary>
/// <param name="directory">Directory of the extent files; null for anonymous memory.</param>
/// <param name="directoryId">Mark of the data directory in each file.</param>
/// <param name="extentBytes">Length of an extent unless a segment needs more.</param>
/// <param name="beforeReserving">See <see cref="DatabaseOptions.BeforeReserving"/>.</param>
/// <param name="memoryNode">Memory node that anonymous memory should come from; -1 for whatever the kernel chooses.</param>
internal sealed class ExtentStore(string? directory, ulong directoryId, long extentBytes, Action<long>? beforeReserving, int memoryNode = -1) : IDisposable
{
    private readonly List<ExtentFile?> _files = [];
    private readonly List<MemoryRegion> _regions = [];

    /// <summary>Whether extents outlive the process.</summary>
    public bool IsDurable => directory is not null;

    /// <summary>Bytes at an extent's start that are not for segments.</summary>
    public int HeaderBytes => IsDurable ? ExtentFile.HeaderBytes : 0;

    /// <summary>All extents by number.</summary>
    public IReadOnlyList<MemoryRegion> Regions => _regions;

    /// <summary>Makes an extent with room for a segment; throws what the operating system refuses.</summary>
    public void Add(long segmentBytes)
    {
        const long wholePages = 4095;
        var lengthBytes = Math.Max(extentBytes, segmentBytes + HeaderBytes) + wholePages & ~wholePages;
        var file = directory is null ? null : ExtentFile.Create(directory, _files.Count, directoryId, lengthBytes);
        _regions.Add(file?.Region ?? Anonymous(lengthBytes));
        _files.Add(file);
    }

    /// <summary>Maps the extent files that a manifest names, by number.</summary>
    public void Open(ReadOnlySpan<long> lengthsBytes)
    {
        for (var number = 0; number < lengthsBytes.Length; number++)
        {
            var file = ExtentFile.Open(directory!, number, directoryId, lengthsBytes[number]);
            _files.Add(file);
            _regions.Add(file.Region);
        }
    }

    /// <summary>Makes sure that writing a range cannot meet a full disk; throws when there is no space.</summary>
    public void Reserve(int extent, long offset, long sizeBytes)
    {
        beforeReserving?.Invoke(sizeBytes);
        _files[extent]?.Reserve(offset, sizeBytes);
    }

    /// <summary>Gives the disk space or memory of an unused range back.</summary>
    public void GiveBack(int extent, long offset, long sizeBytes)
    {
        if (_files[extent] is { } file)
            file.GiveBack(offset, sizeBytes);
        else
            _regions[extent].Discard(offset, sizeBytes);
    }

    /// <summary>Writes the first extents to the device and waits; a failure must not be followed by another try.</summary>
    public void Flush(int extents)
    {
        for (var i = 0; i < extents; i++)
            _files[i]?.Flush();
    }

    public void Dispose()
    {
        for (var i = 0; i < _regions.Count; i++)
        {
            _regions[i].Dispose();
            _files[i]?.Dispose();
        }

        _regions.Clear();
        _files.Clear();
    }

    // Not for files: the kernel places their pages where the thread runs that touches them first, which is the writer, and heeds no wish for a shared mapping.
    private unsafe MemoryRegion Anonymous(long lengthBytes)
    {
        var region = MemoryRegion.Anonymous(lengthBytes, MappingHints.HugePages);
        if (memoryNode >= 0)
            _ = NumaBinding.TryPrefer(region.Address, lengthBytes, memoryNode);
        return region;
    }
}
