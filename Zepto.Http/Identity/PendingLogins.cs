using System.Security.Cryptography;
using System.Text;

namespace Zepto.Http.Identity;

/// <summary>A login that has begun: the browser is at the provider.</summary>
/// <param name="State">Comes back with the answer and names this login.</param>
/// <param name="Browser">Hash of the cookie of the browser that began it.</param>
/// <param name="Nonce">Has to be in the identity token.</param>
/// <param name="Verifier">Secret of the code challenge (RFC 7636).</param>
/// <param name="EndsAtMs">When it is too late, milliseconds since the Unix epoch.</param>
public sealed record PendingLogin(string State, TokenHash Browser, string Nonce, string Verifier, long EndsAtMs);

/// <summary>Logins that have begun and not ended; anybody can begin one, so they are few and short. Each can be ended once. Thread-safe.</summary>
public sealed class PendingLogins
{
    public const int MostLogins = 1_000;
    public const long LifeMs = 10 * 60_000;

    private readonly Dictionary<string, PendingLogin> _byState = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly Lock _gate = new();

    /// <summary>Begins a login; one too many pushes the oldest out.</summary>
    /// <param name="nowMs">Milliseconds since the Unix epoch.</param>
    /// <param name="browser">Value of the cookie that binds it to the browser.</param>
    public PendingLogin Begin(long nowMs, out string browser)
    {
        browser = Random();
        PendingLogin login = new(Random(), TokenHash.Of(Encoding.ASCII.GetBytes(browser)), Random(), Random(), nowMs + LifeMs);
        lock (_gate)
        {
            while (_order.Count >= MostLogins) _byState.Remove(_order.Dequeue());
            _order.Enqueue(login.State);
            _byState.Add(login.State, login);
        }
        return login;
    }

    /// <summary>Ends a login; null unless it began in this browser and is not too old. Whatever the answer, its state is used up.</summary>
    public PendingLogin? End(string state, ReadOnlySpan<byte> browser, long nowMs)
    {
        PendingLogin? login;
        lock (_gate)
        {
            if (!_byState.Remove(state, out login)) return null;
        }
        return nowMs < login.EndsAtMs && login.Browser == TokenHash.Of(browser) ? login : null;
    }

    private static string Random() => RandomNumberGenerator.GetHexString(64, lowercase: true);
}
