using Zepto.Storage.Persistence;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage;

/// <summary>Checkpoints, and how changes become durable between them.</summary>
public sealed partial class Database
{
    /// <summary>
    /// Makes everything stored up to the call part of a checkpoint, so that the next start has nothing of it to replay; done when it is. Nothing to do in
    /// memory. Throws StorageException (Unwritable), and the directory is at its last checkpoint then.
    /// </summary>
    public async ValueTask CheckpointAsync()
    {
        if (_state.Checkpointer is not { } checkpointer)
            return;
        Table[] dropped = [];
        await checkpointer.RunAsync(
            () =>
            {
                var begin = BeginCheckpoint();
                lock (_changing)
                    dropped = [.. _toRetire];
                return begin;
            }, CaptureAsync).ConfigureAwait(false);
        // The manifest names none of their segments any more.
        await RetireAsync(dropped).ConfigureAwait(false);
    }

    /// <summary>As <see cref="CheckpointAsync"/>, waiting.</summary>
    public void Checkpoint() => CheckpointAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Encodes and joins the segments of a table, null for all, that are not written at the moment, partitions' ends included, as goes on in the background by
    /// itself; done when it is. Nothing is stored or seen differently. The next checkpoint makes it durable. Returns the segments made.
    /// </summary>
    public int Compact(Table? table = null) => _compactor.Run(toTheEnd: true, CancellationToken.None, table);

    /// <summary>One look of the background's: of partitions that got rows since the last one, only what cannot grow any more.</summary>
    internal int CompactWritten() => _compactor.Run(toTheEnd: false, CancellationToken.None);

    private void Stop(Checkpointer checkpointer, bool makeDurable)
    {
        try
        {
            if (!makeDurable)
            {
                _state.MarkAbandoned();
                return;
            }

            checkpointer.RunAsync(() => new CheckpointBegin(Catalog.Tables, _nextTableId, NextLogFile()), CaptureStopped, isLast: true).AsTask().GetAwaiter().GetResult();
            _state.MarkStopped();
        }
        catch (Exception error) when (error is StorageException || FileFormat.IsFileError(error))
        {
            var fate = Log is null ? "rows stored after the one before are lost" : "the next start replays the log";
            _options.Log?.Invoke($"the last checkpoint failed, {fate}: {error.Message}");
        }
    }

    /// <summary>After a start: what was replayed need not be replayed again, and a log that nobody goes on with must go.</summary>
    private void AfterReplay()
    {
        if (!_state.HasReplayed || _state.Checkpointer is null)
            return;
        if (Log is not null)
        {
            _schedule?.Request();
            return;
        }

        try
        {
            Checkpoint();
            _state.DeleteReplayed();
        }
        catch
        {
            Close(makeDurable: false);
            throw;
        }
    }

    /// <summary>Done when a change of the catalogue is durable: by its record, or without a log by a checkpoint.</summary>
    private ValueTask MakeDurableAsync(long lsn) => Log is { } log ? log.DurableAsync(lsn) : CheckpointAsync();

    /// <summary>Gives a table other columns, in the log first; on its writer thread and locked. Returns the LSN for <see cref="MakeDurableAsync"/>.</summary>
    private long Replace(Table table, TableSchema schema)
    {
        var lsn = Log?.AppendColumns(table, schema) ?? 0;
        table.Replace(schema);
        return lsn;
    }

    private CheckpointBegin BeginCheckpoint()
    {
        lock (_changing)
            return new CheckpointBegin(_catalog.Tables, _nextTableId, Log?.BeginFile() ?? NextLogFile());
    }

    private long NextLogFile() => Log?.NextFileNumber ?? _state.NextLogFile;

    /// <summary>Frees the room of dropped tables.</summary>
    private async ValueTask RetireAsync(Table[] dropped)
    {
        foreach (var table in dropped)
        {
            lock (_changing)
            {
                if (!_toRetire.Remove(table))
                    continue;
            }

            await WriterOf(table).RetireAsync(table, isForgotten: true).ConfigureAwait(false);
        }
    }

    /// <summary>Each writer thread adds its tables, between two statements.</summary>
    private async ValueTask CaptureAsync(CheckpointBegin begin, TableCapture capture)
    {
        foreach (var writer in _writers)
        {
            await writer.ChangeAsync(() =>
            {
                foreach (var table in begin.Tables)
                {
                    // The room of a dropped table may be used by others soon; its drop is in the log.
                    if (WriterOf(table) == writer && !table.IsDropped)
                        capture.Add(table, Log?.AppendedLsn ?? 0);
                }
            }).ConfigureAwait(false);
        }
    }

    /// <summary>All tables, when the writer threads have ended.</summary>
    private ValueTask CaptureStopped(CheckpointBegin begin, TableCapture capture)
    {
        foreach (var table in begin.Tables)
            capture.Add(table, Log?.AppendedLsn ?? 0);
        return default;
    }
}
