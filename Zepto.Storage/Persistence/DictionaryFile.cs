using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using Zepto.Native.Files;

namespace Zepto.Storage.Persistence;

/// <summary>Takes a text back into its dictionary; false when the dictionary cannot have it.</summary>
internal delegate bool RestoreText(int code, ReadOnlySpan<byte> text, bool isName);

// dictionaries/TABLE-COLUMN.zd (symbols: 0-0), little-endian, append-only:
//   0 magic u32 | 4 format version u32 | 8 directory id u64 | 16 table id i32 | 20 column id i32 | 24 blocks:
//   0 payload bytes i32 | 4 texts i32 | 8 XxHash3 of the payload, seeded with the block's offset, u64 | 16 payload: texts in the order they came:
//   code i32 | length i32 | 1: a name or string, 0: the digits of an id without name, u8 | UTF-8
/// <summary>
/// Texts of one dictionary. A checkpoint appends those that came since the last one, so its cost does not grow with the dictionary; the manifest
/// says how many bytes count, and what a crash left behind them is written over. One thread at a time.
/// </summary>
internal sealed class DictionaryFile : IDisposable
{
    private const int HeaderBytes = 24;
    private const int BlockHeaderBytes = 16;
    private const int BlockBytes = 1 << 20;
    private readonly SafeFileHandle _file;
    private readonly ByteWriter _payload = new();
    private readonly ByteWriter _blockHeader = new();
    private int _blockTexts;
    private int _pendingTexts;
    private long _pendingBytes;

    private DictionaryFile(SafeFileHandle file, string path, int texts, long lengthBytes)
    {
        (_file, Path) = (file, path);
        (Texts, LengthBytes) = (texts, lengthBytes);
    }

    public string Path { get; }

    /// <summary>Texts in the file.</summary>
    public int Texts { get; private set; }

    /// <summary>Bytes of the file that count.</summary>
    public long LengthBytes { get; private set; }

    public static string NameOf(int tableId, int columnId) => string.Create(CultureInfo.InvariantCulture, $"{tableId}-{columnId}.zd");

    /// <summary>Makes an empty file.</summary>
    public static DictionaryFile Create(string directory, int tableId, int columnId, ulong directoryId)
    {
        var path = System.IO.Path.Combine(directory, NameOf(tableId, columnId));
        var header = new ByteWriter();
        header.UInt32(FileFormat.DictionaryMagic);
        header.UInt32(FileFormat.Version);
        header.UInt64(directoryId);
        header.Int32(tableId);
        header.Int32(columnId);
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            RandomAccess.Write(file, header.Written, 0);
            FileSync.FsyncDirectory(directory);
            return new DictionaryFile(file, path, 0, HeaderBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens the file as a manifest describes it and hands over its texts in order. Throws Damaged.</summary>
    public static DictionaryFile Open(string directory, ulong directoryId, in DictionaryExtent extent, RestoreText restore)
    {
        var path = System.IO.Path.Combine(directory, NameOf(extent.TableId, extent.ColumnId));
        if (!File.Exists(path))
            FileFormat.Damaged(path, 0, "the file is missing");
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            var read = new ByteReader(path, header[..RandomAccess.Read(file, header, 0)]);
            FileFormat.CheckStart(path, read.UInt32(), FileFormat.DictionaryMagic, read.UInt32());
            read.Check(read.UInt64() == directoryId, "it belongs to another data directory");
            read.Check(read.Int32() == extent.TableId && read.Int32() == extent.ColumnId, "it is another dictionary");
            var texts = 0;
            for (long offset = HeaderBytes; offset < extent.LengthBytes;)
                offset += ReadBlock(file, path, offset, extent.LengthBytes, restore, ref texts);
            if (texts != extent.Texts)
                FileFormat.Damaged(path, extent.LengthBytes, $"it holds {texts} texts, the manifest says {extent.Texts}");
            FileSync.SetLength(file, path, extent.LengthBytes);
            return new DictionaryFile(file, path, texts, extent.LengthBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Starts appending behind the last text that counts.</summary>
    public void Begin()
    {
        _payload.Clear();
        (_blockTexts, _pendingTexts, _pendingBytes) = (0, 0, 0);
    }

    /// <summary>Appends a text.</summary>
    public void Add(int code, ReadOnlySpan<byte> text, bool isName)
    {
        if (_blockTexts > 0 && _payload.Length + text.Length > BlockBytes)
            WriteBlock();
        _payload.Int32(code);
        _payload.Int32(text.Length);
        _payload.UInt8(isName ? (byte)1 : (byte)0);
        _payload.Bytes(text);
        _blockTexts++;
    }

    /// <summary>Writes the rest; the texts count from here on. They are durable after <see cref="Sync"/>.</summary>
    public void End()
    {
        if (_blockTexts > 0)
            WriteBlock();
        Texts += _pendingTexts;
        LengthBytes += _pendingBytes;
    }

    public void Sync() => FileSync.Fdatasync(_file, Path);

    public void Dispose() => _file.Dispose();

    private void WriteBlock()
    {
        var offset = LengthBytes + _pendingBytes;
        _blockHeader.Clear();
        _blockHeader.Int32(_payload.Length);
        _blockHeader.Int32(_blockTexts);
        _blockHeader.UInt64(XxHash3.HashToUInt64(_payload.Written, offset));
        RandomAccess.Write(_file, _blockHeader.Written, offset);
        RandomAccess.Write(_file, _payload.Written, offset + BlockHeaderBytes);
        _pendingBytes += BlockHeaderBytes + _payload.Length;
        _pendingTexts += _blockTexts;
        _payload.Clear();
        _blockTexts = 0;
    }

    private static long ReadBlock(SafeFileHandle file, string path, long offset, long endOffset, RestoreText restore, ref int texts)
    {
        Span<byte> header = stackalloc byte[BlockHeaderBytes];
        var read = new ByteReader(path, header[..RandomAccess.Read(file, header, offset)], offset);
        var payloadBytes = read.Int32();
        var blockTexts = read.Int32();
        var checksum = read.UInt64();
        if (payloadBytes < 0 || payloadBytes > endOffset - offset - BlockHeaderBytes)
            FileFormat.Damaged(path, offset, "a block is longer than the file");
        var buffer = ArrayPool<byte>.Shared.Rent(payloadBytes);
        try
        {
            var payload = buffer.AsSpan(0, payloadBytes);
            var start = offset + BlockHeaderBytes;
            for (var filled = 0; filled < payloadBytes;)
            {
                var count = RandomAccess.Read(file, payload[filled..], start + filled);
                if (count == 0)
                    FileFormat.Damaged(path, start + filled, "it ends too early");
                filled += count;
            }

            if (XxHash3.HashToUInt64(payload, offset) != checksum)
                FileFormat.Damaged(path, offset, "a block's checksum is wrong");
            read = new ByteReader(path, payload, start);
            for (var i = 0; i < blockTexts; i++)
            {
                var code = read.Int32();
                var lengthBytes = read.Int32();
                var isName = read.UInt8() == 1;
                read.Check(restore(code, read.Take(lengthBytes), isName), "a code comes twice or out of order");
            }

            texts += blockTexts;
            return BlockHeaderBytes + payloadBytes;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
