namespace Zepto.Query.Engine;

/// <summary>Limits and placement of the query engine.</summary>
public sealed record EngineOptions
{
    /// <summary>Longest time a statement may run, ms; 0 for no limit.</summary>
    public int QueryTimeoutMs { get; init; } = 30_000;

    /// <summary>Memory one statement may use, bytes.</summary>
    public long MaxQueryMemoryBytes { get; init; } = 1L << 32;

    /// <summary>Rows one statement may return; 0 for no limit.</summary>
    public long MaxResultRows { get; init; }

    /// <summary>Statements that run on the query threads at once; 0 means twice the number of cores.</summary>
    public int MaxConcurrentQueries { get; init; }

    /// <summary>Statements that may wait for one of them to end before further ones are refused.</summary>
    public int MaxWaitingQueries { get; init; } = 1024;

    /// <summary>Threads that run long statements; 0 means one per core.</summary>
    public int QueryThreads { get; init; }

    /// <summary>Whether query threads stay on their cores.</summary>
    public bool Pin { get; init; }

    /// <summary>
    /// Statements that are likely to take at most so many microseconds run on the thread that starts them: the hop to a query thread and back costs more
    /// than that thread's other connections lose.
    /// </summary>
    public long InlineMicroseconds { get; init; } = 300;

    /// <summary>Plans that are kept.</summary>
    public int PlanCacheEntries { get; init; } = 1024;

    /// <summary>Told of faults of the engine's own, which clients see as "internal error" only.</summary>
    public Action<Exception>? OnFault { get; init; }
}
