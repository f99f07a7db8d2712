using System.Text;
using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Syntax;

public class TextLiteralTests
{
    [Fact]
    public void Decode_EscapesAndSmallDestination()
    {
        var text = new byte[32];
        var length = TextLiteral.Decode("'a''b\\'c\\\\d\\n\\t\\r\\0\\%'"u8, text);
        Assert.Equal("a'b'c\\d\n\t\r\0\\%", Encoding.UTF8.GetString(text, 0, length));
        Assert.Equal(-1, TextLiteral.Decode("'abc'"u8, text.AsSpan(0, 2)));
        Assert.Equal(0, TextLiteral.Decode("''"u8, []));
    }
}
