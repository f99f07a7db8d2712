using System.Threading.RateLimiting;

namespace Zepto.Http.Identity;

/// <summary>A tenant and what it uses of its quotas now. Thread-safe; allocates nothing within the quotas.</summary>
public sealed class TenantState : IDisposable
{
    private readonly TokenBucketRateLimiter? _perMinute;
    private int _running;

    public TenantState(Tenant tenant)
    {
        Tenant = tenant;
        if (tenant.MaxQueriesPerMinute > 0) _perMinute = new TokenBucketRateLimiter(RateLimit.PerMinute(tenant.MaxQueriesPerMinute).ToOptions(autoReplenishment: false));
    }

    public Tenant Tenant { get; }

    /// <summary>Counts a statement in; false when a quota is used up. <see cref="Leave"/> counts it out.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _running) > Tenant.MaxConcurrentQueries && Tenant.MaxConcurrentQueries > 0)
        {
            Leave();
            return false;
        }
        if (_perMinute is null) return true;
        // Refilled here and not by a timer, which would outlive a tenant that is replaced.
        _perMinute.TryReplenish();
        using RateLimitLease lease = _perMinute.AttemptAcquire();
        if (lease.IsAcquired) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _running);

    public void Dispose() => _perMinute?.Dispose();
}
