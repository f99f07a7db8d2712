using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace Zepto.Http.Identity;

/// <summary>
/// A token bucket for each of many clients. Full ones are forgotten, and their number is bounded: clients beyond it share one. Thread-safe; a request of
/// a known client within its limit allocates nothing, which the library's partitioned limiter does not achieve.
/// </summary>
internal sealed class RateBuckets<TKey> : IDisposable where TKey : notnull
{
    public const int MostBuckets = 100_000;

    private const int SweepIntervalMs = 10_000;
    private static readonly TimeSpan s_fullFor = TimeSpan.FromSeconds(10);

    private readonly TokenBucketRateLimiterOptions _options;
    private readonly ConcurrentDictionary<TKey, TokenBucketRateLimiter> _buckets = new();
    private readonly TokenBucketRateLimiter _shared;
    private readonly Timer _timer;
    private int _count;

    public RateBuckets(RateLimit limit)
    {
        // Refilled at each look: a timer for each bucket would cost more.
        _options = limit.ToOptions(autoReplenishment: false);
        _shared = new TokenBucketRateLimiter(_options);
        _timer = new Timer(_ => RemoveFull(), null, SweepIntervalMs, SweepIntervalMs);
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes one token of a client's bucket; false when it is empty.</summary>
    public bool TryTake(TKey client)
    {
        if (!_buckets.TryGetValue(client, out TokenBucketRateLimiter? bucket)) bucket = Add(client);
        bucket.TryReplenish();
        using RateLimitLease lease = bucket.AttemptAcquire();
        return lease.IsAcquired;
    }

    public void Dispose() => _timer.Dispose();

    private TokenBucketRateLimiter Add(TKey client)
    {
        if (Count >= MostBuckets) return _shared;
        TokenBucketRateLimiter made = new(_options);
        TokenBucketRateLimiter kept = _buckets.GetOrAdd(client, made);
        if (kept == made) Interlocked.Increment(ref _count);
        return kept;
    }

    // Whoever still holds one that is removed takes a token of a bucket that nobody else looks at: one request too many in a long while.
    private void RemoveFull()
    {
        foreach ((TKey client, TokenBucketRateLimiter bucket) in _buckets)
        {
            bucket.TryReplenish();
            if (bucket.IdleDuration > s_fullFor && _buckets.TryRemove(client, out _)) Interlocked.Decrement(ref _count);
        }
    }
}
