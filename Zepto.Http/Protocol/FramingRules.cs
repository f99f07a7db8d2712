using System.Text;

namespace Zepto.Http.Protocol;

/// <summary>
/// Decides from the fields where the content ends and whether the connection stays (RFC 9112, sections 6 and 9).
/// Anything two parties could read differently is refused rather than repaired.
/// </summary>
internal static class FramingRules
{
    /// <summary>Fills the framing part of <paramref name="head"/>.</summary>
    public static RequestRejection Apply(ReadOnlySpan<byte> section, RequestHead head)
    {
        bool hasHost = false, hasLength = false, hasCoding = false, isClose = false, isKeepAlive = false;
        for (int i = 0; i < head.FieldCount; i++)
        {
            ReadOnlySpan<byte> name = head.FieldName(i).Of(section);
            switch (name.Length)
            {
                case 4 when Is(name, "host"u8):
                    if (hasHost) return RequestRejection.RepeatedHost;
                    if (!HostField.IsValid(head.FieldValue(i).Of(section))) return RequestRejection.MalformedHost;
                    hasHost = true;
                    break;
                case 6 when Is(name, "expect"u8):
                    if (head.MinorVersion == 0) break; // Unknown to HTTP/1.0, ignored (RFC 9110, section 10.1.1).
                    if (!Is(head.FieldValue(i).Of(section), "100-continue"u8)) return RequestRejection.UnsupportedExpectation;
                    head.ExpectsContinue = true;
                    break;
                case 10 when Is(name, "connection"u8):
                    ReadOnlySpan<byte> options = head.FieldValue(i).Of(section);
                    while (AsciiText.TryTakeListMember(ref options, out ReadOnlySpan<byte> option))
                    {
                        if (Is(option, "close"u8)) isClose = true;
                        else if (Is(option, "keep-alive"u8)) isKeepAlive = true;
                    }
                    break;
                case 14 when Is(name, "content-length"u8):
                    if (hasLength) return RequestRejection.RepeatedContentLength;
                    if (!TryParseLength(head.FieldValue(i).Of(section), out long length)) return RequestRejection.MalformedContentLength;
                    hasLength = true;
                    head.ContentLength = length;
                    break;
                case 17 when Is(name, "transfer-encoding"u8):
                    if (hasCoding || !Is(head.FieldValue(i).Of(section), "chunked"u8)) return RequestRejection.UnsupportedTransferEncoding;
                    hasCoding = true;
                    break;
            }
        }
        if (!hasHost && head.MinorVersion >= 1) return RequestRejection.MissingHost;
        if (hasCoding && hasLength) return RequestRejection.ContentLengthWithTransferEncoding;
        if (hasCoding && head.MinorVersion == 0) return RequestRejection.TransferEncodingInHttp10;
        head.Framing = hasCoding ? BodyFraming.Chunked : head.ContentLength > 0 ? BodyFraming.Length : BodyFraming.None;
        head.KeepAlive = !isClose && (head.MinorVersion >= 1 || isKeepAlive);
        if (head.Framing == BodyFraming.None) head.ExpectsContinue = false;
        return RequestRejection.None;
    }

    /// <summary>Reads 1*DIGIT; false for anything else and for more than 63 bits.</summary>
    internal static bool TryParseLength(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        if (digits.IsEmpty) return false;
        foreach (byte b in digits)
        {
            int digit = b - '0';
            if ((uint)digit > 9 || value > (long.MaxValue - digit) / 10) return false;
            value = value * 10 + digit;
        }
        return true;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lowerCase) => Ascii.EqualsIgnoreCase(text, lowerCase);
}
