using Microsoft.Win32.SafeHandles;
using Zepto.Native.Diagnostics;
using Zepto.Native.Interop;
using Zepto.Native.Memory;

namespace Zepto.Native.Mapping;

/// <summary>
/// One mapping, anonymous or of a file (shared, so that writes reach the file). Reading and writing through <see cref="Address"/> is up to the
/// caller; the region must outlive every reader, who takes a lease for that. Thread-safe except for Dispose.
/// </summary>
public sealed unsafe class MemoryRegion : IDisposable
{
    private readonly string? _path;
    private byte* _address;

    private MemoryRegion(byte* address, long lengthBytes, string? path)
    {
        _address = address;
        LengthBytes = lengthBytes;
        _path = path;
        NativeMemoryLedger.Add(MemoryTag.Mapping, lengthBytes);
    }

    /// <summary>First byte; page-aligned.</summary>
    public byte* Address => _address;

    /// <summary>Bytes mapped.</summary>
    public long LengthBytes { get; }

    /// <summary>Zeroed memory that is backed by pages only once touched.</summary>
    public static MemoryRegion Anonymous(long lengthBytes, MappingHints hints = MappingHints.None)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lengthBytes);
        var flags = Libc.MapPrivate | Libc.MapAnonymous | Libc.MapNoReserve | (hints.HasFlag(MappingHints.Populate) ? Libc.MapPopulate : 0);
        var address = Libc.Mmap(null, (nuint)lengthBytes, Libc.ProtRead | Libc.ProtWrite, flags, -1, 0);
        if ((nint)address == -1)
            NativeException.Throw($"mapping {lengthBytes} bytes of memory");
        return WithHints(new MemoryRegion((byte*)address, lengthBytes, null), hints);
    }

    /// <summary>Maps part of a file for reading and writing. The file must be at least that long, else touching the rest is fatal.</summary>
    public static MemoryRegion OfFile(SafeFileHandle file, string path, long offsetBytes, long lengthBytes, MappingHints hints = MappingHints.None)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lengthBytes);
        if (RandomAccess.GetLength(file) - offsetBytes < lengthBytes)
            throw new IOException($"{path} is shorter than the {lengthBytes} bytes to be mapped at {offsetBytes}");
        var flags = Libc.MapShared | (hints.HasFlag(MappingHints.Populate) ? Libc.MapPopulate : 0);
        var address = Libc.MmapFile(null, (nuint)lengthBytes, Libc.ProtRead | Libc.ProtWrite, flags, file, offsetBytes);
        if ((nint)address == -1)
            NativeException.Throw($"mapping {lengthBytes} bytes", path);
        return WithHints(new MemoryRegion((byte*)address, lengthBytes, path), hints);
    }

    /// <summary>A checked view on part of the region.</summary>
    public Span<byte> Slice(long offsetBytes, int countBytes)
    {
        if ((ulong)offsetBytes > (ulong)LengthBytes || (ulong)(uint)countBytes > (ulong)(LengthBytes - offsetBytes))
            throw new ArgumentOutOfRangeException(nameof(offsetBytes), $"{countBytes} bytes at {offsetBytes} are outside a region of {LengthBytes} bytes");
        ObjectDisposedException.ThrowIf(_address == null, this);
        return new Span<byte>(_address + offsetBytes, countBytes);
    }

    /// <summary>Writes the whole region to its file and waits for the device (msync).</summary>
    public void Flush()
    {
        if (Libc.Msync(_address, (nuint)LengthBytes, Libc.SyncWait) != 0)
            NativeException.Throw("msync", _path);
    }

    /// <summary>Gives whole pages of an anonymous region back to the system; they read as zeros then. The addresses stay usable.</summary>
    public void Discard(long offsetBytes, long lengthBytes)
    {
        const long pageBytes = 4096;
        if (_path is not null)
            throw new InvalidOperationException("a file's pages would come back with their content");
        if ((ulong)offsetBytes > (ulong)LengthBytes || (ulong)lengthBytes > (ulong)(LengthBytes - offsetBytes))
            throw new ArgumentOutOfRangeException(nameof(offsetBytes), $"{lengthBytes} bytes at {offsetBytes} are outside a region of {LengthBytes} bytes");
        var first = (offsetBytes + pageBytes - 1) & -pageBytes;
        var end = (offsetBytes + lengthBytes) & -pageBytes;
        if (first < end)
            _ = Libc.Madvise(_address + first, (nuint)(end - first), Libc.AdviseDoNotNeed);
    }

    /// <summary>Unmaps; the address is invalid from here on.</summary>
    public void Dispose()
    {
        if (_address == null)
            return;
        _ = Libc.Munmap(_address, (nuint)LengthBytes);
        _address = null;
        NativeMemoryLedger.Add(MemoryTag.Mapping, -LengthBytes);
    }

    private static MemoryRegion WithHints(MemoryRegion region, MappingHints hints)
    {
        if (hints.HasFlag(MappingHints.HugePages) && Libc.Madvise(region._address, (nuint)region.LengthBytes, Libc.AdviseHugePage) != 0)
            NativeLog.Missing("transparent huge pages", "madvise refused");
        if (hints.HasFlag(MappingHints.Sequential))
            _ = Libc.Madvise(region._address, (nuint)region.LengthBytes, Libc.AdviseSequential);
        return region;
    }
}
