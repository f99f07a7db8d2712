namespace Zepto.Http.Monitoring;

/// <summary>Says when snapshots are taken. One thread waits, any may stop it.</summary>
public interface ISnapshotPace
{
    /// <summary>Waits for the next snapshot's time; false once it is stopped.</summary>
    bool WaitForNext();

    /// <summary>Ends the waiting, now and for good.</summary>
    void Stop();
}

/// <summary>A snapshot every so many milliseconds.</summary>
public sealed class IntervalPace(int intervalMs) : ISnapshotPace
{
    private readonly object _gate = new();
    private bool _isStopped;

    public bool WaitForNext()
    {
        lock (_gate)
        {
            if (!_isStopped) Monitor.Wait(_gate, intervalMs);
            return !_isStopped;
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.PulseAll(_gate);
        }
    }
}
