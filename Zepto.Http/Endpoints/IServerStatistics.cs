namespace Zepto.Http.Endpoints;

/// <summary>Figures of the engine since its start, for /stats and /metrics. Reading is cheap and thread-safe.</summary>
public interface IServerStatistics
{
    /// <summary>Rows handed to the engine for storing.</summary>
    long TicksIngested { get; }

    /// <summary>Rows stored.</summary>
    long TicksStored { get; }

    /// <summary>Rows refused because a queue stayed full.</summary>
    long TicksDropped { get; }

    /// <summary>Statements run.</summary>
    long QueriesExecuted { get; }

    /// <summary>Rows read by all statements.</summary>
    long RowsScanned { get; }

    /// <summary>Partitions made.</summary>
    long PartitionsCreated { get; }

    /// <summary>Time the latest insert took, in nanoseconds.</summary>
    long LastIngestLatencyNs { get; }

    /// <summary>Bytes written to the log.</summary>
    long LogBytes { get; }

    /// <summary>Records written to the log.</summary>
    long LogRecords { get; }

    /// <summary>Flushes of the log to the device.</summary>
    long LogFlushes { get; }

    /// <summary>Time the log's latest flush took, in nanoseconds.</summary>
    long LastLogFlushNs { get; }
}
