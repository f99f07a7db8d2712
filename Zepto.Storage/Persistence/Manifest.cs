using System.Buffers.Binary;
using System.IO.Hashing;

namespace Zepto.Storage.Persistence;

// MANIFEST, little-endian:
//   0 magic u32 | 4 format version u32 | 8 body bytes i64 | 16 XxHash3 of bytes 0-15 and the body u64 | 24 body:
//     directory id u64 | checkpoint number i64 | taken at, ns since 1970, i64 | next table id i32
//     number of the first log file that is needed i64 | LSN of the last record that is in here or durable in the log i64
//     extents: count i32, each: file length i64
//     dictionaries: count i32, each: table id i32 | column id i32 | texts i32 | file bytes that count i64
//     tables: count i32, each: LSN of the last record that the table has i64 | then as in TableCodec
/// <summary>
/// What a checkpoint says: everything that is needed to open the directory, except the rows and texts themselves. Room that no table names is free,
/// so there is no list of free room that could contradict the tables. What came later is in the log.
/// </summary>
internal sealed class Manifest
{
    public const int HeaderBytes = 24;

    /// <summary>Random; the same in all files of the directory, so that one of another directory is noticed.</summary>
    public required ulong DirectoryId { get; init; }

    /// <summary>1 for the first manifest of the directory.</summary>
    public required long CheckpointNumber { get; init; }

    public required long TakenAtNs { get; init; }

    public required int NextTableId { get; init; }

    public required long LogFile { get; init; }

    public required long LogLsn { get; init; }

    public required long[] ExtentLengths { get; init; }

    public required IReadOnlyList<DictionaryExtent> Dictionaries { get; init; }

    public required int TableCount { get; init; }

    /// <summary>The tables, as <see cref="TableCapture"/> writes them.</summary>
    public required ReadOnlyMemory<byte> Tables { get; init; }

    /// <summary>Where the tables begin in a file that was read, to name places of damage.</summary>
    public long TablesOffset { get; private init; }

    /// <summary>The file's bytes.</summary>
    public byte[] Encode()
    {
        var body = new ByteWriter();
        body.UInt64(DirectoryId);
        body.Int64(CheckpointNumber);
        body.Int64(TakenAtNs);
        body.Int32(NextTableId);
        body.Int64(LogFile);
        body.Int64(LogLsn);
        body.Int32(ExtentLengths.Length);
        foreach (var lengthBytes in ExtentLengths)
            body.Int64(lengthBytes);
        body.Int32(Dictionaries.Count);
        foreach (var dictionary in Dictionaries)
        {
            body.Int32(dictionary.TableId);
            body.Int32(dictionary.ColumnId);
            body.Int32(dictionary.Texts);
            body.Int64(dictionary.LengthBytes);
        }

        body.Int32(TableCount);
        body.Bytes(Tables.Span);

        var file = new byte[HeaderBytes + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(file, FileFormat.ManifestMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4), FileFormat.Version);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(8), body.Length);
        body.Written.CopyTo(file.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(16), Checksum(file));
        return file;
    }

    /// <summary>Reads the file's bytes; throws Damaged for anything but what <see cref="Encode"/> made.</summary>
    public static Manifest Decode(string path, byte[] file)
    {
        var header = new ByteReader(path, file);
        FileFormat.CheckStart(path, header.UInt32(), FileFormat.ManifestMagic, header.UInt32());
        var bodyBytes = header.Int64();
        var checksum = header.UInt64();
        if (bodyBytes != file.Length - HeaderBytes)
            FileFormat.Damaged(path, file.Length, $"it has {file.Length - HeaderBytes} bytes after its header instead of {bodyBytes}");
        if (checksum != Checksum(file))
            FileFormat.Damaged(path, 16, "its checksum is wrong");

        var body = new ByteReader(path, file.AsSpan(HeaderBytes), HeaderBytes);
        var directoryId = body.UInt64();
        var checkpointNumber = body.Int64();
        var takenAtNs = body.Int64();
        var nextTableId = body.Int32();
        var logFile = body.Int64();
        var logLsn = body.Int64();
        var extentLengths = new long[body.Count(sizeof(long))];
        for (var i = 0; i < extentLengths.Length; i++)
            extentLengths[i] = body.Int64();
        var dictionaries = new DictionaryExtent[body.Count(20)];
        for (var i = 0; i < dictionaries.Length; i++)
            dictionaries[i] = new DictionaryExtent(body.Int32(), body.Int32(), body.Int32(), body.Int64());
        return new Manifest
        {
            DirectoryId = directoryId,
            CheckpointNumber = checkpointNumber,
            TakenAtNs = takenAtNs,
            NextTableId = nextTableId,
            LogFile = logFile,
            LogLsn = logLsn,
            ExtentLengths = extentLengths,
            Dictionaries = dictionaries,
            TableCount = body.Int32(),
            Tables = file.AsMemory(file.Length - body.Remaining),
            TablesOffset = file.Length - body.Remaining,
        };
    }

    private static ulong Checksum(ReadOnlySpan<byte> file)
    {
        var hash = new XxHash3();
        hash.Append(file[..16]);
        hash.Append(file[HeaderBytes..]);
        return hash.GetCurrentHashAsUInt64();
    }
}
