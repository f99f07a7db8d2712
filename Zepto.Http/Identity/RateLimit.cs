using System.Globalization;
using System.Threading.RateLimiting;

namespace Zepto.Http.Identity;

/// <summary>A token bucket: so many requests a minute in the long run, so many at once.</summary>
/// <param name="RequestsPerMinute">Refill.</param>
/// <param name="Burst">Size.</param>
public sealed record RateLimit(int RequestsPerMinute, int Burst)
{
    private const int MaxRequests = 1_000_000_000;

    /// <summary>Seconds until a used-up bucket gives one more request, as Retry-After says it.</summary>
    public int RetryAfterSeconds => Math.Max(1, (60 + RequestsPerMinute - 1) / RequestsPerMinute);

    public static RateLimit PerMinute(int requests) => new(requests, requests);

    /// <summary>Reads <c>RPM[:BURST]</c>.</summary>
    public static bool TryParse(string text, out RateLimit limit)
    {
        limit = PerMinute(1);
        string[] parts = text.Split(':');
        if (parts.Length > 2 || !TryRead(parts[0], out int perMinute)) return false;
        int burst = perMinute;
        if (parts.Length == 2 && !TryRead(parts[1], out burst)) return false;
        limit = new RateLimit(perMinute, burst);
        return true;
    }

    public TokenBucketRateLimiterOptions ToOptions(bool autoReplenishment)
    {
        // A period of at least 100 ms: the timers that refill do not look more often.
        int tokens = Math.Max(1, RequestsPerMinute / 600);
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = Burst,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromMinutes((double)tokens / RequestsPerMinute),
            QueueLimit = 0,
            AutoReplenishment = autoReplenishment,
        };
    }

    private static bool TryRead(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and <= MaxRequests;
}
