using Zepto.Http.Monitoring;
using Zepto.Http.Responses;
using Zepto.Http.Serving;
using Zepto.Http.Transport.Tls;

namespace Zepto.Http.Endpoints;

/// <summary>GET /metrics: Prometheus text, or OpenMetrics for a client that accepts it.</summary>
public sealed class MetricsHandler(
    IServerStatistics statistics, HttpCounters http, TlsCounters tls, LatencyHistogram queryLatency, ProcessFigures process, Func<int> openConnections)
    : IRequestHandler
{
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;

    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        bool isOpenMetrics = context.TryGetField("accept"u8, out ReadOnlySpan<byte> accept)
            && accept.IndexOf("application/openmetrics-text"u8) >= 0;
        MetricsText text = new(context.Buffer, isOpenMetrics);
        WriteEngine(text);
        WriteHttp(text);
        WriteRuntime(text);
        text.End();
        context.Response.Write(200, isOpenMetrics ? ContentTypes.OpenMetrics : ContentTypes.PrometheusText, context.Buffer.Written);
        return default;
    }

    private void WriteEngine(MetricsText text)
    {
        text.Counter("zepto_ticks_ingested_total"u8, "Total ticks ingested"u8, statistics.TicksIngested);
        text.Counter("zepto_ticks_stored_total"u8, "Total ticks stored to column store"u8, statistics.TicksStored);
        text.Counter("zepto_ticks_dropped_total"u8, "Total ticks dropped (queue overflow)"u8, statistics.TicksDropped);
        text.Counter("zepto_queries_executed_total"u8, "Total queries executed"u8, statistics.QueriesExecuted);
        text.Counter("zepto_rows_scanned_total"u8, "Total rows scanned"u8, statistics.RowsScanned);
        // The name ends like a counter's although the type is gauge: the published name stays.
        text.Gauge("zepto_partitions_total"u8, "Total partitions created"u8, statistics.PartitionsCreated);
        text.Gauge("zepto_last_ingest_latency_ns"u8, "Last ingest latency in nanoseconds"u8, statistics.LastIngestLatencyNs);
        text.Counter("zepto_wal_bytes_total"u8, "Bytes written to the write-ahead log"u8, statistics.LogBytes);
        text.Counter("zepto_wal_records_total"u8, "Records written to the write-ahead log"u8, statistics.LogRecords);
        text.Counter("zepto_wal_fsyncs_total"u8, "Flushes of the write-ahead log to the device"u8, statistics.LogFlushes);
        text.Gauge("zepto_wal_last_fsync_ns"u8, "Time of the write-ahead log's last flush in nanoseconds"u8, statistics.LastLogFlushNs);
        text.Histogram("zepto_query_duration_seconds"u8, "Time from the start of a statement to its end"u8, queryLatency);
    }

    private void WriteHttp(MetricsText text)
    {
        text.CounterFamily("zepto_http_responses_total"u8, "HTTP responses by class of status"u8);
        text.Sample("zepto_http_responses_total"u8, "{code=\"2xx\"}"u8, http.Responses(2));
        text.Sample("zepto_http_responses_total"u8, "{code=\"3xx\"}"u8, http.Responses(3));
        text.Sample("zepto_http_responses_total"u8, "{code=\"4xx\"}"u8, http.Responses(4));
        text.Sample("zepto_http_responses_total"u8, "{code=\"5xx\"}"u8, http.Responses(5));
        text.Counter("zepto_http_rejected_requests_total"u8, "Requests refused before any handler saw them"u8, http.RejectedRequests);
        text.Counter("zepto_http_connections_accepted_total"u8, "Connections accepted"u8, http.ConnectionsAccepted);
        text.Counter("zepto_http_connections_refused_total"u8, "Connections refused over the limit"u8, http.ConnectionsRefused);
        text.Gauge("zepto_http_connections"u8, "Open connections"u8, openConnections());
        text.Counter("zepto_tls_handshakes_total"u8, "TLS handshakes that succeeded"u8, tls.Handshakes);
        text.Counter("zepto_tls_handshakes_failed_total"u8, "TLS handshakes that failed"u8, tls.Failures);
    }

    private void WriteRuntime(MetricsText text)
    {
        text.CounterFamily("dotnet_gc_collections_total"u8, "Garbage collections by generation"u8);
        text.Sample("dotnet_gc_collections_total"u8, "{generation=\"0\"}"u8, GC.CollectionCount(0));
        text.Sample("dotnet_gc_collections_total"u8, "{generation=\"1\"}"u8, GC.CollectionCount(1));
        text.Sample("dotnet_gc_collections_total"u8, "{generation=\"2\"}"u8, GC.CollectionCount(2));
        text.Counter("dotnet_gc_allocated_bytes_total"u8, "Bytes allocated on the managed heap"u8, GC.GetTotalAllocatedBytes());
        text.Counter("dotnet_gc_pause_seconds_total"u8, "Time the process stood still for garbage collection"u8, GC.GetTotalPauseDuration().TotalSeconds);
        text.Gauge("dotnet_gc_heap_bytes"u8, "Size of the managed heap"u8, GC.GetTotalMemory(forceFullCollection: false));
        text.Gauge("dotnet_thread_pool_threads"u8, "Threads of the thread pool"u8, ThreadPool.ThreadCount);
        ProcessFigures.Values figures = process.Read();
        text.Counter("process_cpu_seconds_total"u8, "Processor time used"u8, figures.ProcessorSeconds);
        text.Gauge("process_resident_memory_bytes"u8, "Resident memory"u8, figures.ResidentBytes);
        text.Gauge("process_start_time_seconds"u8, "Start of the server since the Unix epoch"u8, _startedAt.ToUnixTimeMilliseconds() / 1000.0);
        if (figures.OpenDescriptors >= 0) text.Gauge("process_open_fds"u8, "Open file descriptors"u8, figures.OpenDescriptors);
    }
}
