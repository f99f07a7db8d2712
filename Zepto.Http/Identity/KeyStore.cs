using System.Text.Json;

namespace Zepto.Http.Identity;

/// <summary>
/// All API keys, durable in a file or in memory only. Looking up allocates nothing and takes no lock; changes are durable when the call returns and
/// hold for the next request. Thread-safe.
/// </summary>
public sealed class KeyStore
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string FileName = "keys.json";

    public const int MostKeys = 10_000;

    private const int FileVersion = 1;

    /// <summary>A key with the identity it stands for.</summary>
    public sealed class Entry(ApiKey key, Principal principal)
    {
        private long _lastUsedNs = key.LastUsedNs;

        public ApiKey Key => key;

        public Principal Principal => principal;

        /// <summary>Time of the last request, exact to a second or so.</summary>
        public long LastUsedNs { get => Volatile.Read(ref _lastUsedNs); set => Volatile.Write(ref _lastUsedNs, value); }
    }

    private sealed record Snapshot(Dictionary<TokenHash, Entry> ByHash, Dictionary<string, Entry> ById);

    private readonly StoredDocument<KeyDocument> _document;
    private readonly TenantStore _tenants;
    private readonly IdentityVersion _version;
    private readonly Lock _publishing = new();
    private Snapshot _snapshot = new([], []);

    /// <param name="path">The file; null for none.</param>
    /// <param name="tenants">Tenants that keys are bound to.</param>
    /// <param name="version">Moved on by every change.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public KeyStore(string? path, TenantStore tenants, IdentityVersion version)
    {
        _tenants = tenants;
        _version = version;
        _document = new StoredDocument<KeyDocument>(path, IdentityJson.Default.KeyDocument, new KeyDocument(FileVersion, []), Check);
        Publish();
        tenants.Changed += Publish;
    }

    public int Count => Volatile.Read(ref _snapshot).ById.Count;

    /// <summary>The key of a secret's hash if it may be used now; null otherwise.</summary>
    public Entry? Find(in TokenHash hash, long nowMs) =>
        Volatile.Read(ref _snapshot).ByHash.TryGetValue(hash, out Entry? entry) && IsUsable(entry, nowMs) ? entry : null;

    /// <summary>The key of an id if it may be used now; null otherwise.</summary>
    public Entry? Find(string id, long nowMs) =>
        Volatile.Read(ref _snapshot).ById.TryGetValue(id, out Entry? entry) && IsUsable(entry, nowMs) ? entry : null;

    /// <summary>All keys in the order they were made.</summary>
    public IReadOnlyList<ApiKey> List()
    {
        Snapshot snapshot = Volatile.Read(ref _snapshot);
        return [.. snapshot.ById.Values.Select(entry => entry.Key with { LastUsedNs = entry.LastUsedNs })];
    }

    /// <summary>Adds a key; null when there are too many.</summary>
    /// <returns>The secret, which is not kept.</returns>
    public string? Create(string name, Role role, IReadOnlyList<string> symbols, IReadOnlyList<string> tables, string tenantId, long expiresAtNs)
    {
        string secret = ApiKey.NewSecret();
        bool isFull = false;
        Change(old =>
        {
            isFull = old.Count >= MostKeys;
            if (isFull) return null;
            string id = ApiKey.NewId();
            while (old.Any(key => key.Id == id)) id = ApiKey.NewId();
            ApiKey key = new(id, name, Roles.NameOf(role), ApiKey.HashOf(secret), Enabled: true, NowNs(), 0, expiresAtNs, tenantId, symbols, tables);
            return [.. old, key];
        });
        return isFull ? null : secret;
    }

    /// <summary>Changes a key; false when there is none of this id.</summary>
    public bool Update(string id, Func<ApiKey, ApiKey> change)
    {
        bool isFound = false;
        Change(old =>
        {
            isFound = old.Any(key => key.Id == id);
            return isFound ? [.. old.Select(key => key.Id == id ? change(key) : key)] : null;
        });
        return isFound;
    }

    /// <summary>Removes a key; false when there is none of this id.</summary>
    public bool Revoke(string id)
    {
        bool isFound = false;
        Change(old =>
        {
            isFound = old.Any(key => key.Id == id);
            return isFound ? [.. old.Where(key => key.Id != id)] : null;
        });
        return isFound;
    }

    /// <summary>Takes over what another process has changed.</summary>
    public void ReloadIfChanged()
    {
        if (_document.ReloadIfChanged()) Publish();
    }

    private static bool IsUsable(Entry entry, long nowMs) => entry.Key.Enabled && nowMs < entry.Principal.ExpiresAtMs;

    private static long NowNs() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private void Change(Func<IReadOnlyList<ApiKey>, IReadOnlyList<ApiKey>?> change)
    {
        _document.Change(old =>
        {
            IReadOnlyList<ApiKey>? keys = change(old.Keys);
            return keys is null ? null : old with { Keys = [.. keys.Select(WithLastUse)] };
        });
        Publish();

        ApiKey WithLastUse(ApiKey key) =>
            Volatile.Read(ref _snapshot).ById.TryGetValue(key.Id, out Entry? entry) ? key with { LastUsedNs = Math.Max(key.LastUsedNs, entry.LastUsedNs) } : key;
    }

    private void Publish()
    {
        lock (_publishing)
        {
            Snapshot before = _snapshot;
            Snapshot after = new([], []);
            foreach (ApiKey key in _document.Current.Keys)
            {
                Entry entry = new(key, PrincipalOf(key));
                if (before.ById.TryGetValue(key.Id, out Entry? old)) entry.LastUsedNs = Math.Max(entry.LastUsedNs, old.LastUsedNs);
                if (TokenHash.TryParse(key.Hash, out TokenHash hash)) after.ByHash.Add(hash, entry);
                after.ById.Add(key.Id, entry);
            }
            Volatile.Write(ref _snapshot, after);
        }
        _version.Advance();
    }

    private Principal PrincipalOf(ApiKey key)
    {
        long expiresAtMs = key.ExpiresAtNs == 0 ? Principal.Never : key.ExpiresAtNs / 1_000_000;
        return Principal.Create(key.Id, Roles.Of(key.Role), key.AllowedSymbols, key.AllowedTables, key.TenantId, _tenants, "api_key", expiresAtMs);
    }

    private static void Check(KeyDocument document)
    {
        if (document.Version != FileVersion) throw new JsonException($"version {document.Version} is not known");
        HashSet<string> ids = [];
        HashSet<TokenHash> hashes = [];
        foreach (ApiKey key in document.Keys)
        {
            if (!Roles.TryParse(key.Role, out _)) throw new JsonException($"key {key.Id} has the unknown role {key.Role}");
            if (!TokenHash.TryParse(key.Hash, out TokenHash hash)) throw new JsonException($"key {key.Id} has no hash");
            if (!ids.Add(key.Id) || !hashes.Add(hash)) throw new JsonException($"key {key.Id} is there twice");
            if (key.ExpiresAtNs < 0) throw new JsonException($"key {key.Id} has a negative expiry");
        }
    }
}
