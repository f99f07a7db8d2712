using Zepto.Storage.Extents;
using Zepto.Storage.Ingest;
using Zepto.Storage.Persistence;
using Zepto.Storage.Tables;

namespace Zepto.Storage;

/// <summary>Copies of the data directory while it is in use.</summary>
public sealed partial class Database
{
    private readonly CancellationTokenSource _closing = new();
    private int _isBackingUp;

    /// <summary>
    /// Makes a copy of the data directory in which every statement is whole that was committed at one moment of the call, and no other. A server started on
    /// it finds exactly those. Statements and readers go on; checkpoints wait, and so does what needs one: without a log, changes of tables. Throws
    /// StorageException, and there is no such directory then, and OperationCanceledException.
    /// </summary>
    /// <param name="directory">Directory to make, or an empty one; relative to the current directory.</param>
    /// <param name="cancellation">Ends the backup.</param>
    public async ValueTask<BackupResult> BackupAsync(string directory, CancellationToken cancellation = default)
    {
        if (_options.DataDirectory is null)
            throw new StorageException(StorageErrorKind.Unwritable, "There is nothing to back up: the server keeps its tables in memory, without a data directory");
        ThrowIfReadOnly();
        if (Interlocked.Exchange(ref _isBackingUp, 1) != 0)
            throw new StorageException(StorageErrorKind.Locked, "Another backup is running; one runs at a time");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        try
        {
            // A thread of its own for as long as the copy takes: it mostly waits for the disk.
            return await Task.Factory.StartNew(
                () => Backup(directory, stopping.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new StorageException(StorageErrorKind.Unwritable, $"The backup to {directory} was given up, there is none: the server stops");
        }
        finally
        {
            Volatile.Write(ref _isBackingUp, 0);
        }
    }

    private BackupResult Backup(string directory, CancellationToken cancellation)
    {
        var source = Path.GetFullPath(_options.DataDirectory!);
        var target = BackupTarget.Create(directory, source);
        var segments = new List<Allocation>();
        var result = new BackupResult { Path = target.Path };
        try
        {
            CheckpointAsync(
                async (_, capture) => result = await CaptureOneMomentAsync(capture, segments).ConfigureAwait(false) with { Path = target.Path },
                manifest =>
                {
                    result = result with { Bytes = Copy(target, new BackupCopy(source, target.PartialPath, manifest, segments, cancellation)) };
                    return default;
                }).AsTask().GetAwaiter().GetResult();
            return result;
        }
        catch
        {
            target.Abandon();
            throw;
        }
    }

    private static long Copy(BackupTarget target, BackupCopy copy)
    {
        try
        {
            var bytes = copy.Run();
            target.Finish();
            return bytes;
        }
        catch (Exception error) when (FileFormat.IsFileError(error))
        {
            throw target.Failed(error);
        }
    }

    /// <summary>All tables at one moment, when no writer is in a statement and the catalogue does not change: there is no log to bring them together later.</summary>
    private async ValueTask<BackupResult> CaptureOneMomentAsync(TableCapture capture, List<Allocation> segments)
    {
        using var isOver = new ManualResetEventSlim();
        var writersToCome = _writers.Length;
        var result = default(BackupResult);

        async Task StopAsync(WriterThread writer)
        {
            try
            {
                await writer.ChangeAsync(() =>
                {
                    if (Interlocked.Decrement(ref writersToCome) > 0)
                    {
                        isOver.Wait();
                        return;
                    }

                    result = CaptureStill(capture, segments);
                    isOver.Set();
                }).ConfigureAwait(false);
            }
            catch
            {
                isOver.Set();
                throw;
            }
        }

        await Task.WhenAll(Array.ConvertAll(_writers, StopAsync)).ConfigureAwait(false);
        return result;
    }

    /// <summary>All tables, while the writers stand still.</summary>
    private BackupResult CaptureStill(TableCapture capture, List<Allocation> segments)
    {
        lock (_changing)
        {
            capture.NextTableId = _nextTableId;
            var lsn = Log?.AppendedLsn ?? 0;
            long rows = 0;
            foreach (var table in _catalog.Tables)
            {
                capture.Add(table, lsn);
                rows += table.Snapshot().RowCount;
                AddSegments(segments, table);
            }

            return new BackupResult("", _catalog.Tables.Count, rows, 0);
        }
    }

    private static void AddSegments(List<Allocation> segments, Table table)
    {
        for (var i = 0; i < table.SeriesCount; i++)
        {
            foreach (var partition in table.SeriesAt(i).Partitions.Span)
            {
                foreach (ref readonly var slice in partition.State.Slices)
                    segments.Add(slice.Segment.Allocation);
            }
        }
    }
}
