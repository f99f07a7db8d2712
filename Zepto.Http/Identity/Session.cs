namespace Zepto.Http.Identity;

/// <summary>One login: what a session cookie stands for. Thread-safe.</summary>
public sealed class Session
{
    private long _lastUsedMs;
    private long _endsAtMs;
    private volatile bool _isEnded;
    private volatile Principal _principal;
    private string? _refreshToken;

    public Session(in TokenHash id, Principal principal, string? keyId, long nowMs, SessionLimits limits)
    {
        Id = id;
        _principal = principal;
        KeyId = keyId;
        Limits = limits;
        OldestMs = nowMs + limits.AbsoluteMs;
        _endsAtMs = Math.Min(OldestMs, principal.ExpiresAtMs);
        _lastUsedMs = nowMs;
    }

    /// <summary>Hash of the cookie's value, which itself is not kept.</summary>
    public TokenHash Id { get; }

    /// <summary>The identity when it was made or renewed; that of an API key is looked up anew.</summary>
    public Principal Principal => _principal;

    /// <summary>The API key that it was made from and ends with; null when it was a token.</summary>
    public string? KeyId { get; }

    /// <summary>When it ends even if it is used, milliseconds since the Unix epoch.</summary>
    public long EndsAtMs => Volatile.Read(ref _endsAtMs);

    public long LastUsedMs => Volatile.Read(ref _lastUsedMs);

    /// <summary>What the provider renews it for; null without.</summary>
    public string? RefreshToken { get => Volatile.Read(ref _refreshToken); set => Volatile.Write(ref _refreshToken, value); }

    private SessionLimits Limits { get; }

    private long OldestMs { get; }

    /// <summary>Takes the refresh token away; null when there is none or somebody else has it.</summary>
    public string? TakeRefreshToken() => Interlocked.Exchange(ref _refreshToken, null);

    /// <summary>Gives it a new identity and the life of that one, but no longer life than sessions have.</summary>
    public void Renew(Principal principal)
    {
        _principal = principal;
        Volatile.Write(ref _endsAtMs, Math.Min(OldestMs, principal.ExpiresAtMs));
    }

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
