using Zepto.Http.Endpoints;
using Zepto.Http.Responses;
using Zepto.Native.Threads;

namespace Zepto.Http.Monitoring;

/// <summary>Takes snapshots on a thread of its own that runs only when no other wants its CPU, so that looking costs the server nothing.</summary>
public sealed class MetricsCollector(IServerStatistics statistics, MetricsHistory history, ServerClock clock, ISnapshotPace pace)
{
    /// <summary>Time between snapshots.</summary>
    public const int IntervalMs = 3_000;

    private Thread? _thread;

    /// <summary>Starts the thread, whose first act is a snapshot.</summary>
    public void Start() => _thread = PinnedThread.Start("metrics history", cpu: -1, Run, idlePriority: true);

    /// <summary>Ends the thread; false when it did not get a CPU in that time, and so may still use the history.</summary>
    public bool Stop(int timeoutMs)
    {
        pace.Stop();
        return _thread is null || _thread.Join(timeoutMs);
    }

    /// <summary>Takes one snapshot. Allocates nothing; for the thread, and for tests without one.</summary>
    public void Capture() => history.Add(new MetricsSnapshot(
        clock.UnixMs,
        NodeId: 0,
        statistics.TicksIngested,
        statistics.TicksStored,
        statistics.TicksDropped,
        statistics.QueriesExecuted,
        statistics.RowsScanned,
        statistics.PartitionsCreated,
        statistics.LastIngestLatencyNs));

    private void Run()
    {
        do Capture();
        while (pace.WaitForNext());
    }
}
