namespace Zepto.Storage;

/// <summary>How a database is opened.</summary>
public sealed record DatabaseOptions
{
    /// <summary>Threads that store rows; each table belongs to one.</summary>
    public int WriterThreads { get; init; } = 1;

    /// <summary>CPU of the first writer thread, the next ones follow; -1 lets the scheduler choose.</summary>
    public int FirstWriterCpu { get; init; } = -1;

    /// <summary>Statements that may wait for a writer thread.</summary>
    public int IngestQueueBatches { get; init; } = 1024;

    /// <summary>How long a statement waits for room in a full queue before it is refused.</summary>
    public TimeSpan IngestQueueWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of one mapping that segments are carved from; address space, not memory.</summary>
    public long ExtentBytes { get; init; } = 256L * 1024 * 1024;
}
