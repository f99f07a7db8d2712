using System.Net;
using System.Net.Sockets;

namespace Zepto.Http.Identity;

/// <summary>Requests a minute for each address and each identity. Thread-safe.</summary>
public sealed class RateLimits : IDisposable
{
    private readonly RateBuckets<IPAddress>? _byAddress;
    private readonly RateBuckets<string>? _byIdentity;

    /// <param name="perAddress">Null for no limit.</param>
    /// <param name="perIdentity">Null for no limit.</param>
    public RateLimits(RateLimit? perAddress, RateLimit? perIdentity)
    {
        if (perAddress is not null) _byAddress = new RateBuckets<IPAddress>(perAddress);
        if (perIdentity is not null) _byIdentity = new RateBuckets<string>(perIdentity);
        AddressRetryAfterSeconds = perAddress?.RetryAfterSeconds ?? 0;
        IdentityRetryAfterSeconds = perIdentity?.RetryAfterSeconds ?? 0;
    }

    public int AddressRetryAfterSeconds { get; }

    public int IdentityRetryAfterSeconds { get; }

    /// <summary>The client that an address stands for. Whoever has an IPv6 network has 2^64 addresses to choose from, so all of them are one.</summary>
    public static IPAddress ClientOf(IPAddress? address)
    {
        if (address is null) return IPAddress.None;
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    /// <summary>Counts a request of a client as <see cref="ClientOf"/> gives it; false when it has had too many.</summary>
    public bool TryChargeAddress(IPAddress client) => _byAddress is null || _byAddress.TryTake(client);

    /// <summary>Counts a request of an identity; false when it has had too many.</summary>
    public bool TryChargeIdentity(Principal principal) => _byIdentity is null || _byIdentity.TryTake(principal.RateKey);

    public void Dispose()
    {
        _byAddress?.Dispose();
        _byIdentity?.Dispose();
    }
}
