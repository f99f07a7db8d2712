using System.Collections.Concurrent;
using System.Diagnostics;
using Zepto.Native.Threads;
using Zepto.Storage.Epochs;
using Zepto.Storage.Extents;
using Zepto.Storage.Log;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>
/// The one thread that writes a set of tables: takes requests from a bounded queue in order, stores them, answers them. Where statements must be on the
/// device before they are answered, it goes on storing while the log is flushed, and commits and answers what each flush covers.
/// </summary>
internal sealed class WriterThread : IDisposable
{
    private readonly BoundedQueue<WriteRequest> _queue;
    private readonly ConcurrentBag<WriteRequest> _pool = [];
    private readonly ManualResetEventSlim _work = new(false, spinCount: 50);
    private readonly PartitionAppender _appender;
    private readonly TableWriter _writer;
    private readonly WriteAheadLog? _log;
    private readonly Queue<Stored> _stored = [];
    private readonly StorageStatistics _statistics;
    private readonly TimeSpan _wait;
    private readonly Thread _thread;
    private volatile bool _stopping;

    public WriterThread(int index, DatabaseOptions options, SegmentAllocator allocator, EpochRegistry epochs, StorageStatistics statistics, WriteAheadLog? log)
    {
        _queue = new BoundedQueue<WriteRequest>(options.IngestQueueBatches);
        _wait = options.IngestQueueWait;
        _statistics = statistics;
        _appender = new PartitionAppender(allocator, epochs);
        _writer = new TableWriter(_appender, statistics, log);
        _log = log;
        if (log is { IsSync: true })
            log.Flushed += _work.Set;
        _thread = PinnedThread.Start($"zepto-writer-{index}", options.FirstWriterCpu < 0 ? -1 : options.FirstWriterCpu + index, Run);
    }

    /// <summary>Stores rows; done when they are visible. Throws StorageException when the queue stays full or storing fails.</summary>
    public async ValueTask StoreAsync(RowBatch batch)
    {
        var rows = batch.RowCount;
        _statistics.CountIngested(rows);
        try
        {
            await SubmitAsync(batch, null).ConfigureAwait(false);
        }
        catch (Exception)
        {
            _statistics.CountDropped(rows);
            throw;
        }
    }

    /// <summary>Whether replaced rows wait for readers; any other request looks whether they are gone.</summary>
    public bool HasRetired => _appender.HasRetired;

    /// <summary>
    /// Runs a statement that is no batch of rows, after those before it are committed; done when it is committed itself. What it replaced is free then,
    /// unless readers see it.
    /// </summary>
    public ValueTask RunAsync(Action<TableWriter> statement) => ChangeAsync(() => statement(_writer));

    /// <summary>Runs a step of compaction, which changes how rows lie and nothing else.</summary>
    public ValueTask CompactAsync(Action<PartitionAppender> step) => ChangeAsync(() => step(_appender));

    /// <summary>Runs a change between batches, all of which are committed.</summary>
    public ValueTask ChangeAsync(Action change) => SubmitAsync(null, change);

    /// <summary>Frees the segments of a dropped table, as soon as no reader can see them.</summary>
    public ValueTask RetireAsync(Table table, bool isForgotten) => ChangeAsync(() => _appender.Retire(table, isForgotten));

    /// <summary>Finishes what is queued, then ends the thread.</summary>
    public void Dispose()
    {
        _stopping = true;
        // Not disposed: a flush that has just ended may still set it.
        _work.Set();
        _thread.Join();
        _appender.Dispose();
    }

    private async ValueTask SubmitAsync(RowBatch? batch, Action? change)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        if (!_pool.TryTake(out var request))
            request = new WriteRequest();
        var done = request.Begin(batch, change);
        if (!_queue.TryEnqueue(request))
            await EnqueueWhenRoomAsync(request).ConfigureAwait(false);
        _work.Set();
        try
        {
            await done.ConfigureAwait(false);
        }
        finally
        {
            _pool.Add(request);
        }
    }

    /// <summary>Polls for room: the queue is full only under overload, when a millisecond more does not matter.</summary>
    private async ValueTask EnqueueWhenRoomAsync(WriteRequest request)
    {
        var deadline = Stopwatch.GetTimestamp() + (long)(_wait.TotalSeconds * Stopwatch.Frequency);
        while (!_queue.TryEnqueue(request))
        {
            if (Stopwatch.GetTimestamp() > deadline)
                throw new StorageException(StorageErrorKind.Overloaded, $"The ingest queue stayed full for {_wait.TotalSeconds:0.#} s; nothing of the statement was stored");
            await Task.Delay(1).ConfigureAwait(false);
        }
    }

    private void Run()
    {
        while (true)
        {
            if (_queue.TryDequeue(out var request))
            {
                Serve(request);
                CommitFlushed();
                continue;
            }

            if (_stopping && _stored.Count == 0)
                return;
            _work.Reset();
            // A request may have come, or a flush ended, between the look and the reset.
            CommitFlushed();
            if (_queue.TryDequeue(out request))
                Serve(request);
            else if (!_stopping || _stored.Count > 0)
                _work.Wait();
        }
    }

    private void Serve(WriteRequest request)
    {
        try
        {
            if (request.Batch is { } batch)
            {
                _writer.Apply(batch);
            }
            else
            {
                WaitForFlush();
                request.Change!();
            }

            var applied = _writer.Take();
            if (applied.Table is not null && _log is { IsSync: true })
                _stored.Enqueue(new Stored(request, applied));
            else
                Commit(new Stored(request, applied));
        }
        catch (Exception error)
        {
            // The waiter reports it; the thread must go on for the other tables.
            request.Fail(error);
        }
        finally
        {
            _appender.Reclaim();
        }
    }

    private void Commit(in Stored stored)
    {
        if (stored.Statement.Table is not null)
            _writer.Commit(stored.Statement);
        if (stored.Request.Batch is { } batch)
            _statistics.CountStored(batch.RowCount, (long)Stopwatch.GetElapsedTime(stored.Request.StartedAt).TotalNanoseconds);
        else
            _appender.Reclaim();
        stored.Request.Complete();
    }

    /// <summary>Commits and answers the statements that are on the device; when a flush has failed, the others are not known to be and never become visible.</summary>
    private void CommitFlushed()
    {
        if (_stored.Count == 0)
            return;
        var hasFailed = _log!.HasFailed;
        var durableLsn = _log.DurableLsn;
        while (_stored.TryPeek(out var oldest) && (oldest.Statement.Lsn <= durableLsn || hasFailed))
        {
            _stored.Dequeue();
            if (oldest.Statement.Lsn <= durableLsn)
            {
                Commit(oldest);
                continue;
            }

            _writer.Abandon();
            oldest.Request.Fail(_log.Failure());
        }

        _appender.Reclaim();
    }

    private void WaitForFlush()
    {
        while (_stored.Count > 0)
        {
            _work.Reset();
            CommitFlushed();
            if (_stored.Count > 0)
                _work.Wait();
        }
    }

    /// <summary>A statement that is stored and in the log, but not committed.</summary>
    private readonly record struct Stored(WriteRequest Request, AppliedStatement Statement);
}
