using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace Zepto.Storage.Ingest;

/// <summary>One piece of work for a writer thread and the answer to whoever waits for it. Pooled; awaited once.</summary>
internal sealed class WriteRequest : IValueTaskSource
{
    // Continuations must not run on the writer thread: they answer clients.
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };

    /// <summary>Rows to store, or null for <see cref="Change"/>.</summary>
    public RowBatch? Batch { get; private set; }

    /// <summary>Something else that must not overlap with storing rows, such as a change of columns.</summary>
    public Action? Change { get; private set; }

    /// <summary>When it was handed over, in Stopwatch ticks.</summary>
    public long StartedAt { get; private set; }

    public ValueTask Begin(RowBatch? batch, Action? change)
    {
        (Batch, Change, StartedAt) = (batch, change, Stopwatch.GetTimestamp());
        _done.Reset();
        return new ValueTask(this, _done.Version);
    }

    public void Complete() => _done.SetResult(true);

    public void Fail(Exception error) => _done.SetException(error);

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
