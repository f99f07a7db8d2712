using System.Diagnostics;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Ingest;
using Zepto.Storage.Mutations;
using Zepto.Storage.Persistence;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Log;

/// <summary>
/// The log of everything that changes the database after its last checkpoint. Records are appended under one lock, each as a whole; texts that a
/// statement's rows need go before it. A checkpoint begins a new file, and files before it go when the checkpoint is durable. Thread-safe.
/// After a failed flush nothing is known of what was appended since the last good one, so nothing more is taken: <see cref="ThrowIfFailed"/>.
/// </summary>
internal sealed partial class WriteAheadLog : IDisposable
{
    private readonly DatabaseOptions _options;
    private readonly StorageStatistics _statistics;
    private readonly DataDirectory _dataDirectory;
    private readonly string _directory;
    private readonly ulong _directoryId;
    private readonly SymbolDictionary _symbols;
    private readonly Lock _appending = new();
    private readonly Lock _flushing = new();
    private readonly LogRecordWriter _writer;
    private readonly LogFlusher _flusher;
    private readonly List<(long Lsn, TaskCompletionSource Done)> _waiting = [];
    private readonly List<(string Path, long Bytes, long Number)> _older;
    private LogFile _file;
    private long _abandonFrom;
    private long _appendedLsn;
    private long _durableLsn;
    private long _olderBytes;
    private string? _failure;
    private int _isFailureReported;

    /// <summary>Begins a new file behind those that were replayed. Throws what the system refuses.</summary>
    public WriteAheadLog(DatabaseOptions options, StorageStatistics statistics, DataDirectory directory, ulong directoryId, SymbolDictionary symbols, LogEnd end)
    {
        (_options, _statistics, _dataDirectory, _directory, _directoryId, _symbols) = (options, statistics, directory, directory.LogPath, directoryId, symbols);
        _older = [.. end.Files];
        _olderBytes = _older.Sum(f => f.Bytes);
        _appendedLsn = _durableLsn = end.LastLsn;
        _abandonFrom = end.NextFile;
        _file = LogFile.Create(_directory, directoryId, end.NextFile, end.LastLsn + 1);
        _writer = new LogRecordWriter(directoryId, options.BeforeLogWrite);
        _flusher = new LogFlusher(Flush);
    }

    /// <summary>Whether statements wait for the device.</summary>
    public bool IsSync => _options.Durability == Durability.Sync;

    /// <summary>LSN of the last record.</summary>
    public long AppendedLsn => Volatile.Read(ref _appendedLsn);

    /// <summary>LSN of the last record known to be on the device.</summary>
    public long DurableLsn => Volatile.Read(ref _durableLsn);

    /// <summary>Bytes that the next start would replay.</summary>
    public long BytesSinceCheckpoint => Volatile.Read(ref _olderBytes) + _file.LengthBytes - LogFile.HeaderBytes;

    /// <summary>Called after each flush, also after a failed one. Set before anything is appended.</summary>
    public Action? Flushed { get; set; }

    /// <summary>Whether a flush has failed.</summary>
    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    /// <summary>Throws Unwritable once a flush has failed.</summary>
    public void ThrowIfFailed()
    {
        if (HasFailed)
            throw Failure();
    }

    /// <summary>What becomes of statements after a failed flush.</summary>
    public StorageException Failure() => new(StorageErrorKind.Unwritable, _failure ?? "");

    /// <summary>Done when the record is on the device. Throws Unwritable when that is not known.</summary>
    public async ValueTask DurableAsync(long lsn)
    {
        TaskCompletionSource done;
        lock (_waiting)
        {
            if (lsn <= DurableLsn)
                return;
            ThrowIfFailed();
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((lsn, done));
        }

        _flusher.Ask(hurry: true);
        await done.Task.ConfigureAwait(false);
    }

    /// <summary>Brings everything appended before the call to the device; see <see cref="HasFailed"/> for the outcome.</summary>
    public void Flush()
    {
        lock (_flushing)
        {
            LogFile file;
            long lsn, lengthBytes;
            lock (_appending)
                (file, lsn, lengthBytes) = (_file, _appendedLsn, _file.LengthBytes);
            if (HasFailed || lsn == _durableLsn)
                return;
            if (TryFlush(file, isWhole: false))
                SetDurable(file, lsn, lengthBytes);
        }

        Notify();
    }

    /// <summary>
    /// A checkpoint begins: what follows goes to a new file, whose number it returns, and the present one is whole and on the device. Throws Unwritable
    /// or what the system refuses, and the present file goes on.
    /// </summary>
    public long BeginFile()
    {
        // Most of it while writers go on.
        Flush();
        try
        {
            lock (_flushing)
            {
                lock (_appending)
                {
                    ThrowIfFailed();
                    if (_file.LengthBytes == LogFile.HeaderBytes)
                        return _file.Number;
                    if (!TryFlush(_file, isWhole: true))
                        throw Failure();
                    SetDurable(_file, _appendedLsn, _file.LengthBytes);
                    _options.BeforeLogWrite?.Invoke(LogFile.HeaderBytes);
                    var next = LogFile.Create(_directory, _directoryId, _file.Number + 1, _appendedLsn + 1);
                    _older.Add((_file.Path, _file.LengthBytes, _file.Number));
                    _olderBytes += _file.LengthBytes;
                    _file.Dispose();
                    _file = next;
                    return next.Number;
                }
            }
        }
        finally
        {
            Notify();
        }
    }

    /// <summary>The number of the file that the next start begins, when nothing more is appended.</summary>
    public long NextFileNumber => _file.Number + 1;

    /// <summary>A durable checkpoint has everything that came before a file.</summary>
    public void DeleteBefore(long number)
    {
        lock (_appending)
        {
            if (_file.Number < number)
                File.Delete(_file.Path);
            while (_older is [var first, ..] && first.Number < number)
            {
                File.Delete(first.Path);
                _olderBytes -= first.Bytes;
                _older.RemoveAt(0);
            }

            _abandonFrom = number;
        }
    }

    /// <summary>Forgets everything since the last checkpoint, or since the log was opened; the newest first, so that no gap can be found. Nothing may be appended after it.</summary>
    public void Discard()
    {
        File.Delete(_file.Path);
        foreach (var (path, _, number) in Enumerable.Reverse(_older))
        {
            if (number >= _abandonFrom)
                File.Delete(path);
        }
    }

    /// <summary>Nothing more is durable: another file's flush failed.</summary>
    public void Fail(string reason)
    {
        SetFailed(reason);
        Notify();
    }

    /// <summary>Flushes and ends. Writers must have ended before.</summary>
    public void Dispose()
    {
        _flusher.Dispose();
        Flush();
        _file.Dispose();
        _writer.Dispose();
    }

    /// <summary>Flushes a file, one that gets no more records as a whole; false when it failed, and then for good.</summary>
    private bool TryFlush(LogFile file, bool isWhole)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            _options.BeforeLogFlush?.Invoke();
            if (isWhole)
                file.Finish();
            else
                file.Flush();
        }
        catch (IOException error)
        {
            SetFailed(error.Message);
            return false;
        }

        _statistics.CountLogFlush((long)Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        return true;
    }

    private void SetFailed(string reason)
    {
        var failure = $"data directory {_dataDirectory.Path}: {reason}; statements since then are not known to be durable and nothing more is stored until you restart the server";
        Interlocked.CompareExchange(ref _failure, failure, null);
    }

    private void SetDurable(LogFile file, long lsn, long lengthBytes)
    {
        file.SetDurable(lengthBytes);
        Volatile.Write(ref _durableLsn, lsn);
    }

    /// <summary>Tells everybody who waits for the device, and once the operator when it has failed; not under a lock.</summary>
    private void Notify()
    {
        if (HasFailed && Interlocked.Exchange(ref _isFailureReported, 1) == 0)
            _options.Log?.Invoke(_failure!);
        lock (_waiting)
        {
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                var (lsn, done) = _waiting[i];
                if (lsn <= DurableLsn)
                    done.SetResult();
                else if (HasFailed)
                    done.SetException(Failure());
                else
                    continue;
                _waiting.RemoveAt(i);
            }
        }

        Flushed?.Invoke();
    }
}
