using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Zepto.Query.Results;

namespace Zepto.Http.Serving;

/// <summary>What happens beside the requests: deadlines, and watching the client while a statement runs elsewhere.</summary>
/// <remarks>
/// A reset says at once that the client is gone. A FIN does not: a client may close its sending side and wait for the answer, and
/// TCP shows no difference until something is sent. So after a short while an interim response (RFC 9110, section 15.2, which every
/// HTTP/1.1 client skips) is sent; a closed socket answers it with a reset, which the next sweep sees.
/// </remarks>
internal sealed partial class HttpConnection
{
    // Pipelined bytes taken in while a statement runs; beyond this the client has to wait.
    private const int MaxReadAheadBytes = 64 * 1024;

    private const int ProbeDelayMs = 250;
    private const int ProbeIntervalMs = 2000;

    private readonly Lock _watchGate = new();
    private IStatementExecution? _watched;
    private volatile bool _isWatchStopped;
    private long _halfClosedAtMs = long.MaxValue;
    private long _nextProbeMs;

    /// <summary>Called a few times a second by the clock's thread.</summary>
    public void OnSweep(long nowMs)
    {
        if (nowMs - _response.FlushStartedMs >= _services.Limits.BodyTimeoutMs)
        {
            Abort(); // The client does not take its answer.
            return;
        }
        // Read before the deadline, which is set first: an old deadline never counts for a new phase.
        Phase phase = _phase;
        // The connection's own code looks at the deadline again, so a wake-up that comes too late does no harm.
        if (nowMs >= Volatile.Read(ref _deadlineMs))
        {
            if (phase == Phase.Ending) Abort();
            else _input.CancelPendingRead();
        }
        else if (Volatile.Read(ref _watched) is not null) ProbeClient(nowMs);
    }

    /// <summary>Waits for a batch and cancels the statement when the client goes away meanwhile.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> WatchWhileAsync(ValueTask<bool> next, IStatementExecution execution)
    {
        // Answers to earlier pipelined requests do not wait for a slow one.
        if (_response.UnflushedBytes > 0 && !await _response.FlushAsync().ConfigureAwait(false)) execution.Cancel();
        _isWatchStopped = false;
        lock (_watchGate) _watched = execution;
        ValueTask watch = _isInputEnded ? default : WatchInputAsync(execution);
        if (_isInputEnded && Volatile.Read(ref _halfClosedAtMs) == long.MaxValue) NoteHalfClose();
        try
        {
            return await next.ConfigureAwait(false);
        }
        finally
        {
            lock (_watchGate) _watched = null;
            _isWatchStopped = true;
            // A cancellation that arrives after the watch has ended wakes the next read once for nothing; reads allow for that.
            if (!watch.IsCompleted) _input.CancelPendingRead();
            await watch.ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WatchInputAsync(IStatementExecution execution)
    {
        try
        {
            while (true)
            {
                if (_holdsRead)
                {
                    if (_requestBytes + _unread.Length > MaxReadAheadBytes) return;
                    // The request's own bytes stay: its body may lie there. Everything counts as examined, so the read waits for news.
                    _holdsRead = false;
                    _input.AdvanceTo(_requestStart, _unread.End);
                }
                ReadResult result = await _input.ReadAsync().ConfigureAwait(false);
                _holdsRead = true;
                _requestStart = result.Buffer.Start;
                _unread = result.Buffer.Slice(_requestBytes);
                if (result.IsCompleted)
                {
                    _isInputEnded = true;
                    NoteHalfClose();
                    return;
                }
                if (_isWatchStopped) return;
            }
        }
        catch (Exception)
        {
            // Reset, aborted, disposed: transports have many words for it, and each means that nobody waits for the answer.
            _isBroken = true;
            _isInputEnded = true;
            _holdsRead = false;
            _unread = default;
            execution.Cancel();
        }
    }

    private void NoteHalfClose()
    {
        long nowMs = _services.Clock.NowMs;
        Volatile.Write(ref _nextProbeMs, nowMs + ProbeDelayMs);
        Volatile.Write(ref _halfClosedAtMs, nowMs);
    }

    private void ProbeClient(long nowMs)
    {
        if (Volatile.Read(ref _halfClosedAtMs) == long.MaxValue) return;
        lock (_watchGate)
        {
            // Under the gate the handler cannot go on to write its response between the test and the probe.
            if (_watched is null) return;
            bool canSend = nowMs >= _nextProbeMs && _context.Head.MinorVersion >= 1 && !_response.HasStarted;
            if (canSend) _nextProbeMs = nowMs + ProbeIntervalMs;
            if (!_transport.IsPeerListening(canSend ? "HTTP/1.1 102 Processing\r\n\r\n"u8 : default)) _watched.Cancel();
        }
    }
}
