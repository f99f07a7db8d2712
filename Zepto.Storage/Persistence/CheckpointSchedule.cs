using Zepto.Storage.Extents;
using Zepto.Storage.Log;

namespace Zepto.Storage.Persistence;

/// <summary>
/// Starts checkpoints of its own accord: when rows came or went since the last one and time is up, when much room waits for one, when the log is long, and
/// on request. Thread-safe.
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
    private bool _isRunning;
    private bool _again;
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

    /// <summary>Starts a checkpoint that sees everything stored up to the call, after the one under way if there is one.</summary>
    public void Request()
    {
        lock (_starting)
            _again = true;
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

    private long Rows => _statistics.TicksStored + _statistics.RowsChanged;

    private void OnTime()
    {
        // Room set aside after the last checkpoint, when its last reader ended, waits for another one.
        if (_log?.BytesSinceCheckpoint > 0 || Rows != Volatile.Read(ref _rowsAtLast) || _allocator.SetAsideBytes > 0)
            Start();
    }

    private void Start()
    {
        lock (_starting)
        {
            if (_stopped || _isRunning)
                return;
            _isRunning = true;
            _running = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        do
        {
            try
            {
                lock (_starting)
                    _again = false;
                var rows = Rows;
                await _checkpoint().ConfigureAwait(false);
                Volatile.Write(ref _rowsAtLast, rows);
            }
            catch (Exception error)
            {
                _options.Log?.Invoke($"a checkpoint failed: {error.Message}");
            }
        }
        while (GoesOn());
    }

    /// <summary>Whether another checkpoint was requested meanwhile; ends the run otherwise, so that no request is lost.</summary>
    private bool GoesOn()
    {
        lock (_starting)
        {
            _isRunning = _again && !_stopped;
            return _isRunning;
        }
    }
}
