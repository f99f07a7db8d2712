using System.Text;
using Zepto.Http.Protocol;

namespace Zepto.Http.Tests.Protocol;

/// <summary>Runs the head parser over one payload in the ways bytes can arrive and checks that the answer is the same.</summary>
internal static class HeadParsing
{
    public static readonly MessageLimits Limits = MessageLimits.For(maxHeadBytes: 4096, maxBodyBytes: 1 << 20);

    /// <summary>Everything the parser says, as text that can be compared.</summary>
    public static string Describe(ReadOnlySpan<byte> input, in MessageLimits limits)
    {
        RequestHead head = new();
        ParseStatus status = RequestHeadParser.Parse(input, limits, head, out int consumed);
        if (status == ParseStatus.NeedMoreData)
        {
            Assert.Equal(0, consumed);
            return "NeedMoreData";
        }
        if (status == ParseStatus.Rejected)
        {
            Assert.Equal(0, consumed);
            Assert.NotEqual(RequestRejection.None, head.Rejection);
            return $"Rejected {head.Rejection}";
        }
        Assert.InRange(consumed, 1, input.Length);
        StringBuilder text = new($"Done {consumed} {head.Method} 1.{head.MinorVersion} path={Text(head.Path, input)} query={Text(head.Query, input)}");
        text.Append($" {head.Framing} {head.ContentLength} keep={head.KeepAlive} expect={head.ExpectsContinue}");
        for (int i = 0; i < head.FieldCount; i++) text.Append($" [{Text(head.FieldName(i), input)}={Text(head.FieldValue(i), input)}]");
        return text.ToString();
    }

    /// <summary>Feeds growing prefixes as a connection would, one step a byte, and returns the first answer that is final.</summary>
    public static string DescribeByteByByte(ReadOnlySpan<byte> input, in MessageLimits limits)
    {
        for (int length = 0; length <= input.Length; length++)
        {
            string answer = Describe(input[..length], limits);
            if (answer != "NeedMoreData") return answer;
        }
        return "NeedMoreData";
    }

    /// <summary>Feeds a prefix, then the whole.</summary>
    public static string DescribeSplit(ReadOnlySpan<byte> input, int at, in MessageLimits limits)
    {
        string answer = Describe(input[..at], limits);
        return answer != "NeedMoreData" ? answer : Describe(input, limits);
    }

    /// <summary>Asserts one answer for the payload whole, split at each byte, byte by byte, and followed by junk.</summary>
    public static string Every(string payload, MessageLimits? limits = null)
    {
        MessageLimits held = limits ?? Limits;
        byte[] bytes = Encoding.Latin1.GetBytes(payload);
        string whole = Describe(bytes, held);
        for (int at = 0; at <= bytes.Length; at++) Assert.Equal(whole, DescribeSplit(bytes, at, held));
        Assert.Equal(whole, DescribeByteByByte(bytes, held));
        if (whole != "NeedMoreData")
        {
            byte[] withJunk = [.. bytes, .. "\0\r\nGET \xff"u8];
            Assert.Equal(whole, Describe(withJunk, held));
        }
        return whole;
    }

    private static string Text(ByteRange range, ReadOnlySpan<byte> input) => Encoding.Latin1.GetString(range.Of(input));
}
