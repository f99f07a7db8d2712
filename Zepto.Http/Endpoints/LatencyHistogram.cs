namespace Zepto.Http.Endpoints;

/// <summary>Counts durations in fixed buckets. Thread-safe, allocates nothing.</summary>
public sealed class LatencyHistogram
{
    /// <summary>Upper bounds of the buckets in nanoseconds, rising; a last bucket takes the rest.</summary>
    public static ReadOnlySpan<long> UpperBoundsNs =>
    [
        10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ];

    private readonly long[] _counts = new long[UpperBoundsNs.Length + 1];
    private long _sumNs;

    public long SumNs => Volatile.Read(ref _sumNs);

    public void Observe(long elapsedNs)
    {
        int bucket = 0;
        while (bucket < UpperBoundsNs.Length && elapsedNs > UpperBoundsNs[bucket]) bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _sumNs, elapsedNs);
    }

    /// <summary>Durations in one bucket; the index after the last bound is the open one.</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);
}
