using Zepto.Storage.Dictionaries;
using Zepto.Storage.Extents;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Persistence;

/// <summary>
/// Makes the present state durable: sees each table between two statements of its writer, then, while writers go on, writes new texts, flushes the
/// extents and replaces the manifest. Rows stored meanwhile lie behind the row counts seen. One checkpoint runs at a time; thread-safe.
/// </summary>
internal sealed class Checkpointer(
    DataDirectory directory, ulong directoryId, long lastNumber, ExtentStore extents, SegmentAllocator allocator, DictionaryFiles dictionaries, SymbolDictionary symbols)
    : IDisposable
{
    private readonly SemaphoreSlim _running = new(1);
    private long _number = lastNumber;
    private string? _failedFlush;

    /// <summary>Runs a checkpoint. Throws Unwritable, and the directory is at its last checkpoint then.</summary>
    /// <param name="capture">Adds all tables, on their writer threads.</param>
    /// <param name="nextTableId">Called after the tables were added.</param>
    public async ValueTask RunAsync(Func<TableCapture, ValueTask> capture, Func<int> nextTableId)
    {
        await _running.WaitAsync().ConfigureAwait(false);
        try
        {
            var seen = new TableCapture();
            allocator.BeginCapture();
            long[] extentLengths;
            try
            {
                await capture(seen).ConfigureAwait(false);
            }
            finally
            {
                extentLengths = allocator.EndCapture();
            }

            WriteWithReserve(seen, extentLengths, nextTableId());
            directory.SetReserveAside();
        }
        catch (Exception error) when (FileFormat.IsFileError(error))
        {
            throw FileFormat.Unwritable(directory.Path, error);
        }
        finally
        {
            _running.Release();
        }
    }

    public void Dispose() => _running.Dispose();

    /// <summary>Tries again with the reserved disk space when a first try failed for another reason than a flush, as it does on a full disk.</summary>
    private void WriteWithReserve(TableCapture seen, long[] extentLengths, int nextTableId)
    {
        try
        {
            Write(seen, extentLengths, nextTableId);
        }
        catch (Exception error) when (FileFormat.IsFileError(error) && _failedFlush is null && directory.TryUseReserve())
        {
            Write(seen, extentLengths, nextTableId);
        }
    }

    private void Write(TableCapture seen, long[] extentLengths, int nextTableId)
    {
        if (_failedFlush is not null)
            throw new StorageException(StorageErrorKind.Unwritable, $"data directory {directory.Path}: {_failedFlush}; nothing more becomes durable until the server is restarted");
        var columns = new HashSet<(int TableId, int ColumnId)>();
        dictionaries.Append(symbols);
        foreach (var (table, schema) in seen.Tables)
        {
            for (var column = 0; column < schema.Columns.Length; column++)
            {
                if (schema.Columns[column].Type != ColumnType.String)
                    continue;
                var id = schema.IdOf(column);
                columns.Add((table.Id, id.Value));
                dictionaries.Append(table.Id, id, table.Strings(id)!);
            }
        }

        Flush(extentLengths.Length);
        directory.WriteManifest(new Manifest
        {
            DirectoryId = directoryId,
            CheckpointNumber = _number + 1,
            TakenAtNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100,
            NextTableId = nextTableId,
            ExtentLengths = extentLengths,
            Dictionaries = dictionaries.Describe(columns),
            TableCount = seen.Tables.Count,
            Tables = seen.Bytes.Written.ToArray(),
        }.Encode());
        _number++;
        allocator.Release();
        dictionaries.DeleteOthers(columns);
    }

    /// <summary>After a failed flush the kernel may have forgotten which pages were not written, so no later one could be believed.</summary>
    private void Flush(int extentCount)
    {
        try
        {
            dictionaries.Sync();
            extents.Flush(extentCount);
        }
        catch (IOException error)
        {
            _failedFlush = error.Message;
            throw;
        }
    }
}
