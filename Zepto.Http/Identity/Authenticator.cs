using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Identity;

/// <summary>Finds out who sends a request. A request with the same credentials as the one before on its connection costs a comparison of bytes. Thread-safe.</summary>
public sealed class Authenticator(KeyStore keys, SessionStore sessions, TokenValidator? tokens, IdentityVersion version, ServerClock clock, bool isRequired)
{
    /// <summary>Whether credentials are asked for; without, everybody is an anonymous administrator.</summary>
    public bool IsRequired => isRequired;

    /// <summary>The identity of a request; null when it proves none.</summary>
    /// <param name="context">The request; its connection remembers the identity.</param>
    /// <param name="newKeys">
    /// Set when the credentials are a token signed by a key that is not known yet: once it has completed, they may be looked at again.
    /// </param>
    public Principal? Authenticate(RequestContext context, out Task? newKeys)
    {
        newKeys = null;
        if (!isRequired) return Principal.Anonymous;
        CredentialKind kind = Credential.Find(context, out ReadOnlySpan<byte> raw);
        if (kind is CredentialKind.None or CredentialKind.Malformed) return null;
        // The version first: a change while the credentials are looked up makes the result void for the next request.
        long currentVersion = version.Current;
        long nowMs = clock.UnixMs;
        return context.Identity.Recall(kind, raw, currentVersion, nowMs) ?? LookUp(context, kind, raw, currentVersion, nowMs, out newKeys);
    }

    private Principal? LookUp(RequestContext context, CredentialKind kind, ReadOnlySpan<byte> raw, long currentVersion, long nowMs, out Task? newKeys)
    {
        newKeys = null;
        if (raw.Length > Credential.MaxSecretBytes) return null;
        Span<byte> buffer = stackalloc byte[Credential.MaxSecretBytes];
        if (!Credential.TryRead(kind, raw, buffer, out ReadOnlySpan<byte> secret)) return null;
        TokenHash hash = TokenHash.Of(secret);
        if (kind == CredentialKind.Session)
        {
            Session? session = sessions.Find(hash, nowMs, out Principal? sessionPrincipal);
            if (session is null || sessionPrincipal is null) return null;
            context.Identity.Remember(kind, raw, currentVersion, hash, sessionPrincipal, null, session, nowMs);
            return sessionPrincipal;
        }
        Principal? principal = null;
        KeyStore.Entry? entry = null;
        if (tokens is not null && TokenValidator.LooksLikeToken(secret)) principal = tokens.Validate(secret, hash, nowMs, out newKeys);
        if (principal is null)
        {
            entry = keys.Find(hash, nowMs);
            principal = entry?.Principal;
        }
        if (principal is null) return null;
        context.Identity.Remember(kind, raw, currentVersion, hash, principal, entry, null, nowMs);
        return principal;
    }
}
