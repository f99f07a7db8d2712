using System.Diagnostics;
using Zepto.Native.Memory;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Execution;

/// <summary>
/// What the operators of one running statement share: memory, literals, cancellation, limits and counters. One per plan instance; reset for
/// each run. Operators allocate long-lived buffers from <see cref="Arena"/> in Open and Next; a chunk's scratch comes from
/// <see cref="Scratch"/> and is released by the operator that marked it.
/// </summary>
internal sealed class QueryRun(long memoryLimitBytes, int literalCapacity) : IDisposable
{
    private volatile bool _cancelled;
    private long _deadlineTicks;

    /// <summary>Memory that lives until the end of the run: hash tables, sort buffers, literals.</summary>
    public NativeArena Arena { get; } = new(memoryLimitBytes);

    /// <summary>Scratch of expression evaluation, used as a stack.</summary>
    public NativeArena Scratch { get; } = new(memoryLimitBytes);

    /// <summary>Values of the statement's literals and its clock.</summary>
    public StatementLiterals Literals { get; } = new(literalCapacity);

    /// <summary>Rows read from storage so far.</summary>
    public long RowsScanned { get; set; }

    /// <summary>Readies for a run that must end before <paramref name="timeoutMs"/> milliseconds have passed; 0 for no limit.</summary>
    public void Begin(long nowNs, int timeoutMs)
    {
        Arena.Reset();
        Scratch.Reset();
        Literals.NowNs = nowNs;
        RowsScanned = 0;
        _cancelled = false;
        _deadlineTicks = timeoutMs == 0 ? long.MaxValue : Stopwatch.GetTimestamp() + timeoutMs * (Stopwatch.Frequency / 1000);
    }

    /// <summary>Asks the run to stop at its next check; from any thread.</summary>
    public void Cancel() => _cancelled = true;

    /// <summary>Throws when the statement was killed or its time is over. Called once a chunk.</summary>
    public void ThrowIfStopped()
    {
        if (_cancelled)
            throw new SqlException(StatementErrorKind.Cancelled, "Query cancelled");
        if (Stopwatch.GetTimestamp() > _deadlineTicks)
            throw new SqlException(StatementErrorKind.TimedOut, "Query cancelled");
    }

    public void Dispose()
    {
        Arena.Dispose();
        Scratch.Dispose();
    }
}
