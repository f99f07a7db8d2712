namespace Zepto.Http.Identity;

/// <summary>Identities that share a namespace of tables and quotas.</summary>
/// <param name="TenantId">What keys are bound by.</param>
/// <param name="Name">Label for people.</param>
/// <param name="TableNamespace">What the names of all its tables begin with, separator included; empty for no such condition.</param>
/// <param name="MaxConcurrentQueries">Statements at once; 0 for no limit.</param>
/// <param name="MaxQueriesPerMinute">Statements in a minute; 0 for no limit.</param>
public sealed record Tenant(string TenantId, string Name, string TableNamespace, int MaxConcurrentQueries, int MaxQueriesPerMinute);

/// <summary>The tenant file.</summary>
public sealed record TenantDocument(int Version, IReadOnlyList<Tenant> Tenants);
