using System.Collections.Concurrent;

namespace Zepto.Http.Identity;

/// <summary>
/// Identities of validated tokens by the tokens' hashes, so that a signature is verified once and not for each connection. Bounded. Looking up
/// allocates nothing and takes no lock; thread-safe.
/// </summary>
public sealed class PrincipalCache(int capacity)
{
    private readonly ConcurrentDictionary<TokenHash, Principal> _byHash = new();

    public int Count => _byHash.Count;

    /// <summary>The identity, unless it has expired.</summary>
    public Principal? Find(in TokenHash hash, long nowMs) => _byHash.TryGetValue(hash, out Principal? principal) && nowMs < principal.ExpiresAtMs ? principal : null;

    public void Add(in TokenHash hash, Principal principal, long nowMs)
    {
        if (_byHash.Count >= capacity)
        {
            foreach ((TokenHash other, Principal cached) in _byHash)
            {
                if (nowMs >= cached.ExpiresAtMs) _byHash.TryRemove(other, out _);
            }
            // All alive: whoever has that many tokens can wait for some signatures.
            if (_byHash.Count >= capacity) _byHash.Clear();
        }
        _byHash[hash] = principal;
    }

    public void Clear() => _byHash.Clear();
}
