namespace Zepto.Storage;

/// <summary>How a database is opened.</summary>
public sealed record DatabaseOptions
{
    /// <summary>Directory that keeps the data; made when missing. Null keeps everything in anonymous memory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Receives one line for what an operator should know, such as rows lost by a crash. Any thread.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>What an answered statement survives. Means nothing in anonymous memory.</summary>
    public Durability Durability { get; init; } = Durability.Async;

    /// <summary>
    /// Opens a directory with a damaged log at what is certainly whole, the statements up to the damage, for reading only. The directory stays as it is.
    /// </summary>
    public bool Recover { get; init; }

    /// <summary>Called once when the log must be replayed before the database is open, which may take seconds.</summary>
    public Action? RecoveryBegins { get; init; }

    /// <summary>Bytes of log since the last checkpoint that start another: what a crash leaves to be replayed, at 30 to 100 MB a second.</summary>
    public long LogBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Longest time between checkpoints while statements come in; infinite: only at the stop and on demand, and without a log at changes of tables.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time between two looks for days that are older than their table's retention; infinite: only at the start and when a retention is set.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Time between two looks for segments to encode and to join; a day of a symbol that got no row between two of them is encoded to its end.
    /// Infinite: segments stay as they were written.
    /// </summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the newest day of a series must have got no rows before it is encoded; older days are sooner.</summary>
    public TimeSpan HotTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Bytes that indexes of GROUPED and PARTED columns may take beside the segments, at most 4 a row and column; segments for which nothing is left are
    /// read whole.
    /// </summary>
    public long IndexBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Threads that store rows; each table belongs to one.</summary>
    public int WriterThreads { get; init; } = 1;

    /// <summary>CPU of the first writer thread, the next ones follow; -1 lets the scheduler choose.</summary>
    public int FirstWriterCpu { get; init; } = -1;

    /// <summary>
    /// Whether memory for segments comes from the memory node of the pinned writer threads, where the machine has several nodes and all writers are on one.
    /// A data directory's mappings get their pages there anyway, as the writer is the first to touch them.
    /// </summary>
    public bool Numa { get; init; } = true;

    /// <summary>Statements that may wait for a writer thread.</summary>
    public int IngestQueueBatches { get; init; } = 1024;

    /// <summary>How long a statement waits for room in a full queue before it is refused.</summary>
    public TimeSpan IngestQueueWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of one mapping that segments are carved from; address space, not memory, and in a data directory a file with holes.</summary>
    public long ExtentBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Called with the bytes before a segment's disk space is taken; a test throws from it what a full disk would.</summary>
    internal Action<long>? BeforeReserving { get; init; }

    /// <summary>Called with the bytes before a record or a new file is written to the log; a test throws from it what a full disk would.</summary>
    internal Action<long>? BeforeLogWrite { get; init; }

    /// <summary>Called before the log is flushed; a test throws from it what a broken device would, or waits.</summary>
    internal Action? BeforeLogFlush { get; init; }
}
