using Zepto.Query.Access;

namespace Zepto.Http.Identity;

/// <summary>An authenticated identity and what it may do. Immutable; made when its key or token is read, then shared by all requests with it.</summary>
public sealed class Principal
{
    /// <summary>Expiry of what never expires.</summary>
    public const long Never = long.MaxValue;

    private const Permissions AnyStatement = Permissions.Query | Permissions.Ingest | Permissions.Admin;

    private Principal(string subject, Role role, Permissions permissions, StatementAccess access, TenantState? tenant, string source, long expiresAtMs)
    {
        Subject = subject;
        Role = role;
        Permissions = permissions;
        Access = access;
        Tenant = tenant;
        Source = source;
        ExpiresAtMs = expiresAtMs;
        RateKey = $"{source}/{subject}";
    }

    /// <summary>The caller of a server without authentication.</summary>
    public static Principal Anonymous { get; } = new(
        "anonymous", Role.Admin, Roles.PermissionsOf(Role.Admin, hasSymbolList: false), StatementAccess.Unrestricted, null, "anonymous", Never);

    /// <summary>Id of the key, or the token's subject.</summary>
    public string Subject { get; }

    public Role Role { get; }

    public Permissions Permissions { get; }

    /// <summary>The engine's view of it.</summary>
    public StatementAccess Access { get; }

    /// <summary>Quotas that it shares with others; null without.</summary>
    public TenantState? Tenant { get; }

    /// <summary>What vouches for it: api_key, jwt, sso:NAME.</summary>
    public string Source { get; }

    /// <summary>Milliseconds since the Unix epoch from which on it is void.</summary>
    public long ExpiresAtMs { get; }

    /// <summary>Under which its requests are counted for rate limits.</summary>
    public string RateKey { get; }

    /// <summary>Makes an identity.</summary>
    /// <param name="subject">Id shown to administrators.</param>
    /// <param name="role">Its role.</param>
    /// <param name="symbols">Symbol list; empty for none.</param>
    /// <param name="tables">Table list; empty for none.</param>
    /// <param name="tenantId">Tenant it is bound to; empty for none.</param>
    /// <param name="tenants">Finds the tenant; when there is none the identity may do nothing.</param>
    /// <param name="source">See <see cref="Source"/>.</param>
    /// <param name="expiresAtMs">See <see cref="ExpiresAtMs"/>.</param>
    public static Principal Create(
        string subject, Role role, IReadOnlyList<string> symbols, IReadOnlyList<string> tables, string tenantId, TenantStore tenants, string source, long expiresAtMs)
    {
        Permissions permissions = Roles.PermissionsOf(role, symbols.Count > 0);
        TenantState? tenant = null;
        if (tenantId.Length > 0 && !tenants.TryFind(tenantId, out tenant)) permissions = Permissions.None;
        StatementAccess access = new(
            StatementPermissionsOf(permissions), tables.Count > 0 ? tables : null, symbols.Count > 0 ? symbols : null, tenant?.Tenant.TableNamespace);
        return new Principal(subject, role, permissions, access, tenant, source, expiresAtMs);
    }

    /// <summary>Whether it may use a route.</summary>
    public bool May(RouteAccess access) => access switch
    {
        RouteAccess.Probe or RouteAccess.Public or RouteAccess.Authenticated => true,
        RouteAccess.Statement => (Permissions & AnyStatement) != 0,
        RouteAccess.Stats => (Permissions & Permissions.Stats) != 0,
        RouteAccess.Metrics => (Permissions & Permissions.Metrics) != 0,
        RouteAccess.Admin => (Permissions & Permissions.Admin) != 0,
        _ => false,
    };

    private static StatementPermissions StatementPermissionsOf(Permissions permissions) =>
        ((permissions & Permissions.Query) != 0 ? StatementPermissions.Query : 0)
        | ((permissions & Permissions.Ingest) != 0 ? StatementPermissions.Ingest : 0)
        | ((permissions & Permissions.Admin) != 0 ? StatementPermissions.Admin : 0);
}
