using System.Net;
using Zepto.Http.Identity;

namespace Zepto.Http.Tests.Identity;

public sealed class RateLimitTests
{
    [Theory]
    [InlineData("60", 60, 60)]
    [InlineData("600:5", 600, 5)]
    [InlineData("1:1000000000", 1, 1_000_000_000)]
    public void TryParse_Valid_IsRead(string text, int perMinute, int burst)
    {
        Assert.True(RateLimit.TryParse(text, out RateLimit limit));
        Assert.Equal(new RateLimit(perMinute, burst), limit);
        Assert.InRange(limit.ToOptions(false).ReplenishmentPeriod.TotalMilliseconds, 1, 60_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1:0")]
    [InlineData("1:2:3")]
    [InlineData("x")]
    [InlineData(" 1")]
    [InlineData("1:")]
    [InlineData("1000000001")]
    public void TryParse_Invalid_IsRefused(string text) => Assert.False(RateLimit.TryParse(text, out _));

    [Fact]
    public void Addresses_HaveBucketsOfTheirOwn()
    {
        using RateLimits limits = new(new RateLimit(1, 2), null);
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => Charge(limits, "10.0.0.1")));
        Assert.True(Charge(limits, "10.0.0.2"));
        // One client has a whole network of these, and the same address as another kind is the same client.
        Assert.Equal([true, true, false], new[] { "2001:db8::1", "2001:db8::2", "2001:db8::ffff:3" }.Select(text => Charge(limits, text)));
        Assert.False(Charge(limits, "::ffff:10.0.0.1"));
        Assert.True(limits.TryChargeIdentity(Principal.Anonymous));
    }

    [Fact]
    public void Buckets_BeyondTheMost_AreShared()
    {
        using RateBuckets<int> buckets = new(new RateLimit(1, 1));
        for (int client = 0; client < RateBuckets<int>.MostBuckets; client++) Assert.True(buckets.TryTake(client));
        Assert.True(buckets.TryTake(-1));
        Assert.False(buckets.TryTake(-2));
        Assert.False(buckets.TryTake(0));
        Assert.Equal(RateBuckets<int>.MostBuckets, buckets.Count);
    }

    private static bool Charge(RateLimits limits, string address) => limits.TryChargeAddress(RateLimits.ClientOf(IPAddress.Parse(address)));

    [Fact]
    public void Charging_AllocatesNothing()
    {
        using RateLimits limits = new(new RateLimit(1_000_000, 1_000_000), new RateLimit(1_000_000, 1_000_000));
        IPAddress address = IPAddress.Parse("10.0.0.1");
        Allocations.AssertNone(() =>
        {
            if (!limits.TryChargeAddress(address) || !limits.TryChargeIdentity(Principal.Anonymous)) throw new InvalidOperationException();
        });
    }

    [Fact]
    public void Tenant_OverAQuota_IsRefusedAndRecovers()
    {
        using TenantState tenant = new(new Tenant("t", "t", "", MaxConcurrentQueries: 2, MaxQueriesPerMinute: 0));
        Assert.True(tenant.TryEnter());
        Assert.True(tenant.TryEnter());
        Assert.False(tenant.TryEnter());
        tenant.Leave();
        Assert.True(tenant.TryEnter());
        using TenantState slow = new(new Tenant("s", "s", "", 0, MaxQueriesPerMinute: 1));
        Assert.True(slow.TryEnter());
        Assert.False(slow.TryEnter());
    }
}
