using System.Buffers;
using System.Text;

namespace Zepto.Http.Protocol;

/// <summary>Character classes of RFC 9110 and comparisons without case.</summary>
internal static class AsciiText
{
    /// <summary>tchar (RFC 9110, section 5.6.2).</summary>
    public static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Bytes that never belong into a field value: controls but HTAB (RFC 9110, section 5.5).</summary>
    public static readonly SearchValues<byte> FieldValueControls = SearchValues.Create(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127);

    /// <summary>Bytes that never belong into a request target: controls, space, number sign.</summary>
    public static readonly SearchValues<byte> NonTargetBytes = SearchValues.Create(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 35, 127);

    /// <summary>Bytes of a host with its port (RFC 3986, section 3.2).</summary>
    public static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("-._~!$&'()*+,;=%:[]0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Bytes between the brackets of an IPv6 or later address.</summary>
    public static readonly SearchValues<byte> LiteralAddressBytes = SearchValues.Create("0123456789abcdefABCDEF:.vV-_~%"u8);

    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => Ascii.EqualsIgnoreCase(left, right);

    /// <summary>Takes the next member off a comma-separated list, without white space; members may be empty.</summary>
    public static bool TryTakeListMember(ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> member)
    {
        if (list.IsEmpty)
        {
            member = default;
            return false;
        }
        int comma = list.IndexOf((byte)',');
        member = TrimWhiteSpace(comma < 0 ? list : list[..comma]);
        list = comma < 0 ? default : list[(comma + 1)..];
        return true;
    }

    /// <summary>Cuts spaces and tabs off both ends.</summary>
    public static ReadOnlySpan<byte> TrimWhiteSpace(ReadOnlySpan<byte> text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && text[start] is (byte)' ' or (byte)'\t') start++;
        while (end > start && text[end - 1] is (byte)' ' or (byte)'\t') end--;
        return text[start..end];
    }
}
