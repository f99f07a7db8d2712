using Zepto.Native.Threads;

namespace Zepto.Storage.Compaction;

/// <summary>Runs compaction from time to time on a thread that only takes what nobody else wants of the processors.</summary>
internal sealed class CompactionThread : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    public CompactionThread(DatabaseOptions options, Compactor compactor) =>
        _thread = PinnedThread.Start("zepto-compaction", -1, () => Run(options, compactor), idlePriority: true);

    /// <summary>Waits for the segment under way.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run(DatabaseOptions options, Compactor compactor)
    {
        while (!_stop.Token.WaitHandle.WaitOne(options.CompactionInterval))
        {
            try
            {
                compactor.Run(toTheEnd: false, _stop.Token);
            }
            catch (Exception error)
            {
                // Nothing is lost: the segments stay as they are until the next time.
                options.Log?.Invoke($"segments could not be compacted: {error.Message}");
            }
        }
    }
}
