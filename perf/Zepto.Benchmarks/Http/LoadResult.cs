namespace Zepto.Benchmarks.Http;

/// <summary>What one run of a load generator measured.</summary>
/// <param name="Requests">Requests answered.</param>
/// <param name="RequestsPerSecond">Rate.</param>
/// <param name="MedianUs">Latency, 50th percentile.</param>
/// <param name="TailUs">Latency, 99th percentile.</param>
internal sealed record LoadResult(long Requests, double RequestsPerSecond, double MedianUs, double TailUs);
