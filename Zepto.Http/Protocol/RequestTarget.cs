namespace Zepto.Http.Protocol;

/// <summary>Splits a request target (RFC 9112, section 3.2) into path and query.</summary>
internal static class RequestTarget
{
    /// <summary>Sets Path, Query and IsAsterisk from the target at <see cref="RequestHead.Target"/>; false when it is malformed.</summary>
    public static bool Split(ReadOnlySpan<byte> target, RequestHead head)
    {
        if (target.ContainsAny(AsciiText.NonTargetBytes)) return false;
        int pathStart = 0;
        if (target[0] != '/')
        {
            if (target.Length == 1 && target[0] == '*')
            {
                head.IsAsterisk = true;
                return head.Method == RequestMethod.Options;
            }
            pathStart = PathStartOfAbsoluteForm(target);
            if (pathStart < 0) return false;
        }
        ReadOnlySpan<byte> pathAndQuery = target[pathStart..];
        int question = pathAndQuery.IndexOf((byte)'?');
        int offset = head.Target.Offset + pathStart;
        if (question < 0)
        {
            head.Path = new ByteRange(offset, pathAndQuery.Length);
        }
        else
        {
            head.Path = new ByteRange(offset, question);
            head.Query = new ByteRange(offset + question + 1, pathAndQuery.Length - question - 1);
        }
        return true;
    }

    // absolute-form: http://authority/path?query. The authority is not ours to judge beyond being there.
    private static int PathStartOfAbsoluteForm(ReadOnlySpan<byte> target)
    {
        int schemeLength = StartsWithIgnoreCase(target, "http://"u8) ? 7 : StartsWithIgnoreCase(target, "https://"u8) ? 8 : -1;
        if (schemeLength < 0) return -1;
        ReadOnlySpan<byte> rest = target[schemeLength..];
        int authorityLength = rest.IndexOfAny((byte)'/', (byte)'?');
        if (authorityLength < 0) authorityLength = rest.Length;
        return HostField.IsValid(rest[..authorityLength]) && authorityLength > 0 ? schemeLength + authorityLength : -1;
    }

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && AsciiText.EqualsIgnoreCase(text[..prefix.Length], prefix);
}
