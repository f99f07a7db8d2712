using System.Threading.RateLimiting;
using Microsoft.IdentityModel.Tokens;

namespace Zepto.Http.Identity;

/// <summary>
/// Signing keys of an identity provider, fetched from its JWKS URL: at the start, now and then, and when a token names a key that is not known yet,
/// which an attacker can make happen and which is therefore limited. A failed fetch leaves the keys as they are. Thread-safe.
/// </summary>
public sealed class KeySetSource : IDisposable
{
    private const int TimeoutMs = 5_000;
    private const int MaxAnswerBytes = 1024 * 1024;
    private const int MostKeys = 100;
    private static readonly TimeSpan s_refreshInterval = TimeSpan.FromMinutes(10);

    private readonly Func<CancellationToken, Task<string>> _findUrl;
    private readonly HttpClient _http;
    private readonly RateLimiter _unknownKeys = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
    {
        TokenLimit = 5, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(30), QueueLimit = 0, AutoReplenishment = false,
    });
    private readonly Lock _gate = new();
    private readonly Action<string> _onFault;
    private readonly Timer _timer;
    private SigningKeys _keys = SigningKeys.None;
    private string _fetched = "";
    private Task<string?>? _fetch;

    /// <param name="findUrl">Where the keys are.</param>
    /// <param name="http">Sends requests; owned by this from here on.</param>
    /// <param name="onFault">Told of fetches that failed.</param>
    public KeySetSource(Func<CancellationToken, Task<string>> findUrl, HttpClient http, Action<string> onFault)
    {
        _findUrl = findUrl;
        _http = http;
        _onFault = onFault;
        _timer = new Timer(_ => Fetch(), null, TimeSpan.Zero, s_refreshInterval);
    }

    /// <summary>Raised when the keys have changed.</summary>
    public event Action? Changed;

    public SigningKeys Keys => Volatile.Read(ref _keys);

    /// <summary>A client with the bounds that fetching from a provider needs.</summary>
    public static HttpClient MakeClient()
    {
        SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxResponseHeadersLength = 64 };
        return new HttpClient(handler) { Timeout = TimeSpan.FromMilliseconds(TimeoutMs), MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    /// <summary>Whether a URL may be asked: https, or anything of this machine.</summary>
    public static bool IsAcceptable(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttps || uri is { IsLoopback: true, Scheme: "http" }) && uri.UserInfo.Length == 0;

    /// <summary>Fetches because of a key that is not known; null when that happened too often.</summary>
    public Task? FetchForUnknownKey()
    {
        lock (_gate)
        {
            if (_fetch is { IsCompleted: false }) return _fetch;
            ((TokenBucketRateLimiter)_unknownKeys).TryReplenish();
            using RateLimitLease lease = _unknownKeys.AttemptAcquire();
            return lease.IsAcquired ? Fetch() : null;
        }
    }

    /// <summary>Fetches now, or waits for the fetch that runs.</summary>
    /// <returns>What went wrong; null when the keys are those of the provider.</returns>
    public Task<string?> Fetch()
    {
        lock (_gate)
        {
            if (_fetch is { IsCompleted: false }) return _fetch;
            return _fetch = Task.Run(FetchAsync);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _http.Dispose();
        _unknownKeys.Dispose();
    }

    private async Task<string?> FetchAsync()
    {
        try
        {
            using CancellationTokenSource timeout = new(TimeoutMs);
            string url = await _findUrl(timeout.Token).ConfigureAwait(false);
            if (!IsAcceptable(url)) throw new InvalidDataException($"the key set's address {url} is not https");
            string json = await _http.GetStringAsync(new Uri(url), timeout.Token).ConfigureAwait(false);
            SigningKeys keys = SigningKeys.FromKeySet(new JsonWebKeySet(json));
            if (keys.Keys.Count is 0 or > MostKeys) throw new InvalidDataException($"the key set has {keys.Keys.Count} usable keys");
            Volatile.Write(ref _keys, keys);
            if (json == _fetched) return null;
            _fetched = json;
            Changed?.Invoke();
            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or InvalidDataException or ArgumentException
            or OidcProviderException or FormatException or System.Text.Json.JsonException or InvalidOperationException or ObjectDisposedException)
        {
            _onFault(exception.Message);
            return exception.Message;
        }
    }
}
