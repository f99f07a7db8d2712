using System.Globalization;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using Zepto.Native.Files;
using Zepto.Native.Mapping;
using Zepto.Storage.Persistence;

namespace Zepto.Storage.Extents;

// extents/NNNNNN.zx, little-endian. The first page, of which 40 bytes are used:
//   0 magic u32 | 4 format version u32 | 8 directory id u64 | 16 extent number i32 | 20 zero u32 | 24 file length i64 | 32 XxHash3 of bytes 0-31 u64
// then, from byte 4096 on, segments (see Segment) where the manifest says; everything else is a hole or left over.
/// <summary>
/// One extent in a file with holes, mapped shared. Disk space is taken range by range before segments are put there: touching a hole of a full disk
/// would end the process. Not thread-safe, except that segments in it may be read and written meanwhile.
/// </summary>
internal sealed unsafe class ExtentFile : IDisposable
{
    /// <summary>Bytes before the first segment.</summary>
    public const int HeaderBytes = 4096;

    private const int PageBytes = 4096;
    private const int UsedHeaderBytes = 40;
    private const long ReserveStepBytes = 1 << 20;
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private long _reservedEnd;
    private bool _mayHaveHoles;

    private ExtentFile(SafeFileHandle file, string path, MemoryRegion region)
    {
        (_file, _path, Region) = (file, path, region);
    }

    /// <summary>The whole file, header included.</summary>
    public MemoryRegion Region { get; }

    public static string PathOf(string directory, int number) => Path.Combine(directory, number.ToString("D6", CultureInfo.InvariantCulture) + ".zx");

    /// <summary>Makes an extent, over whatever a crash left under its name.</summary>
    public static ExtentFile Create(string directory, int number, ulong directoryId, long lengthBytes)
    {
        var path = PathOf(directory, number);
        var header = new ByteWriter();
        header.UInt32(FileFormat.ExtentMagic);
        header.UInt32(FileFormat.Version);
        header.UInt64(directoryId);
        header.Int32(number);
        header.Int32(0);
        header.Int64(lengthBytes);
        header.UInt64(XxHash3.HashToUInt64(header.Written));
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            FileSync.SetLength(file, path, lengthBytes);
            FileSync.Allocate(file, path, 0, HeaderBytes);
            RandomAccess.Write(file, header.Written, 0);
            FileSync.FsyncDirectory(directory);
            return new ExtentFile(file, path, MemoryRegion.OfFile(file, path, 0, lengthBytes)) { _reservedEnd = HeaderBytes };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Maps an extent that the manifest names; throws Damaged when it is not that extent.</summary>
    public static ExtentFile Open(string directory, int number, ulong directoryId, long lengthBytes)
    {
        var path = PathOf(directory, number);
        if (!File.Exists(path))
            FileFormat.Damaged(path, 0, "the file is missing");
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            Span<byte> header = stackalloc byte[UsedHeaderBytes];
            var read = new ByteReader(path, header[..RandomAccess.Read(file, header, 0)]);
            FileFormat.CheckStart(path, read.UInt32(), FileFormat.ExtentMagic, read.UInt32());
            read.Check(read.UInt64() == directoryId, "it belongs to another data directory");
            read.Check(read.Int32() == number, "it is another extent");
            read.Int32();
            read.Check(read.Int64() == lengthBytes, "it has another length than the manifest says");
            read.Check(read.UInt64() == XxHash3.HashToUInt64(header[..(UsedHeaderBytes - 8)]), "its header's checksum is wrong");
            if (RandomAccess.GetLength(file) < lengthBytes)
                FileFormat.Damaged(path, RandomAccess.GetLength(file), $"it ends too early, {lengthBytes} bytes are needed");
            return new ExtentFile(file, path, MemoryRegion.OfFile(file, path, 0, lengthBytes)) { _mayHaveHoles = true };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Takes disk space for a range; some more beyond it while there is plenty, to ask less often.</summary>
    public void Reserve(long offset, long sizeBytes)
    {
        var end = offset + sizeBytes;
        if (!_mayHaveHoles && end <= _reservedEnd)
            return;
        var ahead = Math.Min(Region.LengthBytes, (end + ReserveStepBytes - 1) & -ReserveStepBytes);
        try
        {
            FileSync.Allocate(_file, _path, offset, ahead - offset);
        }
        catch (Native.NativeException error) when (error.Errno == Native.NativeException.NoSpace)
        {
            ahead = end;
            FileSync.Allocate(_file, _path, offset, sizeBytes);
        }

        _reservedEnd = Math.Max(_reservedEnd, ahead);
    }

    /// <summary>Gives disk space of an unused range back where the file system can.</summary>
    public void GiveBack(long offset, long sizeBytes)
    {
        var first = (offset + PageBytes - 1) & -PageBytes;
        var end = (offset + sizeBytes) & -PageBytes;
        if (first < end && FileSync.TryPunchHole(_file, first, end - first))
            _mayHaveHoles = true;
    }

    /// <summary>Everything written so far to the device.</summary>
    public void Flush() => Region.Flush();

    public void Dispose()
    {
        Region.Dispose();
        _file.Dispose();
    }
}
