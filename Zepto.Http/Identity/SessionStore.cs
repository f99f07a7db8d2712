using System.Security.Cryptography;
using System.Text;

namespace Zepto.Http.Identity;

/// <summary>Logins of browsers, in memory: a restart ends them. Looking up happens once a connection. Thread-safe.</summary>
public sealed class SessionStore(KeyStore keys, IdentityVersion version, SessionLimits limits)
{
    private readonly Dictionary<TokenHash, Session> _byId = [];
    private readonly Lock _gate = new();

    public int Count
    {
        get { lock (_gate) return _byId.Count; }
    }

    /// <summary>Begins a session under a new random id.</summary>
    /// <param name="principal">Who it is for.</param>
    /// <param name="keyId">The API key that it ends with; null for a token.</param>
    /// <param name="nowMs">Milliseconds since the Unix epoch.</param>
    /// <param name="session">The session.</param>
    /// <returns>The cookie's value; null when there are too many sessions.</returns>
    public string? Begin(Principal principal, string? keyId, long nowMs, out Session? session)
    {
        string id = RandomNumberGenerator.GetHexString(64, lowercase: true);
        session = null;
        lock (_gate)
        {
            Session[] own = [.. _byId.Values.Where(other => other.Principal.RateKey == principal.RateKey)];
            if (own.Length >= limits.MostPerIdentity) Remove(own.MinBy(other => other.LastUsedMs)!);
            if (_byId.Count >= limits.MostSessions) RemoveOver(nowMs);
            if (_byId.Count >= limits.MostSessions) return null;
            session = new Session(TokenHash.Of(Encoding.ASCII.GetBytes(id)), principal, keyId, nowMs, limits);
            _byId.Add(session.Id, session);
        }
        return id;
    }

    /// <summary>The session of a cookie's hash and the identity it stands for now; null when it is over or what it was made from is void.</summary>
    public Session? Find(in TokenHash id, long nowMs, out Principal? principal)
    {
        principal = null;
        Session? session;
        lock (_gate)
        {
            if (!_byId.TryGetValue(id, out session)) return null;
            principal = session.KeyId is null ? session.Principal : keys.Find(session.KeyId, nowMs)?.Principal;
            if (principal is not null && session.TryUse(nowMs)) return session;
            Remove(session);
        }
        principal = null;
        return null;
    }

    /// <summary>Gives a session a new identity; false when it is over.</summary>
    public bool TryRenew(Session session, Principal principal, long nowMs)
    {
        lock (_gate)
        {
            if (session.IsOver(nowMs) || !_byId.ContainsKey(session.Id)) return false;
            session.Renew(principal);
        }
        version.Advance();
        return true;
    }

    /// <summary>Ends a session; connections that remember it look it up anew and find nothing.</summary>
    public void End(Session session)
    {
        lock (_gate) Remove(session);
        version.Advance();
    }

    /// <summary>Ends the sessions of identities with a source that were not made from an API key.</summary>
    public void EndOf(string source)
    {
        lock (_gate)
        {
            foreach (Session session in _byId.Values)
            {
                if (session.KeyId is null && session.Principal.Source == source) Remove(session);
            }
        }
        version.Advance();
    }

    /// <summary>Forgets sessions that are over.</summary>
    public void RemoveOver(long nowMs)
    {
        lock (_gate)
        {
            foreach (Session session in _byId.Values)
            {
                if (session.IsOver(nowMs)) Remove(session);
            }
        }
    }

    private void Remove(Session session)
    {
        session.End();
        _byId.Remove(session.Id);
    }
}
