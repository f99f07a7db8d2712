using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Zepto.Native;
using Zepto.Native.Files;
using Zepto.Storage.Persistence;

namespace Zepto.Storage.Log;

// log/NNNNNNNNNN.zl, little-endian:
//   0 magic u32 | 4 format version u32 | 8 directory id u64 | 16 file number i64 | 24 LSN of its first record i64 | 32 CRC-32C of bytes 0-31 u32 | 36 zero u32
//   | 40 records one behind the other (see LogRecord); in the file written last, zeros or what a failed write left behind them
/// <summary>
/// The log file that is being written. It comes into being under its name with its header on the device, and disk space is taken ahead of the
/// records, so that a flush seldom has to write more than them. One thread at a time.
/// </summary>
internal sealed class LogFile : IDisposable
{
    public const int HeaderBytes = 40;
    private const long StepBytes = 8 << 20;
    private readonly SafeFileHandle _file;
    private long _allocatedBytes;

    private LogFile(SafeFileHandle file, string path, long number, long allocatedBytes)
    {
        (_file, Path, Number, _allocatedBytes) = (file, path, number, allocatedBytes);
    }

    public string Path { get; }

    public long Number { get; }

    /// <summary>Where the next record goes.</summary>
    public long LengthBytes { get; private set; } = HeaderBytes;

    /// <summary>Bytes known to be on the device.</summary>
    public long DurableBytes { get; private set; } = HeaderBytes;

    public static string PathOf(string directory, long number) => System.IO.Path.Combine(directory, number.ToString("D10", CultureInfo.InvariantCulture) + ".zl");

    /// <summary>The number in a file's name; false for a file that is no log file.</summary>
    public static bool TryGetNumber(string path, out long number) =>
        long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out number) && path == PathOf(System.IO.Path.GetDirectoryName(path)!, number);

    /// <summary>Makes an empty file, durably. Throws what the system refuses; there is no file of that name then.</summary>
    public static LogFile Create(string directory, ulong directoryId, long number, long firstLsn)
    {
        var path = PathOf(directory, number);
        var temporary = path + ".tmp";
        var header = new ByteWriter();
        header.UInt32(FileFormat.LogMagic);
        header.UInt32(FileFormat.Version);
        header.UInt64(directoryId);
        header.Int64(number);
        header.Int64(firstLsn);
        header.UInt32(ChecksumOf(header.Written));
        header.UInt32(0);
        var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            FileSync.Allocate(file, temporary, 0, StepBytes);
            RandomAccess.Write(file, header.Written, 0);
            FileSync.Fsync(file, temporary);
            File.Move(temporary, path, overwrite: true);
            FileSync.FsyncDirectory(directory);
            return new LogFile(file, path, number, StepBytes);
        }
        catch
        {
            file.Dispose();
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Checksum of a header without its last 8 bytes.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> header)
    {
        var crc = new Crc32C();
        crc.Append(header);
        return crc.Value;
    }

    /// <summary>Appends a record. Throws what the system refuses, and the file ends where it did: the next record goes over what was written.</summary>
    public void Append(Span<FilePart> parts, long sizeBytes)
    {
        if (LengthBytes + sizeBytes > _allocatedBytes)
            Allocate(LengthBytes + sizeBytes);
        GatherWrite.Write(_file, Path, parts, LengthBytes);
        LengthBytes += sizeBytes;
    }

    /// <summary>What lies below a length to the device. A failure must not be followed by another try. May run while records are appended.</summary>
    public void Flush() => FileSync.Fdatasync(_file, Path);

    /// <summary>States what a flush has brought to the device.</summary>
    public void SetDurable(long lengthBytes) => DurableBytes = lengthBytes;

    /// <summary>Cuts what was taken ahead and flushes: the file is whole. A failure must not be followed by another try.</summary>
    public void Finish()
    {
        FileSync.SetLength(_file, Path, LengthBytes);
        _allocatedBytes = LengthBytes;
        FileSync.Fsync(_file, Path);
        DurableBytes = LengthBytes;
    }

    public void Dispose() => _file.Dispose();

    private void Allocate(long neededBytes)
    {
        var ahead = (neededBytes + StepBytes - 1) / StepBytes * StepBytes;
        try
        {
            FileSync.Allocate(_file, Path, _allocatedBytes, ahead - _allocatedBytes);
        }
        catch (NativeException error) when (error.Errno == NativeException.NoSpace)
        {
            ahead = neededBytes;
            FileSync.Allocate(_file, Path, _allocatedBytes, ahead - _allocatedBytes);
        }

        _allocatedBytes = ahead;
    }
}
