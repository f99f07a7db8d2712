namespace Zepto.Http.Identity;

/// <summary>Who may use a route.</summary>
public enum RouteAccess : byte
{
    /// <summary>Everybody, without any limit: probes of load balancers.</summary>
    Probe,

    /// <summary>Everybody, within the rate limit of addresses.</summary>
    Public,

    /// <summary>Every valid identity.</summary>
    Authenticated,

    /// <summary>Identities that may run statements of some class; the engine checks which.</summary>
    Statement,

    /// <summary>The stats permission.</summary>
    Stats,

    /// <summary>The metrics permission.</summary>
    Metrics,

    /// <summary>The admin permission.</summary>
    Admin,
}
