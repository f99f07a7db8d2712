using Zepto.Native.Threads;

namespace Zepto.Storage.Log;

/// <summary>The thread that flushes the log: soon after something was appended, at once where somebody waits for it.</summary>
internal sealed class LogFlusher : IDisposable
{
    /// <summary>Half of the time that is promised, so that the flush itself has the other half.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(50);

    private readonly ManualResetEventSlim _work = new(false);
    private readonly ManualResetEventSlim _hurry = new(false);
    private readonly Action _flush;
    private readonly Thread _thread;
    private volatile bool _stopping;

    public LogFlusher(Action flush)
    {
        _flush = flush;
        _thread = PinnedThread.Start("zepto-log", -1, Run);
    }

    /// <summary>There is something to flush.</summary>
    public void Ask(bool hurry)
    {
        if (hurry)
            _hurry.Set();
        _work.Set();
    }

    /// <summary>Ends the thread; what was asked for is flushed by somebody else.</summary>
    public void Dispose()
    {
        _stopping = true;
        Ask(hurry: true);
        _thread.Join();
        _work.Dispose();
        _hurry.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _work.Wait();
            _hurry.Wait(Delay);
            if (_stopping)
                return;
            // Before the flush: what is appended meanwhile asks again.
            _hurry.Reset();
            _work.Reset();
            _flush();
        }
    }
}
