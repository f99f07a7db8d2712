using Zepto.Storage.Dictionaries;
using Zepto.Storage.Extents;
using Zepto.Storage.Log;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Persistence;

/// <summary>The moment a checkpoint begins: changes of the catalogue after it are in the log file that it begins.</summary>
/// <param name="Tables">Tables at that moment.</param>
/// <param name="NextTableId">Id that the next table gets.</param>
/// <param name="LogFile">Number of the log file that has what came after.</param>
internal sealed record CheckpointBegin(IReadOnlyCollection<Table> Tables, int NextTableId, long LogFile);

/// <summary>
/// Makes the present state durable: begins a new log file, sees each table between two statements of its writer, then, while writers go on, writes new
/// texts, flushes the extents, replaces the manifest and deletes the log files before. Rows stored meanwhile lie behind the row counts seen and are in the
/// log. One checkpoint runs at a time; thread-safe.
/// </summary>
internal sealed class Checkpointer(
    DataDirectory directory, Manifest last, ExtentStore extents, SegmentAllocator allocator, DictionaryFiles dictionaries, SymbolDictionary symbols, WriteAheadLog? log)
    : IDisposable
{
    private readonly SemaphoreSlim _running = new(1);
    private long _number = last.CheckpointNumber;
    private string? _failedFlush;

    /// <summary>Runs a checkpoint. Throws Unwritable, and the directory is at its last checkpoint then.</summary>
    /// <param name="begin">Says what there is, and begins the log file of what comes after; called first.</param>
    /// <param name="capture">Adds the tables, on their writer threads.</param>
    /// <param name="isLast">Whether writers have ended: no log is needed any more. The caller deletes it.</param>
    public async ValueTask RunAsync(Func<CheckpointBegin> begin, Func<CheckpointBegin, TableCapture, ValueTask> capture, bool isLast = false)
    {
        await _running.WaitAsync().ConfigureAwait(false);
        try
        {
            ThrowIfFailed();
            var start = WithReserve(begin);
            var seen = new TableCapture();
            allocator.BeginCapture();
            long[] extentLengths;
            try
            {
                await capture(start, seen).ConfigureAwait(false);
            }
            finally
            {
                extentLengths = allocator.EndCapture();
            }

            WithReserve(() => Write(start, seen, extentLengths));
            if (!isLast)
                log?.DeleteBefore(start.LogFile);
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
    private T WithReserve<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception error) when (FileFormat.IsFileError(error) && _failedFlush is null && directory.TryUseReserve())
        {
            return step();
        }
    }

    private void ThrowIfFailed()
    {
        log?.ThrowIfFailed();
        if (_failedFlush is not null)
            throw new StorageException(StorageErrorKind.Unwritable, $"data directory {directory.Path}: {_failedFlush}; nothing more becomes durable until the server is restarted");
    }

    private bool Write(CheckpointBegin start, TableCapture seen, long[] extentLengths)
    {
        ThrowIfFailed();
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
        // The manifest says up to which record it has each table, so those must not be lost and given again to others.
        log?.Flush();
        log?.ThrowIfFailed();
        directory.WriteManifest(new Manifest
        {
            DirectoryId = last.DirectoryId,
            CheckpointNumber = _number + 1,
            TakenAtNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100,
            NextTableId = start.NextTableId,
            LogFile = start.LogFile,
            LogLsn = log?.DurableLsn ?? last.LogLsn,
            ExtentLengths = extentLengths,
            Dictionaries = dictionaries.Describe(columns),
            TableCount = seen.Tables.Count,
            Tables = seen.Bytes.Written.ToArray(),
        }.Encode());
        _number++;
        allocator.Release();
        dictionaries.DeleteOthers(columns);
        return true;
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
            log?.Fail(error.Message);
            throw;
        }
    }
}
