using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Zepto.Http.Identity;

/// <summary>All tenants, durable in a file or in memory only. Thread-safe.</summary>
public sealed class TenantStore
{
    public const int MostTenants = 10_000;

    private const int FileVersion = 1;

    private readonly StoredDocument<TenantDocument> _document;
    private readonly IdentityVersion _version;
    private readonly Lock _publishing = new();
    private FrozenDictionary<string, TenantState> _byId = FrozenDictionary<string, TenantState>.Empty;

    /// <param name="path">The file; null for none.</param>
    /// <param name="version">Moved on by every change.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public TenantStore(string? path, IdentityVersion version)
    {
        _version = version;
        _document = new StoredDocument<TenantDocument>(path, IdentityJson.Default.TenantDocument, new TenantDocument(FileVersion, []), Check);
        Publish();
    }

    /// <summary>Raised after a change, before identities are looked up anew.</summary>
    public event Action? Changed;

    public IReadOnlyList<Tenant> List() => _document.Current.Tenants;

    public bool TryFind(string tenantId, [MaybeNullWhen(false)] out TenantState tenant) => Volatile.Read(ref _byId).TryGetValue(tenantId, out tenant);

    /// <summary>Adds a tenant or replaces the one of its id; false when there are too many.</summary>
    public bool TrySet(Tenant tenant)
    {
        bool isFull = false;
        _document.Change(old =>
        {
            Tenant[] others = [.. old.Tenants.Where(other => other.TenantId != tenant.TenantId)];
            isFull = others.Length >= MostTenants;
            return isFull ? null : old with { Tenants = [.. others, tenant] };
        });
        Publish();
        return !isFull;
    }

    /// <summary>Removes a tenant; keys bound to it may do nothing from then on. False when there is none of this id.</summary>
    public bool Remove(string tenantId)
    {
        bool isFound = false;
        _document.Change(old =>
        {
            Tenant[] others = [.. old.Tenants.Where(other => other.TenantId != tenantId)];
            isFound = others.Length < old.Tenants.Count;
            return isFound ? old with { Tenants = others } : null;
        });
        Publish();
        return isFound;
    }

    /// <summary>Takes over what another process has changed.</summary>
    public void ReloadIfChanged()
    {
        if (_document.ReloadIfChanged()) Publish();
    }

    private void Publish()
    {
        lock (_publishing)
        {
            // A tenant that stays as it is keeps what it has used of its quotas.
            FrozenDictionary<string, TenantState> before = _byId;
            Volatile.Write(ref _byId, _document.Current.Tenants.ToFrozenDictionary(
                tenant => tenant.TenantId,
                tenant => before.TryGetValue(tenant.TenantId, out TenantState? state) && state.Tenant == tenant ? state : new TenantState(tenant),
                StringComparer.Ordinal));
        }
        Changed?.Invoke();
        _version.Advance();
    }

    private static void Check(TenantDocument document)
    {
        if (document.Version != FileVersion) throw new JsonException($"version {document.Version} is not known");
        if (document.Tenants.DistinctBy(tenant => tenant.TenantId).Count() != document.Tenants.Count) throw new JsonException("two tenants have the same id");
    }
}
