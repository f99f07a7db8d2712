using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Zepto.Native.Files;
using Zepto.Native.Memory;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Ingest;
using Zepto.Storage.Mutations;
using Zepto.Storage.Persistence;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Log;

/// <summary>
/// Puts one record together and writes it: columns go from the batch's memory to the file without a copy. Everything is kept for the next
/// record, so that none allocates. One thread at a time; order of use: one of the methods that set a payload, then <see cref="Write"/>.
/// </summary>
/// <param name="directoryId">Goes into the checksums.</param>
/// <param name="beforeWriting">See <see cref="DatabaseOptions.BeforeLogWrite"/>.</param>
internal sealed unsafe class LogRecordWriter(ulong directoryId, Action<long>? beforeWriting) : IDisposable
{
    /// <summary>Texts that go into one record, so that a million new ones need no buffer of their size.</summary>
    private const int TextBytes = 1 << 20;

    private readonly NativeBuffer _padding = Zeros(LogRecord.Alignment);
    private readonly NativeBuffer _head = new();
    private readonly NativeList<FilePart> _parts = new();
    private readonly ByteWriter _payload = new();

    /// <summary>Starts a payload of bytes, to be written to what it returns.</summary>
    public ByteWriter BeginPayload()
    {
        _payload.Clear();
        _parts.SetCount(1);
        return _payload;
    }

    /// <summary>The payload is a batch's rows, which must stay as they are until they are written.</summary>
    public void SetRows(RowBatch batch, long firstSequence)
    {
        var payload = BeginPayload();
        payload.Int64(firstSequence);
        payload.Int32(batch.RowCount);
        payload.Int32(batch.Schema.Columns.Length);
        AddColumns(batch);
    }

    /// <summary>The payload is what a mutation changes, which must stay as it is until it is written.</summary>
    public void SetMutation(RowMutation mutation, long commitSequence)
    {
        var batch = mutation.Replacements;
        var payload = BeginPayload();
        payload.Int64(commitSequence);
        payload.Int32(mutation.Removed.Length);
        payload.Int32(batch.RowCount);
        payload.Int32(batch.Schema.Columns.Length);
        // Both lists lie in unmanaged memory.
        _parts.Add(new FilePart((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(mutation.Removed)), mutation.Removed.Length * (long)sizeof(RemovedRow)));
        _parts.Add(new FilePart((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(mutation.Sequences)), batch.RowCount * (long)sizeof(long)));
        AddColumns(batch);
    }

    /// <summary>The payload is symbols that no record has yet. Returns how many have one then.</summary>
    public int SetSymbols(SymbolDictionary symbols)
    {
        var ids = symbols.IdsFrom(symbols.LoggedCount);
        var count = CountThatFits(ids.Length, i => symbols.Name(ids[i]).LengthBytes);
        var payload = BeginPayload();
        payload.Int32(count);
        foreach (var id in ids.AsSpan(0, count))
        {
            payload.Int32(id);
            payload.Int32(symbols.Name(id).LengthBytes);
            payload.UInt8(symbols.HasName(id) ? (byte)1 : (byte)0);
            payload.Bytes(symbols.Name(id).Bytes);
        }

        return symbols.LoggedCount + count;
    }

    /// <summary>The payload is texts of a column that no record has yet. Returns how many have one then.</summary>
    public int SetStrings(ColumnId column, StringDictionary strings)
    {
        var first = strings.LoggedCount + 1;
        var count = CountThatFits(strings.SettledCount() - strings.LoggedCount, i => strings.Text(first + i).LengthBytes);
        var payload = BeginPayload();
        payload.Int32(column.Value);
        payload.Int32(first);
        payload.Int32(count);
        for (var code = first; code < first + count; code++)
        {
            payload.Int32(strings.Text(code).LengthBytes);
            payload.Bytes(strings.Text(code).Bytes);
        }

        return strings.LoggedCount + count;
    }

    /// <summary>Appends the record to a file; returns its bytes. Throws what the system refuses, and Unwritable for a statement that no record can hold.</summary>
    public long Write(LogFile file, LogRecordKind kind, int tableId, long lsn)
    {
        long payloadBytes = _payload.Length;
        foreach (ref readonly var part in _parts.Span[1..])
            payloadBytes += part.LengthBytes;
        if (payloadBytes > LogRecord.MaxPayloadBytes)
            throw new StorageException(StorageErrorKind.Unwritable, $"A statement of {payloadBytes} bytes is too large for the log, which takes {LogRecord.MaxPayloadBytes}; nothing of it was stored");
        var record = new LogRecord(kind, tableId, lsn, file.DurableBytes, (int)payloadBytes);
        _head.Length = LogRecord.HeaderBytes;
        record.WriteTo(_head.Span);
        var crc = LogRecord.Checksum(directoryId, file.Number, file.LengthBytes, _head.Span);
        crc.Append(_payload.Written);
        foreach (ref readonly var part in _parts.Span[1..])
            crc.Append(new ReadOnlySpan<byte>(part.Address, (int)part.LengthBytes));
        BitConverter.TryWriteBytes(_head.Span, crc.Value);
        _head.Append(_payload.Written);
        _parts[0] = new FilePart(_head.Address, _head.Length);
        _parts.Add(new FilePart(_padding.Address, LogRecord.Padded(payloadBytes) - payloadBytes));
        beforeWriting?.Invoke(record.SizeBytes);
        file.Append(_parts.Span, record.SizeBytes);
        return record.SizeBytes;
    }

    public void Dispose()
    {
        _padding.Dispose();
        _head.Dispose();
        _parts.Dispose();
    }

    private void AddColumns(RowBatch batch)
    {
        var columns = batch.Schema.Columns;
        for (var column = 0; column < columns.Length; column++)
            _parts.Add(new FilePart(batch.Address(column), (long)batch.RowCount * TableSchema.WidthBytes(columns[column].Type)));
    }

    private static int CountThatFits(int count, Func<int, int> lengthBytes)
    {
        long bytes = 0;
        var fits = 0;
        while (fits < count && (fits == 0 || bytes < TextBytes))
            bytes += lengthBytes(fits++);
        return fits;
    }

    private static NativeBuffer Zeros(int count)
    {
        var zeros = new NativeBuffer { Length = count };
        zeros.Span.Clear();
        return zeros;
    }
}
