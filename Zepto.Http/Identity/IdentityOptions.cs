namespace Zepto.Http.Identity;

/// <summary>What the server was told about identities.</summary>
public sealed record IdentityOptions
{
    /// <summary>Whether credentials are asked for.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Directory of the key and tenant files; null to keep them in memory.</summary>
    public string? Directory { get; init; }

    public string? AuditPath { get; init; }

    public RateLimit? PerAddress { get; init; }

    public RateLimit? PerIdentity { get; init; }

    public string? SecretFile { get; init; }

    public string? PublicKeyFile { get; init; }

    public string? KeySetUrl { get; init; }

    public TokenRules TokenRules { get; init; } = new(null, null);

    /// <summary>Null without logins at a provider.</summary>
    public OidcOptions? Oidc { get; init; }

    public SessionLimits Sessions { get; init; } = SessionLimits.Default;
}

/// <summary>Identities cannot be set up. The message is shown as it is.</summary>
public sealed class IdentitySetupException(string message, bool isOption) : Exception(message)
{
    /// <summary>Whether an option is wrong, and not a file that the server keeps.</summary>
    public bool IsOption => isOption;
}
