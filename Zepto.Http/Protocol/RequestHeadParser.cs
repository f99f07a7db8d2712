using System.Diagnostics;

namespace Zepto.Http.Protocol;

/// <summary>
/// Parses a header section (RFC 9112, sections 2 to 5) from contiguous bytes. Every call starts at the first byte of the message,
/// so it keeps no state and its answer does not depend on how the bytes arrived: a line is judged once its line feed is there,
/// lines are judged in order, and sizes are compared with the bytes up to the limit only.
/// </summary>
public static class RequestHeadParser
{
    // Longest method we know, two spaces, version, CR: what a request line has besides its target.
    private const int RequestLineOverheadBytes = 32;

    /// <summary>Parses the header section at the start of <paramref name="input"/>.</summary>
    /// <param name="input">Unread bytes; may end anywhere.</param>
    /// <param name="limits">Sizes to hold.</param>
    /// <param name="head">Filled when the result is Done; its Rejection is set when the result is Rejected.</param>
    /// <param name="consumedBytes">Bytes up to and with the empty line; 0 unless the result is Done.</param>
    public static ParseStatus Parse(ReadOnlySpan<byte> input, in MessageLimits limits, RequestHead head, out int consumedBytes)
    {
        consumedBytes = 0;
        head.Clear();
        ParseStatus status = SkipEmptyLines(input, limits.MaxEmptyLines, head, out int start);
        if (status != ParseStatus.Done) return status;

        // Everything after this is cut to the limit first: "too large" is "still incomplete at the maximum".
        bool isCut = input.Length - start > limits.MaxHeadBytes;
        ReadOnlySpan<byte> section = isCut ? input[..(start + limits.MaxHeadBytes)] : input;

        status = ParseRequestLine(section, start, limits.MaxTargetBytes, head, out int position);
        if (status == ParseStatus.Done) status = ParseFieldLines(section, limits.MaxFields, head, ref position);
        if (status == ParseStatus.NeedMoreData && (isCut || section.Length - start == limits.MaxHeadBytes))
            return Reject(head, RequestRejection.HeadTooLarge);
        if (status != ParseStatus.Done) return status;

        RequestRejection rejection = FramingRules.Apply(section, head);
        if (rejection != RequestRejection.None) return Reject(head, rejection);
        consumedBytes = position;
        return ParseStatus.Done;
    }

    private static ParseStatus SkipEmptyLines(ReadOnlySpan<byte> input, int maxEmptyLines, RequestHead head, out int position)
    {
        position = 0;
        for (int emptyLines = 0; ; emptyLines++)
        {
            if (position >= input.Length) return ParseStatus.NeedMoreData;
            byte first = input[position];
            if (first != '\r') return first == '\n' ? Reject(head, RequestRejection.BareLineFeed) : ParseStatus.Done;
            if (emptyLines == maxEmptyLines) return Reject(head, RequestRejection.TooManyEmptyLines);
            if (position + 1 >= input.Length) return ParseStatus.NeedMoreData;
            if (input[position + 1] != '\n') return Reject(head, RequestRejection.MalformedRequestLine);
            position += 2;
        }
    }

    private static ParseStatus ParseRequestLine(ReadOnlySpan<byte> input, int start, int maxTargetBytes, RequestHead head, out int end)
    {
        end = start;
        ReadOnlySpan<byte> line = input[start..];
        int maxLineBytes = maxTargetBytes + RequestLineOverheadBytes;
        bool isCut = line.Length >= maxLineBytes;
        if (isCut) line = line[..maxLineBytes];
        int lineFeed = line.IndexOf((byte)'\n');
        if (lineFeed < 0) return isCut ? Reject(head, RequestRejection.TargetTooLong) : ParseStatus.NeedMoreData;
        end = start + lineFeed + 1;
        if (lineFeed == 0 || line[lineFeed - 1] != '\r') return Reject(head, RequestRejection.BareLineFeed);
        line = line[..(lineFeed - 1)];

        int methodLength = line.IndexOf((byte)' ');
        if (methodLength <= 0) return Reject(head, RequestRejection.MalformedRequestLine);
        ReadOnlySpan<byte> method = line[..methodLength];
        ReadOnlySpan<byte> rest = line[(methodLength + 1)..];
        int targetLength = rest.IndexOf((byte)' ');
        if (targetLength <= 0) return Reject(head, RequestRejection.MalformedRequestLine);
        ReadOnlySpan<byte> version = rest[(targetLength + 1)..];
        if (targetLength > maxTargetBytes) return Reject(head, RequestRejection.TargetTooLong);

        if (version.SequenceEqual("HTTP/1.1"u8)) head.MinorVersion = 1;
        else if (version.SequenceEqual("HTTP/1.0"u8)) head.MinorVersion = 0;
        else if (!ParseOtherVersion(version, head)) return ParseStatus.Rejected;

        head.Method = MethodOf(method);
        if (head.Method == RequestMethod.Unknown)
        {
            return Reject(head, method.ContainsAnyExcept(AsciiText.TokenBytes)
                ? RequestRejection.MalformedRequestLine
                : RequestRejection.UnknownMethod);
        }
        head.Target = new ByteRange(start + methodLength + 1, targetLength);
        return RequestTarget.Split(rest[..targetLength], head) ? ParseStatus.Done : Reject(head, RequestRejection.MalformedTarget);
    }

    private static bool ParseOtherVersion(ReadOnlySpan<byte> version, RequestHead head)
    {
        bool isVersion = version.Length == 8 && version.StartsWith("HTTP/"u8) && version[6] == '.'
            && char.IsAsciiDigit((char)version[5]) && char.IsAsciiDigit((char)version[7]);
        if (!isVersion)
        {
            Reject(head, RequestRejection.MalformedVersion);
            return false;
        }
        if (version[5] != '1')
        {
            Reject(head, RequestRejection.UnsupportedVersion);
            return false;
        }
        head.MinorVersion = 1; // A higher minor version is answered as the highest we speak (RFC 9110, section 2.5).
        return true;
    }

    private static RequestMethod MethodOf(ReadOnlySpan<byte> method) => method.Length switch
    {
        3 => method.SequenceEqual("GET"u8) ? RequestMethod.Get : method.SequenceEqual("PUT"u8) ? RequestMethod.Put : RequestMethod.Unknown,
        4 => method.SequenceEqual("POST"u8) ? RequestMethod.Post : method.SequenceEqual("HEAD"u8) ? RequestMethod.Head : RequestMethod.Unknown,
        5 => method.SequenceEqual("PATCH"u8) ? RequestMethod.Patch : RequestMethod.Unknown,
        6 => method.SequenceEqual("DELETE"u8) ? RequestMethod.Delete : RequestMethod.Unknown,
        7 => method.SequenceEqual("OPTIONS"u8) ? RequestMethod.Options : RequestMethod.Unknown,
        _ => RequestMethod.Unknown,
    };

    private static ParseStatus ParseFieldLines(ReadOnlySpan<byte> input, int maxFields, RequestHead head, ref int position)
    {
        while (true)
        {
            ReadOnlySpan<byte> line = input[position..];
            int lineFeed = line.IndexOf((byte)'\n');
            if (lineFeed < 0) return ParseStatus.NeedMoreData;
            if (lineFeed == 0 || line[lineFeed - 1] != '\r') return Reject(head, RequestRejection.BareLineFeed);
            int lineStart = position;
            position += lineFeed + 1;
            if (lineFeed == 1) return ParseStatus.Done;
            if (head.FieldCount == maxFields) return Reject(head, RequestRejection.TooManyFields);
            RequestRejection rejection = ParseFieldLine(line[..(lineFeed - 1)], lineStart, head);
            if (rejection != RequestRejection.None) return Reject(head, rejection);
        }
    }

    /// <summary>Parses one field line without its line end (RFC 9112, section 5).</summary>
    private static RequestRejection ParseFieldLine(ReadOnlySpan<byte> line, int lineStart, RequestHead head)
    {
        Debug.Assert(!line.IsEmpty);
        if (line[0] is (byte)' ' or (byte)'\t') return RequestRejection.ObsoleteFolding;
        int colon = line.IndexOf((byte)':');
        if (colon < 0) return RequestRejection.MissingColon;
        if (colon == 0) return RequestRejection.MalformedFieldName;
        ReadOnlySpan<byte> name = line[..colon];
        if (name[^1] is (byte)' ' or (byte)'\t') return RequestRejection.SpaceBeforeColon;
        if (name.ContainsAnyExcept(AsciiText.TokenBytes)) return RequestRejection.MalformedFieldName;

        int valueStart = colon + 1;
        int valueEnd = line.Length;
        while (valueStart < valueEnd && line[valueStart] is (byte)' ' or (byte)'\t') valueStart++;
        while (valueEnd > valueStart && line[valueEnd - 1] is (byte)' ' or (byte)'\t') valueEnd--;
        if (line[valueStart..valueEnd].ContainsAny(AsciiText.FieldValueControls)) return RequestRejection.MalformedFieldValue;
        head.AddField(new ByteRange(lineStart, colon), new ByteRange(lineStart + valueStart, valueEnd - valueStart));
        return RequestRejection.None;
    }

    private static ParseStatus Reject(RequestHead head, RequestRejection rejection)
    {
        head.Rejection = rejection;
        return ParseStatus.Rejected;
    }
}
