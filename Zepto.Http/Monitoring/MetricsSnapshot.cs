using System.Runtime.InteropServices;

namespace Zepto.Http.Monitoring;

// In memory, 72 bytes:
//   0 timestampMs i64 | 8 nodeId u16, 6 unused | 16 ticksIngested i64 | 24 ticksStored i64 | 32 ticksDropped i64 | 40 queriesExecuted i64
//  48 totalRowsScanned i64 | 56 partitionsCreated i64 | 64 lastIngestLatencyNs i64

/// <summary>The engine's figures at one moment. The names are those of the JSON.</summary>
/// <param name="TimestampMs">Milliseconds since the Unix epoch.</param>
/// <param name="NodeId">Node they are of; 0 for a server alone.</param>
/// <param name="TicksIngested">Rows handed to the engine for storing, since its start like all counters here.</param>
/// <param name="TicksStored">Rows stored.</param>
/// <param name="TicksDropped">Rows refused because a queue stayed full.</param>
/// <param name="QueriesExecuted">Statements run.</param>
/// <param name="TotalRowsScanned">Rows read by all statements.</param>
/// <param name="PartitionsCreated">Partitions made.</param>
/// <param name="LastIngestLatencyNs">Time the latest insert took, in nanoseconds.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct MetricsSnapshot(
    long TimestampMs,
    ushort NodeId,
    long TicksIngested,
    long TicksStored,
    long TicksDropped,
    long QueriesExecuted,
    long TotalRowsScanned,
    long PartitionsCreated,
    long LastIngestLatencyNs);
