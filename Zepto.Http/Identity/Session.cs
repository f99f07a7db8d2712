namespace Zepto.Http.Identity;

/// <summary>One login: what a session cookie stands for. Thread-safe.</summary>
public sealed class Session
{
    private long _lastUsedMs;
    private volatile bool _isEnded;

    public Session(in TokenHash id, Principal principal, string? keyId, long nowMs, SessionLimits limits)
    {
        Id = id;
        Principal = principal;
        KeyId = keyId;
        Limits = limits;
        EndsAtMs = Math.Min(nowMs + limits.AbsoluteMs, principal.ExpiresAtMs);
        _lastUsedMs = nowMs;
    }

    /// <summary>Hash of the cookie's value, which itself is not kept.</summary>
    public TokenHash Id { get; }

    /// <summary>The identity when it was made; that of an API key is looked up anew.</summary>
    public Principal Principal { get; }

    /// <summary>The API key that it was made from and ends with; null when it was a token.</summary>
    public string? KeyId { get; }

    /// <summary>When it ends even if it is used, milliseconds since the Unix epoch.</summary>
    public long EndsAtMs { get; }

    public long LastUsedMs => Volatile.Read(ref _lastUsedMs);

    private SessionLimits Limits { get; }

    /// <summary>Whether it may be used no more.</summary>
    public bool IsOver(long nowMs) => _isEnded || nowMs >= EndsAtMs || nowMs - LastUsedMs >= Limits.IdleMs;

    /// <summary>Notes a use; false when it is over.</summary>
    public bool TryUse(long nowMs)
    {
        if (IsOver(nowMs)) return false;
        if (nowMs > LastUsedMs) Volatile.Write(ref _lastUsedMs, nowMs);
        return true;
    }

    public void End() => _isEnded = true;
}

/// <summary>How long sessions last and how many there may be.</summary>
/// <param name="IdleMs">Longest pause between two uses.</param>
/// <param name="AbsoluteMs">Longest life.</param>
/// <param name="MostSessions">Of all identities.</param>
/// <param name="MostPerIdentity">Of one; a further one ends the one used longest ago.</param>
public sealed record SessionLimits(long IdleMs, long AbsoluteMs, int MostSessions, int MostPerIdentity)
{
    public static SessionLimits Default { get; } = new(30 * 60_000L, 12 * 3_600_000L, 10_000, 32);
}
