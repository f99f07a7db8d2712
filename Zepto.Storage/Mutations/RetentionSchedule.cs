namespace Zepto.Storage.Mutations;

/// <summary>Looks for rows that are too old from time to time. Thread-safe.</summary>
internal sealed class RetentionSchedule : IDisposable
{
    private readonly DatabaseOptions _options;
    private readonly Func<long, ValueTask> _tend;
    private readonly Timer _timer;
    private readonly Lock _starting = new();
    private Task _running = Task.CompletedTask;
    private bool _stopped;

    public RetentionSchedule(DatabaseOptions options, Func<long, ValueTask> tend)
    {
        (_options, _tend) = (options, tend);
        _timer = new Timer(_ => OnTime(), null, options.RetentionInterval, options.RetentionInterval);
    }

    /// <summary>The wall clock, ns since the epoch.</summary>
    public static long NowNs => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Waits for a look under way; none is started afterwards.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_starting)
            _stopped = true;
        _running.GetAwaiter().GetResult();
    }

    private void OnTime()
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
            await _tend(NowNs).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _options.Log?.Invoke($"rows older than their table's retention could not be dropped: {error.Message}");
        }
    }
}
