using Zepto.Http.Identity;

namespace Zepto.Http.Hosting;

/// <summary>What the options say about identities.</summary>
public static class IdentityChoices
{
    /// <summary>What is wrong with the options, naming one of them; null when nothing is.</summary>
    public static string? Complaint(ServerOptions options)
    {
        if (options.RateLimit.Length > 0 && !RateLimit.TryParse(options.RateLimit, out _)) return $"--rate-limit: '{options.RateLimit}' is not RPM or RPM:BURST";
        if (options.RateLimitIp.Length > 0 && !RateLimit.TryParse(options.RateLimitIp, out _)) return $"--rate-limit-ip: '{options.RateLimitIp}' is not RPM or RPM:BURST";
        if (options.JwksUrl.Length > 0 && !KeySetSource.IsAcceptable(options.JwksUrl)) return $"--jwks-url: '{SecretMask.OfUrl(options.JwksUrl)}' must be https, or http on this machine";
        if (OidcComplaint(options) is { } complaint) return complaint;
        if (!options.GenKey)
        {
            foreach ((string name, string value) in new[] { ("--role", options.Role), ("--name", options.Name), ("--symbols", options.Symbols), ("--tables", options.Tables), ("--tenant", options.Tenant) })
            {
                if (value.Length > 0) return $"{name}: only with --gen-key";
            }
            return null;
        }
        if (options.InMemory) return "--gen-key: --in-memory has no place to keep a key";
        return Roles.TryParse(options.Role, out _) ? null : $"--role: '{options.Role}' is none of {Roles.List}";
    }

    /// <summary>Makes the key that --gen-key asks for.</summary>
    /// <returns>The secret; null when there are too many keys.</returns>
    /// <exception cref="IdentitySetupException">The data directory cannot be used.</exception>
    public static string? MakeKey(ServerOptions options)
    {
        string name = options.Name.Length > 0 ? options.Name : options.Role;
        return IdentityServices.MakeKey(options.DataDir, name, Roles.Of(options.Role), ListOf(options.Symbols), ListOf(options.Tables), options.Tenant);
    }

    public static IdentityOptions Of(ServerOptions options) => new()
    {
        IsRequired = options.IsAuthRequired,
        Directory = options.InMemory ? null : options.DataDir,
        AuditPath = TextOrNull(options.AuditLog),
        PerIdentity = LimitOf(options.RateLimit),
        PerAddress = LimitOf(options.RateLimitIp),
        SecretFile = TextOrNull(options.JwtHs256SecretFile),
        PublicKeyFile = TextOrNull(options.JwtPublicKeyFile),
        KeySetUrl = TextOrNull(options.JwksUrl),
        Oidc = OidcOf(options),
        TokenRules = new TokenRules(TextOrNull(options.JwtIssuer), TextOrNull(options.JwtAudience)),
    };

    private static string? OidcComplaint(ServerOptions options)
    {
        if (options.OidcIssuer.Length == 0)
            return options.OidcClientId.Length + options.OidcClientSecretFile.Length + options.OidcRedirectUri.Length > 0 ? "--oidc-issuer: is missing" : null;
        if (!KeySetSource.IsAcceptable(options.OidcIssuer)) return $"--oidc-issuer: '{SecretMask.OfUrl(options.OidcIssuer)}' must be https, or http on this machine";
        if (options.OidcClientId.Length == 0) return "--oidc-client-id: is missing";
        return KeySetSource.IsAcceptable(options.OidcRedirectUri) ? null : $"--oidc-redirect-uri: '{SecretMask.OfUrl(options.OidcRedirectUri)}' must be https, or http on this machine";
    }

    private static OidcOptions? OidcOf(ServerOptions options)
    {
        if (options.OidcIssuer.Length == 0) return null;
        string? secret = null;
        try
        {
            if (options.OidcClientSecretFile.Length > 0) secret = File.ReadAllText(options.OidcClientSecretFile).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IdentitySetupException($"--oidc-client-secret-file: {exception.Message}", isOption: true);
        }
        return new OidcOptions(options.OidcIssuer, options.OidcClientId, secret, options.OidcRedirectUri);
    }

    private static string? TextOrNull(string text) => text.Length == 0 ? null : text;

    private static RateLimit? LimitOf(string text) => RateLimit.TryParse(text, out RateLimit limit) ? limit : null;

    private static string[] ListOf(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
