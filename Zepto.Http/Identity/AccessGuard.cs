using Zepto.Http.Protocol;
using Zepto.Http.Serving;

namespace Zepto.Http.Identity;

/// <summary>
/// Stands before every handler: charges the address, finds the identity, charges it, compares its permissions with the route's, and records. Runs
/// before a request's content is read, so that nobody without permission makes the server take any in. Thread-safe.
/// </summary>
public sealed class AccessGuard(Authenticator authenticator, RateLimits limits, AuditLog audit)
{
    private readonly IRequestHandler _unauthorized = new RefusalHandler(401, "Unauthorized", "WWW-Authenticate: Bearer\r\n");
    private readonly IRequestHandler _forbidden = new RefusalHandler(403, "Forbidden", "");
    private readonly IRequestHandler _addressLimited = new RefusalHandler(403, "Rate limit exceeded", $"Retry-After: {limits.AddressRetryAfterSeconds}\r\n");
    private readonly IRequestHandler _identityLimited = new RefusalHandler(403, "Rate limit exceeded", $"Retry-After: {limits.IdentityRetryAfterSeconds}\r\n");

    /// <summary>The handler itself, or one that refuses the request.</summary>
    public IRequestHandler Admit(RequestContext context, RouteAccess access, IRequestHandler handler)
    {
        context.Principal = Principal.Anonymous;
        if (access == RouteAccess.Probe) return handler;
        if (!limits.TryChargeAddress(context.Identity.RateClient)) return Refuse(context, null, "rate_limited", _addressLimited);
        if (access == RouteAccess.Public) return handler;
        return Identify(context, access, handler, mayWait: true);
    }

    private IRequestHandler Identify(RequestContext context, RouteAccess access, IRequestHandler handler, bool mayWait)
    {
        if (authenticator.Authenticate(context, out Task? newKeys) is not { } principal)
        {
            if (newKeys is not null && mayWait) return Wait(newKeys, context, access, handler);
            return Refuse(context, null, "unauthorized", _unauthorized);
        }
        context.Principal = principal;
        context.Identity.NoteActivity(context.NowMs, principal.Subject);
        if (!limits.TryChargeIdentity(principal)) return Refuse(context, principal, "rate_limited", _identityLimited);
        if (!principal.May(access) || IsForeignPost(context)) return Refuse(context, principal, "forbidden", _forbidden);
        if (access != RouteAccess.Statement) Record(context, principal, "request");
        return handler;
    }

    // A method of its own: what a lambda captures is allocated where the captured variables begin.
    private WaitingHandler Wait(Task newKeys, RequestContext context, RouteAccess access, IRequestHandler handler) =>
        new(newKeys, handler, () => Identify(context, access, handler, mayWait: false));

    // A page of another origin may make a browser send its cookie along with a form: such a request names the page's origin.
    private static bool IsForeignPost(RequestContext context)
    {
        if (context.Identity.Session is null || context.Head.Method is RequestMethod.Get or RequestMethod.Head or RequestMethod.Options) return false;
        if (!context.TryGetField("origin"u8, out ReadOnlySpan<byte> origin)) return false;
        int scheme = origin.IndexOf("://"u8);
        return scheme < 0 || !context.TryGetField("host"u8, out ReadOnlySpan<byte> host) || !AsciiText.EqualsIgnoreCase(origin[(scheme + 3)..], host);
    }

    private IRequestHandler Refuse(RequestContext context, Principal? principal, string action, IRequestHandler refusal)
    {
        Record(context, principal, action);
        return refusal;
    }

    private void Record(RequestContext context, Principal? principal, string action)
    {
        // Never the query: it may hold a password.
        ReadOnlySpan<byte> path = context.Path;
        Span<byte> detail = stackalloc byte[AuditLog.MaxDetailBytes];
        ReadOnlySpan<byte> method = NameOf(context.Head.Method);
        method.CopyTo(detail);
        path = path[..Math.Min(path.Length, detail.Length - method.Length)];
        path.CopyTo(detail[method.Length..]);
        audit.Record(principal, action, detail[..(method.Length + path.Length)], context.Identity.RemoteText);
    }

    private static ReadOnlySpan<byte> NameOf(RequestMethod method) => method switch
    {
        RequestMethod.Get => "GET "u8,
        RequestMethod.Head => "HEAD "u8,
        RequestMethod.Post => "POST "u8,
        RequestMethod.Put => "PUT "u8,
        RequestMethod.Delete => "DELETE "u8,
        RequestMethod.Options => "OPTIONS "u8,
        RequestMethod.Patch => "PATCH "u8,
        _ => "? "u8,
    };
}
