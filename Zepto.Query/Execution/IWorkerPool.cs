namespace Zepto.Query.Execution;

/// <summary>Work that several threads can share; each share may run on any thread, some may not run at all.</summary>
internal interface IParallelWork
{
    /// <summary>Takes a share until nothing is left to do. Share 0 always runs.</summary>
    void RunShare(int share);
}

/// <summary>Threads that can help one that runs a statement.</summary>
internal interface IWorkerPool
{
    /// <summary>Threads there are, the caller's among them.</summary>
    int Count { get; }

    /// <summary>
    /// Runs share 0 on the calling thread and the others on threads that are free meanwhile; returns when all that began have ended. An exception of
    /// any share is thrown again.
    /// </summary>
    void Run(IParallelWork work, int shares);
}
