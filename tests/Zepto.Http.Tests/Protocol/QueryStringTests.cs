using System.Text;
using Zepto.Http.Protocol;

namespace Zepto.Http.Tests.Protocol;

public sealed class QueryStringTests
{
    [Theory]
    [InlineData("query=a", "a")]
    [InlineData("x=1&query=a%20b&y", "a%20b")]
    [InlineData("query=a=b&query=c", "a=b")]
    [InlineData("q%75ery=a", "a")]
    [InlineData("query", "")]
    [InlineData("query=", "")]
    [InlineData("&&query=a", "a")]
    [InlineData("", null)]
    [InlineData("xquery=a&querys=b&Query=c", null)]
    public void TryFind_Name_GivesTheFirstValueStillEncoded(string query, string? expected)
    {
        bool isFound = QueryString.TryFind(Encoding.ASCII.GetBytes(query), "query"u8, out ReadOnlySpan<byte> value);
        Assert.Equal(expected is not null, isFound);
        if (isFound) Assert.Equal(expected, Encoding.ASCII.GetString(value));
    }

    [Theory]
    [InlineData("abc", true, "abc")]
    [InlineData("a+b", true, "a b")]
    [InlineData("a+b", false, "a+b")]
    [InlineData("%41%7a%2B%2b", true, "Az++")]
    [InlineData("%2541", true, "%41")]
    [InlineData("%00", true, "\0")]
    [InlineData("%", true, null)]
    [InlineData("%4", true, null)]
    [InlineData("%4g", true, null)]
    [InlineData("%-1", true, null)]
    public void TryDecode_Text_IsDecodedOnce(string text, bool plusIsSpace, string? expected)
    {
        byte[] destination = new byte[text.Length];
        bool isLegal = PercentCoding.TryDecode(Encoding.ASCII.GetBytes(text), destination, plusIsSpace, out int length);
        Assert.Equal(expected is not null, isLegal);
        if (isLegal) Assert.Equal(expected, Encoding.ASCII.GetString(destination, 0, length));
    }
}
