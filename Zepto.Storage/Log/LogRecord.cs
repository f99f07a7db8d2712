using System.Buffers.Binary;

namespace Zepto.Storage.Log;

/// <summary>What a record says. The numbers are written to disk and never change.</summary>
internal enum LogRecordKind : byte
{
    /// <summary>count i32, each: id i32 | length i32 | 1: a name, 0: the digits of an id without name, u8 | UTF-8.</summary>
    SymbolsAdded = 1,

    /// <summary>column id i32 | first code i32 | count i32, each: length i32 | UTF-8.</summary>
    StringsAdded = 2,

    /// <summary>arrival number of the first row i64 | rows i32 | columns i32 | each column's values as in a <see cref="Ingest.RowBatch"/>.</summary>
    RowsAppended = 3,

    /// <summary>name text | retention, ns, i64 (-1: none) | columns as in <see cref="Persistence.SchemaCodec"/>.</summary>
    TableCreated = 4,

    /// <summary>Nothing.</summary>
    TableDropped = 5,

    /// <summary>columns as in <see cref="Persistence.SchemaCodec"/>.</summary>
    ColumnsChanged = 6,

    /// <summary>
    /// number of the statement i64 | removed rows i32 | replacements i32 | columns i32 | removed rows, each: time i64 | arrival number i64 | symbol id i32
    /// | replacement i32 | arrival numbers of the replacements, each i64 | each column's values of the replacements.
    /// </summary>
    RowsChanged = 7,

    /// <summary>number of the statement i64.</summary>
    TableTruncated = 8,

    /// <summary>number of the statement i64 | time i64, before which whole days go.</summary>
    DaysDropped = 9,

    /// <summary>retention, ns, i64 (-1: none).</summary>
    RetentionChanged = 10,
}

// A record of a log file, little-endian, at a multiple of 8:
//   0 CRC-32C u32 | 4 payload bytes i32 | 8 LSN i64 | 16 durable offset i64 | 24 table id i32 (0: none) | 28 kind u8 | 29 zero u8 ×3
//   | 32 payload | zeros up to a multiple of 8
// The CRC is of the directory id u64, the file number i64 and the record's offset i64, then of bytes 4-31 and of the payload: bytes that a client chose
// cannot pass for a record, nor can a record of another place.
/// <summary>
/// Header of a record. The LSN grows by one from record to record. The durable offset is how much of the file was known to be on the device when the
/// record was written: what lies below it cannot have been torn by a loss of power, so that damage can be told from an unfinished end.
/// </summary>
internal readonly record struct LogRecord(LogRecordKind Kind, int TableId, long Lsn, long DurableOffset, int PayloadBytes)
{
    public const int HeaderBytes = 32;
    public const int Alignment = 8;

    /// <summary>The largest payload, so that a whole record is a span.</summary>
    public const int MaxPayloadBytes = int.MaxValue - 2 * HeaderBytes;

    /// <summary>Bytes that the record takes in its file.</summary>
    public long SizeBytes => HeaderBytes + Padded(PayloadBytes);

    public static long Padded(long payloadBytes) => (payloadBytes + (Alignment - 1)) & -Alignment;

    /// <summary>Writes all but the checksum.</summary>
    public void WriteTo(Span<byte> header)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], PayloadBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], Lsn);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], DurableOffset);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], TableId);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], (byte)Kind);
    }

    /// <summary>Reads a header; false when it cannot be one, whatever its checksum says.</summary>
    public static bool TryRead(ReadOnlySpan<byte> header, out LogRecord record)
    {
        record = new LogRecord(
            (LogRecordKind)header[28],
            BinaryPrimitives.ReadInt32LittleEndian(header[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[4..]));
        return record.PayloadBytes is >= 0 and <= MaxPayloadBytes && Enum.IsDefined(record.Kind) && header[29] == 0 && header[30] == 0 && header[31] == 0;
    }

    /// <summary>The checksum of a record so far: its place and its header; the payload is appended to it.</summary>
    public static Crc32C Checksum(ulong directoryId, long fileNumber, long offset, ReadOnlySpan<byte> header)
    {
        var crc = new Crc32C();
        crc.Append(directoryId);
        crc.Append((ulong)fileNumber);
        crc.Append((ulong)offset);
        crc.Append(header[4..HeaderBytes]);
        return crc;
    }
}
