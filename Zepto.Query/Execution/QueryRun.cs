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
internal sealed class QueryRun : IDisposable
{
    private readonly MemoryBudget _memory;
    private readonly QueryRun? _leader;
    private readonly List<QueryRun> _followers = [];
    private volatile bool _cancelled;
    private long _deadlineTicks;
    private long _heldOutsideBytes;

    /// <param name="memoryLimitBytes">Most bytes of its arenas and those of its followers together.</param>
    /// <param name="literalCapacity">Literals it can hold.</param>
    public QueryRun(long memoryLimitBytes, int literalCapacity)
        : this(new MemoryBudget(memoryLimitBytes), new StatementLiterals(literalCapacity), null)
    {
    }

    private QueryRun(MemoryBudget memory, StatementLiterals literals, QueryRun? leader)
    {
        _memory = memory;
        _leader = leader;
        Arena = new NativeArena(memory);
        Scratch = new NativeArena(memory);
        Literals = literals;
    }

    /// <summary>Bytes that everything of the run may hold together.</summary>
    public MemoryBudget Memory => _memory;

    /// <summary>Memory that lives until the end of the run: hash tables, sort buffers, literals.</summary>
    public NativeArena Arena { get; }

    /// <summary>Scratch of expression evaluation, used as a stack.</summary>
    public NativeArena Scratch { get; }

    /// <summary>Values of the statement's literals and its clock.</summary>
    public StatementLiterals Literals { get; }

    /// <summary>Rows read from storage so far.</summary>
    public long RowsScanned { get; set; }

    /// <summary>Threads that may help; null where the statement runs on the thread that received it.</summary>
    public IWorkerPool? Workers { get; set; }

    /// <summary>Readies for a run that must end before <paramref name="timeoutMs"/> milliseconds have passed; 0 for no limit.</summary>
    public void Begin(long nowNs, int timeoutMs)
    {
        End();
        Literals.NowNs = nowNs;
        RowsScanned = 0;
        Workers = null;
        _cancelled = false;
        _deadlineTicks = timeoutMs == 0 ? long.MaxValue : Stopwatch.GetTimestamp() + timeoutMs * (Stopwatch.Frequency / 1000);
    }

    /// <summary>Lifts the limit of time.</summary>
    public void EndTimeLimit() => _deadlineTicks = long.MaxValue;

    /// <summary>
    /// A run of the same statement for a thread that helps: memory of its own, literals and stop signs of this one. Kept for the next time; its memory
    /// stays until then.
    /// </summary>
    public QueryRun Follower(int index)
    {
        while (_followers.Count <= index)
            _followers.Add(new QueryRun(_memory, Literals, this));
        var follower = _followers[index];
        follower.End();
        follower.RowsScanned = 0;
        return follower;
    }

    /// <summary>
    /// Counts memory beside the arenas into the run's limit until the end of the run: the bytes held in all, from the thread that leads the run. Throws
    /// <see cref="ArenaLimitException"/> when they are too many; they must be freed then.
    /// </summary>
    public void HoldOutside(long bytes)
    {
        if (bytes <= _heldOutsideBytes)
            return;
        if (!_memory.TryTake(bytes - _heldOutsideBytes))
            throw new ArenaLimitException(_memory.LimitBytes);
        _heldOutsideBytes = bytes;
    }

    /// <summary>Gives back the memory but for a little that is kept for the next run.</summary>
    public void End()
    {
        _memory.Return(_heldOutsideBytes);
        _heldOutsideBytes = 0;
        Arena.Reset();
        Scratch.Reset();
        foreach (var follower in _followers)
            follower.End();
    }

    /// <summary>Asks the run to stop at its next check; from any thread.</summary>
    public void Cancel() => _cancelled = true;

    /// <summary>Throws when the statement was killed or its time is over. Called once a chunk.</summary>
    public void ThrowIfStopped()
    {
        if (_leader is not null)
        {
            _leader.ThrowIfStopped();
            return;
        }

        if (_cancelled)
            throw new SqlException(StatementErrorKind.Cancelled, "Query cancelled");
        if (Stopwatch.GetTimestamp() > _deadlineTicks)
            throw new SqlException(StatementErrorKind.TimedOut, "Query cancelled");
    }

    public void Dispose()
    {
        Arena.Dispose();
        Scratch.Dispose();
        foreach (var follower in _followers)
            follower.Dispose();
    }
}
