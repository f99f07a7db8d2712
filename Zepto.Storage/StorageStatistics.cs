namespace Zepto.Storage;

/// <summary>Counters of the storage engine since it was opened. Thread-safe; each figure is right, together they are of nearly one moment.</summary>
public sealed class StorageStatistics
{
    private long _ticksIngested;
    private long _ticksStored;
    private long _ticksDropped;
    private long _rowsChanged;
    private long _partitionsCreated;
    private long _lastIngestLatencyNs;
    private long _logBytes;
    private long _logRecords;
    private long _logFlushes;
    private long _lastLogFlushNs;

    /// <summary>Rows handed over for storing.</summary>
    public long TicksIngested => Volatile.Read(ref _ticksIngested);

    /// <summary>Rows stored.</summary>
    public long TicksStored => Volatile.Read(ref _ticksStored);

    /// <summary>Rows refused because the queue stayed full or storing failed.</summary>
    public long TicksDropped => Volatile.Read(ref _ticksDropped);

    /// <summary>Rows updated, deleted, truncated or dropped for their age.</summary>
    public long RowsChanged => Volatile.Read(ref _rowsChanged);

    /// <summary>Partitions made.</summary>
    public long PartitionsCreated => Volatile.Read(ref _partitionsCreated);

    /// <summary>From handing over to stored, of the last statement, ns.</summary>
    public long LastIngestLatencyNs => Volatile.Read(ref _lastIngestLatencyNs);

    /// <summary>Bytes written to the log.</summary>
    public long LogBytes => Volatile.Read(ref _logBytes);

    /// <summary>Records written to the log.</summary>
    public long LogRecords => Volatile.Read(ref _logRecords);

    /// <summary>Flushes of the log to the device.</summary>
    public long LogFlushes => Volatile.Read(ref _logFlushes);

    /// <summary>Time of the log's last flush, ns.</summary>
    public long LastLogFlushNs => Volatile.Read(ref _lastLogFlushNs);

    internal void CountLogRecord(long bytes)
    {
        Interlocked.Add(ref _logBytes, bytes);
        Interlocked.Increment(ref _logRecords);
    }

    internal void CountLogFlush(long elapsedNs)
    {
        Interlocked.Increment(ref _logFlushes);
        Volatile.Write(ref _lastLogFlushNs, elapsedNs);
    }

    internal void CountIngested(long rows) => Interlocked.Add(ref _ticksIngested, rows);

    internal void CountStored(long rows, long latencyNs)
    {
        Interlocked.Add(ref _ticksStored, rows);
        Volatile.Write(ref _lastIngestLatencyNs, latencyNs);
    }

    internal void CountDropped(long rows) => Interlocked.Add(ref _ticksDropped, rows);

    internal void CountChanged(long rows) => Interlocked.Add(ref _rowsChanged, rows);

    internal void CountPartition() => Interlocked.Increment(ref _partitionsCreated);
}
