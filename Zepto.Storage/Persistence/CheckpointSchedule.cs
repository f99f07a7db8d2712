using Zepto.Storage.Extents;
using Zepto.Storage.Log;

namespace Zepto.Storage.Persistence;

/// <summary>
/// Starts checkpoints of its own accord: when statements came since the last one and time is up, when much room waits for one, and when the log is long.
/// Thread-safe.
/// </summary>
internal sealed class CheckpointSchedule : IDisposable
{
    private readonly DatabaseOptions _options;
    private readonly SegmentAllocator _allocator;
    private readonly StorageStatistics _statistics;
    private readonly WriteAheadLog? _log;
    private readonly Func<ValueTask> _checkpoint;
    private readonly Timer _timer;
    private readonly Lock _starting = new();
    private Task _running = Task.CompletedTask;
    private long _rowsAtLast;
    private bool _stopped;

    public CheckpointSchedule(DatabaseOptions options, SegmentAllocator allocator, StorageStatistics statistics, WriteAheadLog? log, Func<ValueTask> checkpoint)
    {
        (_options, _allocator, _statistics, _log, _checkpoint) = (options, allocator, statistics, log, checkpoint);
        _timer = new Timer(_ => OnTime(), null, options.CheckpointInterval, options.CheckpointInterval);
    }

    /// <summary>After a statement: starts a checkpoint when much room waits for it or the log is long.</summary>
    public void Look()
    {
        // One extent's worth of room is worth a checkpoint; less would make checkpoints frequent.
        if (_allocator.SetAsideBytes > _options.ExtentBytes || _log?.BytesSinceCheckpoint > _options.LogBytes)
            Start();
    }

    /// <summary>Waits for a checkpoint under way; none is started afterwards.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_starting)
            _stopped = true;
        _running.GetAwaiter().GetResult();
    }

    private void OnTime()
    {
        if (_log is null ? _statistics.TicksStored != Volatile.Read(ref _rowsAtLast) : _log.BytesSinceCheckpoint > 0)
            Start();
    }

    /// <summary>Starts a checkpoint unless one is under way.</summary>
    public void Start()
    {
        lock (_starting)
        {
            if (!_stopped && _running.IsCompleted)
                _running = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            var rows = _statistics.TicksStored;
            await _checkpoint().ConfigureAwait(false);
            Volatile.Write(ref _rowsAtLast, rows);
        }
        catch (Exception error)
        {
            _options.Log?.Invoke($"a checkpoint failed: {error.Message}");
        }
    }
}
