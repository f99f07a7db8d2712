using System.Text;
using Zepto.Http.Protocol;

namespace Zepto.Http.Tests.Protocol;

public sealed class RequestHeadParserTests
{
    public static TheoryData<string, string> Valid => new()
    {
        { "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n", "Get 1.1 path=/ping query= None 0 keep=True expect=False [Host=a]" },
        { "GET / HTTP/1.0\r\n\r\n", "Get 1.0 path=/ query= None 0 keep=False expect=False" },
        { "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "Get 1.0 path=/ query= None 0 keep=True expect=False [Connection=Keep-Alive]" },
        { "HEAD /a?b=c?d HTTP/1.1\r\nhost:\r\n\r\n", "Head 1.1 path=/a query=b=c?d None 0 keep=True expect=False [host=]" },
        { "GET /? HTTP/1.1\r\nHost: a\r\n\r\n", "Get 1.1 path=/ query= None 0 keep=True expect=False [Host=a]" },
        { "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "Options 1.1 path= query= None 0 keep=True expect=False [Host=a]" },
        { "GET http://h:1/p?q HTTP/1.1\r\nHost: a\r\n\r\n", "Get 1.1 path=/p query=q None 0 keep=True expect=False [Host=a]" },
        { "GET HTTPS://h HTTP/1.1\r\nHost: a\r\n\r\n", "Get 1.1 path= query= None 0 keep=True expect=False [Host=a]" },
        { "GET http://h?q HTTP/1.1\r\nHost: a\r\n\r\n", "Get 1.1 path= query=q None 0 keep=True expect=False [Host=a]" },
        { "GET / HTTP/1.9\r\nHost: a\r\n\r\n", "Get 1.1 path=/ query= None 0 keep=True expect=False [Host=a]" },
        { "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "Get 1.1 path=/ query= None 0 keep=True expect=False [Host=a]" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n", "Post 1.1 path=/ query= Length 8 keep=True expect=False [Host=a] [Content-Length=8]" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 008\r\n\r\n", "Post 1.1 path=/ query= Length 8 keep=True expect=False [Host=a] [Content-Length=008]" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n", "Post 1.1 path=/ query= None 0 keep=True expect=False [Host=a] [Content-Length=0] [Expect=100-continue]" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n", "Post 1.1 path=/ query= Length 1 keep=True expect=True [Host=a] [Content-Length=1] [Expect=100-Continue]" },
        { "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: x\r\n\r\n", "Post 1.0 path=/ query= Length 1 keep=False expect=False [Content-Length=1] [Expect=x]" },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", "Post 1.1 path=/ query= Chunked 0 keep=True expect=False [Host=a] [Transfer-Encoding=Chunked]" },
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close ,y\r\n\r\n", "Get 1.1 path=/ query= None 0 keep=False expect=False [Host=a] [Connection=x, close ,y]" },
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n", "Get 1.1 path=/ query= None 0 keep=False expect=False [Host=a] [Connection=keep-alive, close]" },
        { "GET / HTTP/1.1\r\nHost: [::1]:80\r\nX: \t a b\t \r\nY:\r\n\r\n", "Get 1.1 path=/ query= None 0 keep=True expect=False [Host=[::1]:80] [X=a b] [Y=]" },
        { "GET /\xe9 HTTP/1.1\r\nHost: a\r\nX: \xe9\r\n\r\n", "Get 1.1 path=/\xe9 query= None 0 keep=True expect=False [Host=a] [X=\xe9]" },
    };

    public static TheoryData<string> Incomplete =>
    [
        "", "\r", "\r\n", "G", "GET", "GET / HTTP/1.1", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a",
        "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r", "get / junk without an end of line",
    ];

    public static TheoryData<string, RequestRejection> Invalid => new()
    {
        { "\n", RequestRejection.BareLineFeed },
        { "\rG", RequestRejection.MalformedRequestLine },
        { "\r\n\r\n\r\n\r\n\r\n", RequestRejection.TooManyEmptyLines },
        { "GET / HTTP/1.1\n", RequestRejection.BareLineFeed },
        { "GET\r\n", RequestRejection.MalformedRequestLine },
        { "GET /\r\n", RequestRejection.MalformedRequestLine },
        { "GET  / HTTP/1.1\r\n", RequestRejection.MalformedRequestLine },
        { " GET / HTTP/1.1\r\n", RequestRejection.MalformedRequestLine },
        { "GET / HTTP/1.1 \r\n", RequestRejection.MalformedVersion },
        { "GET /a b HTTP/1.1\r\n", RequestRejection.MalformedVersion },
        { "GET / HTTP/11\r\n", RequestRejection.MalformedVersion },
        { "GET / http/1.1\r\n", RequestRejection.MalformedVersion },
        { "GET / HTTP/1.1\r\r\n", RequestRejection.MalformedVersion },
        { "GET / HTTP/2.0\r\n", RequestRejection.UnsupportedVersion },
        { "PRI * HTTP/2.0\r\n", RequestRejection.UnsupportedVersion },
        { "GET / HTTP/0.9\r\n", RequestRejection.UnsupportedVersion },
        { "get / HTTP/1.1\r\n", RequestRejection.UnknownMethod },
        { "BREW / HTTP/1.1\r\n", RequestRejection.UnknownMethod },
        { "CONNECT a:1 HTTP/1.1\r\n", RequestRejection.UnknownMethod },
        { "G\0T / HTTP/1.1\r\n", RequestRejection.MalformedRequestLine },
        { "GET\t/ HTTP/1.1\r\n", RequestRejection.MalformedRequestLine },
        { "GET * HTTP/1.1\r\n", RequestRejection.MalformedTarget },
        { "GET ping HTTP/1.1\r\n", RequestRejection.MalformedTarget },
        { "GET http:// HTTP/1.1\r\n", RequestRejection.MalformedTarget },
        { "GET http://a@b/ HTTP/1.1\r\n", RequestRejection.MalformedTarget },
        { "GET /a\0 HTTP/1.1\r\n", RequestRejection.MalformedTarget },
        { "GET /a#b HTTP/1.1\r\n", RequestRejection.MalformedTarget },
        { "GET /a\tb HTTP/1.1\r\n", RequestRejection.MalformedTarget },
        { "GET / HTTP/1.1\r\n Host: a\r\n", RequestRejection.ObsoleteFolding },
        { "GET / HTTP/1.1\r\nHost: a\r\n b\r\n", RequestRejection.ObsoleteFolding },
        { "GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n", RequestRejection.ObsoleteFolding },
        { "GET / HTTP/1.1\r\nHost: a\n", RequestRejection.BareLineFeed },
        { "GET / HTTP/1.1\r\nHost: a\r\n\n", RequestRejection.BareLineFeed },
        { "GET / HTTP/1.1\r\nHost\r\n", RequestRejection.MissingColon },
        { "GET / HTTP/1.1\r\n: a\r\n", RequestRejection.MalformedFieldName },
        { "GET / HTTP/1.1\r\nHost : a\r\n", RequestRejection.SpaceBeforeColon },
        { "GET / HTTP/1.1\r\nContent-Length\t: 1\r\n", RequestRejection.SpaceBeforeColon },
        { "GET / HTTP/1.1\r\nHo st: a\r\n", RequestRejection.MalformedFieldName },
        { "GET / HTTP/1.1\r\nHo\0st: a\r\n", RequestRejection.MalformedFieldName },
        { "GET / HTTP/1.1\r\nX: a\rb\r\n", RequestRejection.MalformedFieldValue },
        { "GET / HTTP/1.1\r\nX: a\0b\r\n", RequestRejection.MalformedFieldValue },
        { "GET / HTTP/1.1\r\nX: a\r\r\n", RequestRejection.MalformedFieldValue },
        { "GET / HTTP/1.1\r\n\r\n", RequestRejection.MissingHost },
        { "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", RequestRejection.RepeatedHost },
        { "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", RequestRejection.MalformedHost },
        { "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", RequestRejection.MalformedHost },
        { "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", RequestRejection.MalformedHost },
        { "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", RequestRejection.MalformedHost },
        { "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", RequestRejection.MalformedHost },
        { "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", RequestRejection.RepeatedHost },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", RequestRejection.MalformedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", RequestRejection.MalformedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", RequestRejection.MalformedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\n", RequestRejection.MalformedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", RequestRejection.MalformedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", RequestRejection.MalformedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", RequestRejection.MalformedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\n", RequestRejection.MalformedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", RequestRejection.RepeatedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n", RequestRejection.RepeatedContentLength },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", RequestRejection.ContentLengthWithTransferEncoding },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", RequestRejection.ContentLengthWithTransferEncoding },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", RequestRejection.UnsupportedTransferEncoding },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", RequestRejection.UnsupportedTransferEncoding },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", RequestRejection.UnsupportedTransferEncoding },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", RequestRejection.UnsupportedTransferEncoding },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", RequestRejection.UnsupportedTransferEncoding },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", RequestRejection.UnsupportedTransferEncoding },
        { "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", RequestRejection.TransferEncodingInHttp10 },
        { "POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", RequestRejection.UnsupportedExpectation },
    };

    [Theory]
    [MemberData(nameof(Valid))]
    public void Parse_ValidHead_IsTheSameAtEveryBoundary(string payload, string expected) =>
        Assert.Equal($"Done {payload.Length} {expected}", HeadParsing.Every(payload));

    [Theory]
    [MemberData(nameof(Incomplete))]
    public void Parse_IncompleteHead_ConsumesNothing(string payload) => Assert.Equal("NeedMoreData", HeadParsing.Every(payload));

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Parse_InvalidHead_IsRejectedTheSameAtEveryBoundary(string payload, RequestRejection expected) =>
        Assert.Equal($"Rejected {expected}", HeadParsing.Every(payload));

    [Fact]
    public void Parse_EveryControlByteInANameOrValue_IsRejected()
    {
        for (int value = 0; value < 256; value++)
        {
            string inName = HeadParsing.Describe(Encoding.Latin1.GetBytes($"GET / HTTP/1.1\r\nHost: a\r\nX{(char)value}X: a\r\n\r\n"), HeadParsing.Limits);
            bool isToken = char.IsAsciiLetterOrDigit((char)value) || "!#$%&'*+-.^_`|~".Contains((char)value);
            Assert.True(inName.StartsWith("Done", StringComparison.Ordinal) == (isToken || value == ':'), $"name byte {value}: {inName}");

            string inValue = HeadParsing.Describe(Encoding.Latin1.GetBytes($"GET / HTTP/1.1\r\nHost: a\r\nX: a{(char)value}a\r\n\r\n"), HeadParsing.Limits);
            bool isText = value is 9 or >= 32 and not 127;
            Assert.True(inValue.StartsWith("Done", StringComparison.Ordinal) == isText, $"value byte {value}: {inValue}");
        }
    }

    [Theory]
    [InlineData(0, "Done")]
    [InlineData(1, "Rejected HeadTooLarge")]
    public void Parse_HeadAtItsLimit_BothSides(int excessBytes, string expected)
    {
        const string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        int fill = HeadParsing.Limits.MaxHeadBytes + excessBytes - start.Length - 4;
        Assert.StartsWith(expected, HeadParsing.Every(start + new string('x', fill) + "\r\n\r\n"));
    }

    [Fact]
    public void Parse_EmptyLinesBefore_DoNotCountForTheHeadLimit()
    {
        const string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        int fill = HeadParsing.Limits.MaxHeadBytes - start.Length - 4;
        Assert.StartsWith("Done", HeadParsing.Every("\r\n\r\n\r\n\r\n" + start + new string('x', fill) + "\r\n\r\n"));
    }

    [Theory]
    [InlineData(0, "Done")]
    [InlineData(1, "Rejected TargetTooLong")]
    [InlineData(40, "Rejected TargetTooLong")]
    [InlineData(1000, "Rejected TargetTooLong")]
    public void Parse_TargetAtItsLimit_BothSides(int excessBytes, string expected)
    {
        string target = "/" + new string('x', HeadParsing.Limits.MaxTargetBytes - 1 + excessBytes);
        Assert.StartsWith(expected, HeadParsing.Every($"OPTIONS {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    [Theory]
    [InlineData(0, "Done")]
    [InlineData(1, "Rejected TooManyFields")]
    public void Parse_FieldsAtTheirLimit_BothSides(int excess, string expected)
    {
        MessageLimits limits = HeadParsing.Limits;
        string fields = string.Concat(Enumerable.Range(0, limits.MaxFields - 1 + excess).Select(i => $"X{i}: y\r\n"));
        Assert.StartsWith(expected, HeadParsing.Every("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"));
    }

    [Theory]
    [InlineData(0, "Done")]
    [InlineData(1, "Rejected TooManyEmptyLines")]
    public void Parse_EmptyLinesAtTheirLimit_BothSides(int excess, string expected)
    {
        string lines = string.Concat(Enumerable.Repeat("\r\n", HeadParsing.Limits.MaxEmptyLines + excess));
        Assert.StartsWith(expected, HeadParsing.Every(lines + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    [Fact]
    public void TryGetField_AnyCase_FindsTheFirst()
    {
        byte[] bytes = "GET / HTTP/1.1\r\nHost: a\r\nX-Key: one\r\nx-key: two\r\n\r\n"u8.ToArray();
        RequestHead head = new();
        Assert.Equal(ParseStatus.Done, RequestHeadParser.Parse(bytes, HeadParsing.Limits, head, out _));
        Assert.True(head.TryGetField(bytes, "x-key"u8, out ReadOnlySpan<byte> value));
        Assert.Equal("one", Encoding.ASCII.GetString(value));
        Assert.False(head.TryGetField(bytes, "x-kez"u8, out _));
    }

    [Fact]
    public void Parse_SteadyState_AllocatesNothing()
    {
        byte[] bytes = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nConnection: keep-alive\r\n\r\n"u8.ToArray();
        RequestHead head = new();
        Allocations.AssertNone(() => RequestHeadParser.Parse(bytes, HeadParsing.Limits, head, out _));
    }
}
