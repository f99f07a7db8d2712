using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Zepto.Http.Identity;

/// <summary>What a provider gave for a code or a refresh token.</summary>
/// <param name="Principal">The identity.</param>
/// <param name="RefreshToken">For the next refresh; null when the provider gives none.</param>
/// <param name="ExpiresInSeconds">How long the provider says its access token lives.</param>
public sealed record OidcGrant(Principal Principal, string? RefreshToken, long ExpiresInSeconds);

/// <summary>The provider could not be reached or said something that makes no sense; details are in the server's log.</summary>
public sealed class OidcProviderException(string message) : Exception(message);

/// <summary>Logs browsers in at an OpenID provider by the authorization code flow with discovery, state, nonce and PKCE. Thread-safe.</summary>
public sealed class OidcLogin : IDisposable
{
    private static readonly string[] s_wantedScopes = ["profile", "email", "offline_access"];

    private readonly OidcOptions _options;
    private readonly HttpClient _http;
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _configuration;
    private readonly TokenValidator _tokens;
    private readonly string _source;

    /// <param name="options">What the server was told.</param>
    /// <param name="tenants">Tenants that tokens may name.</param>
    /// <param name="version">Moved on when signing keys change.</param>
    /// <param name="onFault">Told of what went wrong at the provider.</param>
    public OidcLogin(OidcOptions options, TenantStore tenants, IdentityVersion version, Action<string> onFault)
    {
        _options = options;
        _http = KeySetSource.MakeClient();
        Uri issuer = new(options.Issuer);
        _source = "sso:" + issuer.Host;
        HttpDocumentRetriever retriever = new(_http) { RequireHttps = !issuer.IsLoopback };
        _configuration = new ConfigurationManager<OpenIdConnectConfiguration>(
            options.Issuer.TrimEnd('/') + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), retriever);
        KeySet = new KeySetSource(async stop => (await ConfigurationAsync(stop).ConfigureAwait(false)).JwksUri, KeySetSource.MakeClient(), onFault);
        _tokens = new TokenValidator(SigningKeys.None, KeySet, new TokenRules(options.Issuer, options.ClientId), tenants, version);
    }

    /// <summary>The provider's signing keys.</summary>
    public KeySetSource KeySet { get; }

    /// <summary>Logins that have begun.</summary>
    public PendingLogins Pending { get; } = new();

    /// <summary>Where the browser is sent to log in. Throws OidcProviderException.</summary>
    public async Task<string> AuthorizationUrlAsync(PendingLogin login, CancellationToken stop)
    {
        OpenIdConnectConfiguration configuration = await ConfigurationAsync(stop).ConfigureAwait(false);
        string challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(login.Verifier)));
        string query = Encode(
            ("response_type", "code"), ("client_id", _options.ClientId), ("redirect_uri", _options.RedirectUri), ("scope", ScopeOf(configuration)),
            ("state", login.State), ("nonce", login.Nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"));
        string endpoint = Checked(configuration.AuthorizationEndpoint);
        return endpoint + (endpoint.Contains('?') ? '&' : '?') + query;
    }

    /// <summary>Exchanges a code; null when the identity token does not prove who it should. Throws OidcProviderException.</summary>
    public Task<OidcGrant?> ExchangeAsync(string code, PendingLogin login, CancellationToken stop) =>
        AskAsync(login.Nonce, stop, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", _options.RedirectUri), ("code_verifier", login.Verifier));

    /// <summary>Exchanges a refresh token; null as for <see cref="ExchangeAsync"/>. Throws OidcProviderException.</summary>
    public Task<OidcGrant?> RefreshAsync(string refreshToken, CancellationToken stop) =>
        AskAsync(nonce: null, stop, ("grant_type", "refresh_token"), ("refresh_token", refreshToken));

    public void Dispose()
    {
        KeySet.Dispose();
        _http.Dispose();
    }

    private async Task<OidcGrant?> AskAsync(string? nonce, CancellationToken stop, params (string Name, string Value)[] fields)
    {
        string answer;
        try
        {
            OpenIdConnectConfiguration configuration = await ConfigurationAsync(stop).ConfigureAwait(false);
            using HttpRequestMessage request = TokenRequest(configuration, fields);
            using HttpResponseMessage response = await _http.SendAsync(request, stop).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw new OidcProviderException($"the provider answered {(int)response.StatusCode} to a token request");
            answer = await response.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            throw new OidcProviderException($"the provider cannot be reached: {exception.Message}");
        }
        return await GrantOfAsync(answer, nonce).ConfigureAwait(false);
    }

    // The secret goes where providers expect it unless they say otherwise (OpenID Connect Discovery, section 3): in the Authorization field, encoded
    // as RFC 6749, section 2.3.1 asks for, so that a colon in an id does not end it.
    private HttpRequestMessage TokenRequest(OpenIdConnectConfiguration configuration, (string Name, string Value)[] fields)
    {
        HttpRequestMessage request = new(HttpMethod.Post, Checked(configuration.TokenEndpoint));
        List<(string Name, string Value)> all = [.. fields];
        ICollection<string> methods = configuration.TokenEndpointAuthMethodsSupported;
        if (_options.ClientSecret is { } secret && (methods.Count == 0 || methods.Contains("client_secret_basic")))
        {
            string pair = Uri.EscapeDataString(_options.ClientId) + ':' + Uri.EscapeDataString(secret);
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
        }
        else
        {
            all.Add(("client_id", _options.ClientId));
            if (_options.ClientSecret is not null) all.Add(("client_secret", _options.ClientSecret));
        }
        request.Content = new StringContent(Encode([.. all]), Encoding.ASCII, "application/x-www-form-urlencoded");
        return request;
    }

    private async Task<OidcGrant?> GrantOfAsync(string answer, string? nonce)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(answer);
            JsonElement root = document.RootElement;
            if (TextOf(root, "id_token") is not { } token) throw new OidcProviderException("the provider gave no identity token");
            Principal? principal = _tokens.Validate(token, new TokenRules(_options.Issuer, _options.ClientId), _source, out Task? newKeys);
            if (principal is null && newKeys is not null)
            {
                await newKeys.ConfigureAwait(false);
                principal = _tokens.Validate(token, new TokenRules(_options.Issuer, _options.ClientId), _source, out _);
            }
            if (principal is null || nonce is not null && NonceOf(token) != nonce) return null;
            long seconds = root.TryGetProperty("expires_in", out JsonElement life) && life.TryGetInt64(out long given) ? given : 0;
            return new OidcGrant(principal, TextOf(root, "refresh_token"), seconds);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new OidcProviderException($"the provider's answer makes no sense: {exception.Message}");
        }
    }

    private async Task<OpenIdConnectConfiguration> ConfigurationAsync(CancellationToken stop)
    {
        OpenIdConnectConfiguration configuration;
        try
        {
            configuration = await _configuration.GetConfigurationAsync(stop).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or HttpRequestException or OperationCanceledException or ArgumentException)
        {
            throw new OidcProviderException($"the provider's configuration cannot be read: {exception.Message}");
        }
        // A provider that speaks for another one would be trusted with its users.
        return configuration.Issuer == _options.Issuer ? configuration : throw new OidcProviderException($"the provider calls itself {configuration.Issuer}, not {_options.Issuer}");
    }

    // A provider refuses a login that asks for a scope it does not have; one that does not say which it has is asked for all.
    private static string ScopeOf(OpenIdConnectConfiguration configuration)
    {
        ICollection<string> supported = configuration.ScopesSupported;
        return string.Join(' ', ["openid", .. s_wantedScopes.Where(scope => supported.Count == 0 || supported.Contains(scope))]);
    }

    private static string Checked(string? endpoint) =>
        endpoint is not null && KeySetSource.IsAcceptable(endpoint) ? new Uri(endpoint).AbsoluteUri : throw new OidcProviderException($"the provider's address {endpoint} is not https");

    // Read from a token that has been validated.
    private static string? NonceOf(string token)
    {
        using JsonDocument claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
        return TextOf(claims.RootElement, "nonce");
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Encode(params ReadOnlySpan<(string Name, string Value)> fields)
    {
        StringBuilder text = new();
        foreach ((string name, string value) in fields) text.Append(text.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return text.ToString();
    }
}
