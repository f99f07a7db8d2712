using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Zepto.Http.Identity;

/// <summary>
/// Validates JSON Web Tokens (RFC 7519, 8725): signature by a key of the token's algorithm, exp required, nbf, iss and aud, no critical extensions,
/// no name twice in one object. Valid ones are remembered until they expire or keys or tenants change. Thread-safe.
/// </summary>
public sealed class TokenValidator
{
    /// <summary>Source of the identities that tokens prove.</summary>
    public const string Source = "jwt";

    private const int RememberedTokens = 4_096;
    private const int MaxSubjectChars = 256;
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromSeconds(60);
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly IdentityVersion _version;
    private readonly KeySetSource? _source;
    private readonly TokenRules _rules;
    private readonly TenantStore _tenants;
    private readonly PrincipalCache _cache = new(RememberedTokens);
    private readonly JsonWebTokenHandler _handler = new();
    private SigningKeys _fixedKeys;
    private long _changes;

    /// <param name="fixedKeys">Keys of files.</param>
    /// <param name="source">Keys of a provider; null without.</param>
    /// <param name="rules">What else is asked of tokens.</param>
    /// <param name="tenants">Tenants that tokens may name.</param>
    /// <param name="version">Moved on when tokens that were valid may not be any more.</param>
    public TokenValidator(SigningKeys fixedKeys, KeySetSource? source, TokenRules rules, TenantStore tenants, IdentityVersion version)
    {
        _fixedKeys = fixedKeys;
        _source = source;
        _rules = rules;
        _tenants = tenants;
        _version = version;
        tenants.Changed += ForgetTokens;
        if (source is not null) source.Changed += ForgetIdentities;
    }

    /// <summary>Takes other keys of files; tokens signed by one that is not among them are void from here on.</summary>
    public void Replace(SigningKeys fixedKeys)
    {
        Volatile.Write(ref _fixedKeys, fixedKeys);
        ForgetIdentities();
    }

    /// <summary>Whether a secret can be a token: it begins as JSON does in base64.</summary>
    public static bool LooksLikeToken(ReadOnlySpan<byte> secret) => secret.StartsWith("ey"u8);

    /// <summary>The identity that a token proves; null when it proves none.</summary>
    /// <param name="token">The compact form.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="nowMs">Milliseconds since the Unix epoch.</param>
    /// <param name="newKeys">Set when it may prove one after this has completed.</param>
    public Principal? Validate(ReadOnlySpan<byte> token, in TokenHash hash, long nowMs, out Task? newKeys)
    {
        newKeys = null;
        if (_cache.Find(hash, nowMs) is { } known) return known;
        long changes = Volatile.Read(ref _changes);
        Principal? principal = Validate(Encoding.UTF8.GetString(token), _rules, Source, out newKeys);
        if (principal is null) return null;
        _cache.Add(hash, principal, nowMs);
        // A change while it was validated may have come before it was remembered.
        if (Volatile.Read(ref _changes) != changes) _cache.Clear();
        return principal;
    }

    /// <summary>As the other, for a token whose rules differ; not remembered.</summary>
    public Principal? Validate(string token, TokenRules rules, string source, out Task? newKeys)
    {
        newKeys = null;
        string[] parts = token.Split('.');
        if (parts.Length != 3) return null;
        using JsonDocument? header = ReadPart(parts[0]);
        using JsonDocument? payload = ReadPart(parts[1]);
        if (header is null || payload is null || header.RootElement.TryGetProperty("crit", out _)) return null;
        if (TextOf(header.RootElement, "alg") is not { } algorithm) return null;
        string? keyId = TextOf(header.RootElement, "kid");
        IReadOnlyList<SecurityKey> keys = Volatile.Read(ref _fixedKeys).With(_source?.Keys ?? SigningKeys.None).For(algorithm, keyId);
        if (keys.Count == 0)
        {
            if (algorithm is SecurityAlgorithms.RsaSha256 or SecurityAlgorithms.EcdsaSha256) newKeys = _source?.FetchForUnknownKey();
            return null;
        }
        return IsValid(token, algorithm, keys, rules) ? PrincipalOf(payload.RootElement, source) : null;
    }

    private void ForgetTokens()
    {
        Interlocked.Increment(ref _changes);
        _cache.Clear();
    }

    private void ForgetIdentities()
    {
        ForgetTokens();
        _version.Advance();
    }

    private bool IsValid(string token, string algorithm, IReadOnlyList<SecurityKey> keys, TokenRules rules)
    {
        TokenValidationParameters parameters = new()
        {
            ValidAlgorithms = [algorithm],
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = true,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ValidateLifetime = true,
            ClockSkew = s_clockSkew,
            ValidateIssuer = rules.Issuer is not null,
            ValidIssuer = rules.Issuer,
            ValidateAudience = rules.Audience is not null,
            ValidAudience = rules.Audience,
            LogValidationExceptions = false,
        };
        // With all keys at hand nothing in it waits.
        return _handler.ValidateTokenAsync(token, parameters).GetAwaiter().GetResult().IsValid;
    }

    private Principal? PrincipalOf(JsonElement claims, string source)
    {
        if (TextOf(claims, JwtRegisteredClaimNames.Sub) is not { Length: > 0 and <= MaxSubjectChars } subject || subject.Any(char.IsControl)) return null;
        string? roleName = claims.TryGetProperty("zepto_role", out _) ? TextOf(claims, "zepto_role") : TextOf(claims, "role");
        if (!Roles.TryParse(roleName, out Role role)) return null;
        if (!TryReadList(claims, "symbols", out IReadOnlyList<string> symbols) || !TryReadList(claims, "tables", out IReadOnlyList<string> tables)) return null;
        string tenantId = "";
        if (claims.TryGetProperty("tenant_id", out _))
        {
            if (TextOf(claims, "tenant_id") is not { } named) return null;
            tenantId = named;
        }
        if (!claims.TryGetProperty(JwtRegisteredClaimNames.Exp, out JsonElement expiry) || expiry.ValueKind != JsonValueKind.Number || !expiry.TryGetDouble(out double seconds)
            || seconds is not (> 0 and < 1e12))
        {
            return null;
        }
        long expiresAtMs = (long)(seconds * 1000) + (long)s_clockSkew.TotalMilliseconds;
        return Principal.Create(subject, role, symbols, tables, tenantId, _tenants, source, expiresAtMs);
    }

    // An array of texts, or a text of names between commas. A claim of another form, or one that should restrict and names nothing, is refused.
    private static bool TryReadList(JsonElement claims, string name, out IReadOnlyList<string> list)
    {
        list = [];
        if (!claims.TryGetProperty(name, out JsonElement value)) return true;
        List<string> names = [];
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                names.AddRange(value.GetString()!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    if (item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: > 0 } text) return false;
                    names.Add(text);
                }
                break;
            default:
                return false;
        }
        list = names;
        return names.Count > 0;
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonDocument? ReadPart(string part)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(Base64Url.DecodeFromChars(part), s_strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }
}
