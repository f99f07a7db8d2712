using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Zepto.Http.Identity;

/// <summary>Requests a minute for each address and each identity. Thread-safe; buckets of clients that went away are dropped.</summary>
public sealed class RateLimits : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress>? _byAddress;
    private readonly PartitionedRateLimiter<string>? _byIdentity;

    public RateLimits(RateLimit? perAddress, RateLimit? perIdentity)
    {
        if (perAddress is not null)
        {
            AddressRetryAfterSeconds = perAddress.RetryAfterSeconds;
            Func<IPAddress, RateLimiter> make = _ => MakeBucket(perAddress);
            _byAddress = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address => RateLimitPartition.Get(PartOf(address), make));
        }
        if (perIdentity is not null)
        {
            IdentityRetryAfterSeconds = perIdentity.RetryAfterSeconds;
            Func<string, RateLimiter> make = _ => MakeBucket(perIdentity);
            _byIdentity = PartitionedRateLimiter.Create<string, string>(identity => RateLimitPartition.Get(identity, make));
        }
    }

    public int AddressRetryAfterSeconds { get; }

    public int IdentityRetryAfterSeconds { get; }

    /// <summary>Counts a request from an address; false when it has had too many. Requests without an address share one bucket.</summary>
    public bool TryChargeAddress(IPAddress? address)
    {
        if (_byAddress is null) return true;
        using RateLimitLease lease = _byAddress.AttemptAcquire(address ?? IPAddress.None);
        return lease.IsAcquired;
    }

    /// <summary>Counts a request of an identity; false when it has had too many.</summary>
    public bool TryChargeIdentity(Principal principal)
    {
        if (_byIdentity is null) return true;
        using RateLimitLease lease = _byIdentity.AttemptAcquire(principal.RateKey);
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        _byAddress?.Dispose();
        _byIdentity?.Dispose();
    }

    // The partitioned limiter refills its buckets itself. Made by a function of ours, because the library's own helper allocates for each request.
    private static TokenBucketRateLimiter MakeBucket(RateLimit limit) => new(limit.ToOptions(autoReplenishment: false));

    // One IPv6 client has a network of 2^64 addresses to choose from, so all of them are one.
    private static IPAddress PartOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
