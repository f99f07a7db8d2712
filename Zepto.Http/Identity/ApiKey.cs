using System.Security.Cryptography;
using System.Text;

namespace Zepto.Http.Identity;

/// <summary>A key as it is stored. Times are nanoseconds since the Unix epoch; 0 is never.</summary>
/// <param name="Id">Shown to administrators; <c>ak_</c> and 8 lower-case letters and digits.</param>
/// <param name="Name">Label for people.</param>
/// <param name="Role">Name of its role.</param>
/// <param name="Hash">SHA-256 of the secret in hexadecimal.</param>
/// <param name="Enabled">A disabled key is refused.</param>
/// <param name="CreatedAtNs">When it was made.</param>
/// <param name="LastUsedNs">When it was last used, as of the file's last change.</param>
/// <param name="ExpiresAtNs">From when on it is refused.</param>
/// <param name="TenantId">Tenant it is bound to; empty for none.</param>
/// <param name="AllowedSymbols">Symbol list; empty for none.</param>
/// <param name="AllowedTables">Table list; empty for none.</param>
public sealed record ApiKey(
    string Id,
    string Name,
    string Role,
    string Hash,
    bool Enabled,
    long CreatedAtNs,
    long LastUsedNs,
    long ExpiresAtNs,
    string TenantId,
    IReadOnlyList<string> AllowedSymbols,
    IReadOnlyList<string> AllowedTables)
{
    private const string Prefix = "zepto_";
    private const int SecretBytes = 32;
    private const int IdLetters = 8;

    /// <summary>A new secret: <c>zepto_</c> and 64 hexadecimal digits of the system's random generator.</summary>
    public static string NewSecret() => Prefix + RandomNumberGenerator.GetHexString(2 * SecretBytes, lowercase: true);

    /// <summary>A new id.</summary>
    public static string NewId() => "ak_" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", IdLetters);

    /// <summary>What a secret is looked up by.</summary>
    public static string HashOf(string secret) => TokenHash.Of(Encoding.ASCII.GetBytes(secret)).ToString();
}

/// <summary>The key file.</summary>
public sealed record KeyDocument(int Version, IReadOnlyList<ApiKey> Keys);
