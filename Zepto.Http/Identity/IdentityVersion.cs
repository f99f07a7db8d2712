namespace Zepto.Http.Identity;

/// <summary>
/// Grows with every change that may make a remembered identity void: keys, tenants, sessions, signing keys. Connections look credentials up anew
/// when it has changed, so revocation takes effect with the next request. Thread-safe.
/// </summary>
public sealed class IdentityVersion
{
    private long _current = 1;

    public long Current => Volatile.Read(ref _current);

    /// <summary>To be called after the change can be seen.</summary>
    public void Advance() => Interlocked.Increment(ref _current);
}
