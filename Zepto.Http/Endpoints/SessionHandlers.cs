using System.Text;
using Zepto.Http.Identity;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>The Set-Cookie field of a session: not for scripts, not for requests that other sites make, and only encrypted where the connection is.</summary>
internal static class SessionCookie
{
    /// <summary>The whole field line.</summary>
    /// <param name="value">The session's secret id; empty to make the browser forget it.</param>
    /// <param name="maxAgeSeconds">0 to make the browser forget it.</param>
    /// <param name="isSecure">Whether the connection is encrypted.</param>
    public static byte[] Field(string value, long maxAgeSeconds, bool isSecure) =>
        Encoding.ASCII.GetBytes($"Set-Cookie: zepto_sid={value}; Path=/; Max-Age={maxAgeSeconds}; HttpOnly; SameSite=Lax{(isSecure ? "; Secure" : "")}\r\nCache-Control: no-store\r\n");
}

/// <summary>
/// POST /auth/session: makes a session of a key or token, always under a new id, so that nobody is led into a session that somebody else knows. A
/// session makes no other one: its life would have no end.
/// </summary>
public sealed class SessionHandler(SessionStore sessions, SessionLimits limits) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        Principal principal = context.Principal;
        if (context.Identity.Session is not null)
        {
            context.Response.Write(401, ContentTypes.Json, "{\"error\": \"Unauthorized\"}"u8);
            return default;
        }
        string? keyId = principal.Source == "api_key" ? principal.Subject : null;
        string? value = sessions.Begin(principal, keyId, context.NowMs, out _);
        if (value is null)
        {
            context.Response.Write(503, ContentTypes.Json, "{\"error\": \"Too many sessions\"}"u8, "Retry-After: 60\r\n"u8);
            return default;
        }
        return EndpointJson.Respond(context, new SessionBody(true, Roles.NameOf(principal.Role), principal.Subject), EndpointJson.Default.SessionBody,
            SessionCookie.Field(value, limits.AbsoluteMs / 1000, context.IsSecure));
    }
}

/// <summary>POST /auth/logout: ends the session of the cookie, if there is one, and makes the browser forget it.</summary>
public sealed class LogoutHandler(SessionStore sessions) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        if (Credential.TryFindSession(context, out ReadOnlySpan<byte> value) && value.Length <= Credential.MaxSecretBytes
            && sessions.Find(TokenHash.Of(value), context.NowMs, out _) is { } session)
        {
            sessions.End(session);
        }
        context.Response.Write(200, ContentTypes.Json, "{\"ok\": true}"u8, SessionCookie.Field("", 0, context.IsSecure));
        return default;
    }
}
