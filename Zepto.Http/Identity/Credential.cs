using System.Buffers.Text;
using Zepto.Http.Protocol;
using Zepto.Http.Serving;

namespace Zepto.Http.Identity;

/// <summary>Where a request carries its credentials.</summary>
public enum CredentialKind : byte
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>More than one place of a kind, or a form that cannot be read.</summary>
    Malformed,

    /// <summary>Authorization: Bearer.</summary>
    Bearer,

    /// <summary>Authorization: Basic; the password counts, the user's name does not.</summary>
    Basic,

    /// <summary>X-ClickHouse-Key.</summary>
    ClickHouseKey,

    /// <summary>The query parameter password, as sent.</summary>
    QueryPassword,

    /// <summary>The cookie zepto_sid.</summary>
    Session,
}

/// <summary>Finds the credentials of a request and reads the secret in them. Allocates nothing.</summary>
public static class Credential
{
    /// <summary>Longest secret that is looked at.</summary>
    public const int MaxSecretBytes = 16 * 1024;

    /// <summary>Name of the session cookie.</summary>
    public static ReadOnlySpan<byte> CookieName => "zepto_sid"u8;

    /// <summary>
    /// Finds credentials. The first of these places counts, whatever the others hold: Authorization, X-ClickHouse-Key, the parameter password, the
    /// session cookie. Two fields of one name are malformed, since a proxy in front may have looked at the other one.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="raw">The secret as sent, without what stands around it.</param>
    public static CredentialKind Find(RequestContext context, out ReadOnlySpan<byte> raw)
    {
        RequestHead head = context.Head;
        ReadOnlySpan<byte> bytes = context.HeadBytes.Span;
        int authorization = -1;
        int clickHouseKey = -1;
        int cookie = -1;
        bool isTwice = false;
        for (int i = 0; i < head.FieldCount; i++)
        {
            ByteRange name = head.FieldName(i);
            switch (name.Length)
            {
                case 6 when AsciiText.EqualsIgnoreCase(name.Of(bytes), "cookie"u8): Note(ref cookie, i, ref isTwice); break;
                case 13 when AsciiText.EqualsIgnoreCase(name.Of(bytes), "authorization"u8): Note(ref authorization, i, ref isTwice); break;
                case 16 when AsciiText.EqualsIgnoreCase(name.Of(bytes), "x-clickhouse-key"u8): Note(ref clickHouseKey, i, ref isTwice); break;
            }
        }
        raw = default;
        if (isTwice) return CredentialKind.Malformed;
        if (authorization >= 0) return ReadAuthorization(head.FieldValue(authorization).Of(bytes), out raw);
        if (clickHouseKey >= 0)
        {
            raw = head.FieldValue(clickHouseKey).Of(bytes);
            return raw.IsEmpty ? CredentialKind.Malformed : CredentialKind.ClickHouseKey;
        }
        if (QueryString.TryFind(context.Query, "password"u8, out raw) && !raw.IsEmpty) return CredentialKind.QueryPassword;
        return cookie < 0 ? CredentialKind.None : ReadCookie(head.FieldValue(cookie).Of(bytes), CookieName, out raw);
    }

    /// <summary>Finds the session cookie, whatever other credentials there are.</summary>
    public static bool TryFindSession(RequestContext context, out ReadOnlySpan<byte> value)
    {
        value = default;
        return context.TryGetField("cookie"u8, out ReadOnlySpan<byte> cookies) && TryReadCookie(cookies, CookieName, out value);
    }

    /// <summary>The value of the one cookie of a name; false when there is none, or more than one.</summary>
    public static bool TryReadCookie(ReadOnlySpan<byte> cookies, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        ReadCookie(cookies, name, out value) == CredentialKind.Session;

    /// <summary>Reads the secret out of what <see cref="Find"/> gave.</summary>
    /// <param name="kind">How it is coded.</param>
    /// <param name="raw">As sent.</param>
    /// <param name="buffer">At least as long as <paramref name="raw"/>.</param>
    /// <param name="secret">The secret; in the buffer or in <paramref name="raw"/>.</param>
    public static bool TryRead(CredentialKind kind, ReadOnlySpan<byte> raw, Span<byte> buffer, out ReadOnlySpan<byte> secret)
    {
        secret = raw;
        switch (kind)
        {
            case CredentialKind.Bearer or CredentialKind.ClickHouseKey or CredentialKind.Session:
                return !raw.IsEmpty;
            case CredentialKind.QueryPassword:
                if (!PercentCoding.TryDecode(raw, buffer, plusIsSpace: true, out int decodedBytes)) return false;
                secret = buffer[..decodedBytes];
                return decodedBytes > 0;
            case CredentialKind.Basic:
                if (Base64.DecodeFromUtf8(raw, buffer, out _, out int pairBytes) != System.Buffers.OperationStatus.Done) return false;
                ReadOnlySpan<byte> pair = buffer[..pairBytes];
                int colon = pair.IndexOf((byte)':');
                secret = pair[(colon + 1)..];
                return colon >= 0 && !secret.IsEmpty;
            default:
                return false;
        }
    }

    private static void Note(ref int index, int found, ref bool isTwice)
    {
        isTwice |= index >= 0;
        index = found;
    }

    private static CredentialKind ReadAuthorization(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> raw)
    {
        int space = value.IndexOf((byte)' ');
        ReadOnlySpan<byte> scheme = space < 0 ? value : value[..space];
        raw = space < 0 ? default : AsciiText.TrimWhiteSpace(value[space..]);
        if (raw.IsEmpty) return CredentialKind.Malformed;
        if (AsciiText.EqualsIgnoreCase(scheme, "bearer"u8)) return CredentialKind.Bearer;
        return AsciiText.EqualsIgnoreCase(scheme, "basic"u8) ? CredentialKind.Basic : CredentialKind.Malformed;
    }

    private static CredentialKind ReadCookie(ReadOnlySpan<byte> cookies, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> raw)
    {
        raw = default;
        CredentialKind kind = CredentialKind.None;
        while (!cookies.IsEmpty)
        {
            int end = cookies.IndexOf((byte)';');
            ReadOnlySpan<byte> pair = AsciiText.TrimWhiteSpace(end < 0 ? cookies : cookies[..end]);
            cookies = end < 0 ? default : cookies[(end + 1)..];
            if (pair.Length <= name.Length || pair[name.Length] != '=' || !pair.StartsWith(name)) continue;
            // Two of them: somebody may have planted one for a wider path or domain.
            if (kind != CredentialKind.None) return CredentialKind.Malformed;
            raw = pair[(name.Length + 1)..];
            kind = raw.IsEmpty ? CredentialKind.Malformed : CredentialKind.Session;
        }
        return kind;
    }
}
