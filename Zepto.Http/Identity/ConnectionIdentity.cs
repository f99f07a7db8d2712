using System.Net;

namespace Zepto.Http.Identity;

/// <summary>
/// Who uses a connection: the identity that its last credentials proved, remembered together with their bytes, so that the next request with the
/// same bytes costs a comparison. Belongs to one connection; counters may be read by other threads.
/// </summary>
public sealed class ConnectionIdentity
{
    private byte[] _raw = [];
    private int _rawLength;
    private CredentialKind _kind;
    private long _version;
    private Principal? _principal;
    private KeyStore.Entry? _key;
    private Session? _session;
    private string? _subject;
    private long _queryCount;
    private long _lastActiveMs;

    public ConnectionIdentity(EndPoint? remote, long connectedAtMs)
    {
        RemoteAddress = (remote as IPEndPoint)?.Address;
        ConnectedAtMs = connectedAtMs;
        _lastActiveMs = connectedAtMs;
    }

    /// <summary>The client's address; null when the transport cannot say.</summary>
    public IPAddress? RemoteAddress { get; }

    /// <summary>Whose requests count together for the rate limit of addresses.</summary>
    public IPAddress RateClient => field ??= RateLimits.ClientOf(RemoteAddress);

    /// <summary>The address as text; made once.</summary>
    public string RemoteText => field ??= TextOf(RemoteAddress);

    /// <summary>Milliseconds since the Unix epoch.</summary>
    public long ConnectedAtMs { get; }

    /// <summary>Time of the last request, milliseconds since the Unix epoch.</summary>
    public long LastActiveMs => Volatile.Read(ref _lastActiveMs);

    /// <summary>Statements sent on it.</summary>
    public long QueryCount => Volatile.Read(ref _queryCount);

    /// <summary>Who last used it; empty before the first identity.</summary>
    public string Subject => Volatile.Read(ref _subject) ?? "";

    /// <summary>The session that the last credentials named; null for other credentials.</summary>
    public Session? Session => _session;

    /// <summary>Hash of the last credentials' secret.</summary>
    public TokenHash Hash { get; private set; }

    /// <summary>Counts a statement.</summary>
    public void CountQuery() => Volatile.Write(ref _queryCount, _queryCount + 1);

    /// <summary>Notes a request.</summary>
    public void NoteActivity(long nowMs, string subject)
    {
        Volatile.Write(ref _lastActiveMs, nowMs);
        Volatile.Write(ref _subject, subject);
    }

    /// <summary>The identity that these bytes proved earlier, if it still holds; else null and nothing is remembered any more.</summary>
    internal Principal? Recall(CredentialKind kind, ReadOnlySpan<byte> raw, long version, long nowMs)
    {
        if (_principal is { } principal && _version == version && _kind == kind && raw.SequenceEqual(_raw.AsSpan(0, _rawLength))
            && nowMs < principal.ExpiresAtMs && (_session is null || _session.TryUse(nowMs)))
        {
            NoteUse(nowMs);
            return principal;
        }
        _principal = null;
        _key = null;
        _session = null;
        return null;
    }

    /// <summary>Remembers an identity and what proved it.</summary>
    internal void Remember(
        CredentialKind kind, ReadOnlySpan<byte> raw, long version, in TokenHash hash, Principal principal, KeyStore.Entry? key, Session? session, long nowMs)
    {
        if (_raw.Length < raw.Length) _raw = new byte[raw.Length];
        raw.CopyTo(_raw);
        (_rawLength, _kind, _version) = (raw.Length, kind, version);
        (_principal, _key, _session, Hash) = (principal, key, session, hash);
        NoteUse(nowMs);
    }

    // Written once a second at most: many connections share a key.
    private void NoteUse(long nowMs)
    {
        if (_key is not null && nowMs * 1_000_000 - _key.LastUsedNs >= 1_000_000_000) _key.LastUsedNs = nowMs * 1_000_000;
    }

    /// <summary>An address as it is shown.</summary>
    internal static string TextOf(IPAddress? address)
    {
        if (address is null) return "";
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
