using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Zepto.Native.Memory;
using Zepto.Storage.Persistence;

namespace Zepto.Storage.Log;

/// <summary>
/// Reads one log file record by record. Where the records end it tells an unfinished end, which a crash leaves in the file that was written last, from
/// damage: an invalid record is damage when a later one proves that it had been on the device. One thread at a time.
/// </summary>
internal sealed class LogReader : IDisposable
{
    private const int WindowBytes = 1 << 20;
    private readonly SafeFileHandle _file;
    private readonly ulong _directoryId;
    private readonly NativeBuffer _window = new();
    private long _windowStart;

    private LogReader(SafeFileHandle file, string path, ulong directoryId, long number, long lengthBytes)
    {
        (_file, Path, _directoryId, Number, LengthBytes) = (file, path, directoryId, number, lengthBytes);
    }

    public string Path { get; }

    public long Number { get; }

    /// <summary>Bytes of the file, those that no record has included.</summary>
    public long LengthBytes { get; }

    /// <summary>LSN of the file's first record.</summary>
    public long FirstLsn { get; private set; }

    /// <summary>Where the next record starts.</summary>
    public long Offset { get; private set; } = LogFile.HeaderBytes;

    /// <summary>Opens a file and checks its header. Throws Damaged.</summary>
    public static LogReader Open(string path, ulong directoryId, long number)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var reader = new LogReader(file, path, directoryId, number, RandomAccess.GetLength(file));
        try
        {
            reader.ReadHeader();
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Takes the next record; false where the records end. Its payload is valid until the next call.</summary>
    /// <param name="lsn">LSN that it must have.</param>
    /// <param name="record">The record's header.</param>
    /// <param name="payload">Its payload.</param>
    public bool TryNext(long lsn, out LogRecord record, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!TryReadHeader(Offset, out record) || record.Lsn != lsn || !TryReadPayload(Offset, record, out payload))
            return false;
        Offset += record.SizeBytes;
        return true;
    }

    /// <summary>
    /// After the last record of the file written last: throws Damaged when a later record shows that the one at <see cref="Offset"/> had been on the
    /// device; else returns the bytes that a crash left unfinished, 0 when nothing follows.
    /// </summary>
    public long CheckEnd(long nextLsn)
    {
        var end = Offset;
        var lastUsed = end;
        for (var offset = end; offset + LogRecord.Alignment <= LengthBytes; offset += LogRecord.Alignment)
        {
            var word = Window(offset, LogRecord.Alignment);
            if (BinaryPrimitives.ReadUInt64LittleEndian(word) == 0)
                continue;
            lastUsed = Math.Max(lastUsed, offset + LogRecord.Alignment);
            // No more records than would fit can be missing before it.
            if (offset == end || !TryReadHeader(offset, out var later) || later.Lsn < nextLsn || later.Lsn - nextLsn > (offset - end) / LogRecord.HeaderBytes)
                continue;
            if (!TryReadPayload(offset, later, out _))
                continue;
            if (later.DurableOffset > end)
                FileFormat.Damaged(Path, end, "a record is not what was written");
            lastUsed = Math.Max(lastUsed, offset + later.SizeBytes);
        }

        return Math.Min(lastUsed, LengthBytes) - end;
    }

    public void Dispose()
    {
        _file.Dispose();
        _window.Dispose();
    }

    private void ReadHeader()
    {
        var header = Window(0, (int)Math.Min(LogFile.HeaderBytes, LengthBytes));
        var read = new ByteReader(Path, header);
        FileFormat.CheckStart(Path, read.UInt32(), FileFormat.LogMagic, read.UInt32());
        read.Check(read.UInt64() == _directoryId, "it belongs to another data directory");
        read.Check(read.Int64() == Number, "it is another file of the log");
        FirstLsn = read.Int64();
        read.Check(read.UInt32() == LogFile.ChecksumOf(header[..32]), "its header's checksum is wrong");
        read.Check(read.UInt32() == 0, "its header has something behind it");
    }

    private bool TryReadHeader(long offset, out LogRecord record)
    {
        record = default;
        return LengthBytes - offset >= LogRecord.HeaderBytes && LogRecord.TryRead(Window(offset, LogRecord.HeaderBytes), out record) && record.SizeBytes <= LengthBytes - offset;
    }

    private bool TryReadPayload(long offset, LogRecord record, out ReadOnlySpan<byte> payload)
    {
        var bytes = Window(offset, checked((int)record.SizeBytes));
        var crc = LogRecord.Checksum(_directoryId, Number, offset, bytes);
        payload = bytes.Slice(LogRecord.HeaderBytes, record.PayloadBytes);
        crc.Append(payload);
        return crc.Value == BinaryPrimitives.ReadUInt32LittleEndian(bytes) && !bytes[(LogRecord.HeaderBytes + record.PayloadBytes)..].ContainsAnyExcept((byte)0);
    }

    /// <summary>Bytes of the file, valid until the next call.</summary>
    private ReadOnlySpan<byte> Window(long offset, int lengthBytes)
    {
        if (offset < _windowStart || offset + lengthBytes > _windowStart + _window.Length)
        {
            _windowStart = offset;
            _window.Length = Math.Min(Math.Max(WindowBytes, lengthBytes), LengthBytes - offset);
            var filled = 0;
            while (filled < _window.Length)
            {
                var count = RandomAccess.Read(_file, _window.Span[filled..], offset + filled);
                if (count == 0)
                    FileFormat.Damaged(Path, offset + filled, "it ends too early");
                filled += count;
            }
        }

        return _window.Slice(offset - _windowStart, lengthBytes);
    }
}
