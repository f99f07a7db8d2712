using System.Text;
using Zepto.Http.Identity;
using Zepto.Http.Protocol;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /auth/login: sends the browser to the provider; a cookie binds the login to this browser.</summary>
public sealed class LoginHandler(OidcLogin? oidc, Action<string> onFault) : IRequestHandler
{
    /// <summary>Name of the cookie of a login that has begun.</summary>
    internal const string CookieName = "zepto_login";

    public bool TakesBody => false;

    public async ValueTask HandleAsync(RequestContext context)
    {
        if (oidc is null)
        {
            context.Response.Write(503, ContentTypes.Json, "{\"error\": \"OIDC is not configured\"}"u8);
            return;
        }
        try
        {
            PendingLogin login = oidc.Pending.Begin(context.NowMs, out string browser);
            string url = await oidc.AuthorizationUrlAsync(login, CancellationToken.None).ConfigureAwait(false);
            string cookie = $"Set-Cookie: {CookieName}={browser}; Path=/auth/; Max-Age={PendingLogins.LifeMs / 1000}; HttpOnly; SameSite=Lax{(context.IsSecure ? "; Secure" : "")}\r\n";
            context.Response.Write(302, default, default, Encoding.ASCII.GetBytes($"Location: {url}\r\n{cookie}Cache-Control: no-store\r\n"));
        }
        catch (OidcProviderException exception)
        {
            onFault(exception.Message);
            context.Response.Write(502, ContentTypes.Json, "{\"error\": \"The identity provider cannot be used, see the server log\"}"u8);
        }
    }
}

/// <summary>GET /auth/callback: the provider sends the browser back with a code, which becomes a session.</summary>
public sealed class CallbackHandler(OidcLogin? oidc, SessionStore sessions, SessionLimits limits, AuditLog audit, Action<string> onFault) : IRequestHandler
{
    private const int MaxParameterBytes = 4096;

    public bool TakesBody => false;

    public async ValueTask HandleAsync(RequestContext context)
    {
        if (oidc is null)
        {
            context.Response.Write(503, ContentTypes.Json, "{\"error\": \"OIDC is not configured\"}"u8);
            return;
        }
        PendingLogin? login = Begun(context, oidc);
        if (login is null)
        {
            Refuse(context);
            return;
        }
        if (Parameter(context, "code"u8) is not { Length: > 0 } code)
        {
            onFault($"the provider refused a login: {Parameter(context, "error"u8) ?? "it gave neither a code nor an error"}");
            Refuse(context);
            return;
        }
        OidcGrant? grant;
        try
        {
            grant = await oidc.ExchangeAsync(code, login, CancellationToken.None).ConfigureAwait(false);
        }
        catch (OidcProviderException exception)
        {
            onFault(exception.Message);
            context.Response.Write(502, ContentTypes.Json, "{\"error\": \"The token exchange failed, see the server log\"}"u8);
            return;
        }
        if (grant is null)
        {
            Refuse(context);
            return;
        }
        string? value = sessions.Begin(grant.Principal, null, context.NowMs, out Session? session);
        if (value is null)
        {
            context.Response.Write(503, ContentTypes.Json, "{\"error\": \"Too many sessions\"}"u8, "Retry-After: 60\r\n"u8);
            return;
        }
        session!.RefreshToken = grant.RefreshToken;
        audit.Record(grant.Principal, "login", "GET /auth/callback"u8, context.Identity.RemoteText);
        byte[] cookie = SessionCookie.Field(value, limits.AbsoluteMs / 1000, context.IsSecure);
        context.Response.Write(302, default, default, [.. "Location: /query\r\n"u8, .. cookie, .. "Set-Cookie: zepto_login=; Path=/auth/; Max-Age=0; HttpOnly; SameSite=Lax\r\n"u8]);
    }

    // The state is used up even if the code is missing.
    private static PendingLogin? Begun(RequestContext context, OidcLogin oidc)
    {
        if (Parameter(context, "state"u8) is not { } state) return null;
        ReadOnlySpan<byte> browser = default;
        if (context.TryGetField("cookie"u8, out ReadOnlySpan<byte> cookies)) Credential.TryReadCookie(cookies, "zepto_login"u8, out browser);
        return browser.Length is 0 or > MaxParameterBytes ? null : oidc.Pending.End(state, browser, context.NowMs);
    }

    private static string? Parameter(RequestContext context, ReadOnlySpan<byte> name)
    {
        if (!QueryString.TryFind(context.Query, name, out ReadOnlySpan<byte> encoded) || encoded.Length > MaxParameterBytes) return null;
        byte[] decoded = new byte[encoded.Length];
        return PercentCoding.TryDecode(encoded, decoded, plusIsSpace: true, out int length) ? Encoding.UTF8.GetString(decoded, 0, length) : null;
    }

    private void Refuse(RequestContext context)
    {
        audit.Record(null, "unauthorized", "GET /auth/callback"u8, context.Identity.RemoteText);
        context.Response.Write(401, ContentTypes.Json, "{\"error\": \"Unauthorized\"}"u8);
    }
}

/// <summary>POST /auth/refresh: renews the identity of a session by the provider's refresh token.</summary>
public sealed class RefreshHandler(OidcLogin? oidc, SessionStore sessions, Action<string> onFault) : IRequestHandler
{
    public bool TakesBody => false;

    public async ValueTask HandleAsync(RequestContext context)
    {
        // The token is taken out while it is used: a second refresh at the same time fails instead of using it twice.
        if (oidc is not null && context.Identity.Session is { } session && session.TakeRefreshToken() is { } token)
        {
            try
            {
                OidcGrant? grant = await oidc.RefreshAsync(token, CancellationToken.None).ConfigureAwait(false);
                if (grant is not null && grant.Principal.Subject == session.Principal.Subject && sessions.TryRenew(session, grant.Principal, context.NowMs))
                {
                    session.RefreshToken = grant.RefreshToken ?? token;
                    await EndpointJson.Respond(context, new RefreshedBody(true, grant.ExpiresInSeconds), EndpointJson.Default.RefreshedBody).ConfigureAwait(false);
                    return;
                }
            }
            catch (OidcProviderException exception)
            {
                session.RefreshToken = token;
                onFault(exception.Message);
            }
        }
        context.Response.Write(401, ContentTypes.Json, "{\"error\": \"Unauthorized\"}"u8);
    }
}
