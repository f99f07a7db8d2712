using System.Text;
using System.Text.Json;
using Zepto.Http.Formats;
using Zepto.Http.Responses;

namespace Zepto.Http.Tests.Formats;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("plain ASCII / '<>", "\"plain ASCII / '<>\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"")]
    [InlineData("\0\u001f\u007f", "\"\\u0000\\u001f\u007f\"")]
    [InlineData("é€\U0001F600", "\"é€\U0001F600\"")]
    public void AppendString_Text_IsEscaped(string text, string expected) => Assert.Equal(expected, Quote(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void AppendString_DamagedUtf8_BecomesTheReplacementCharacter()
    {
        Assert.Equal("\"a\uFFFDb\"", Quote([(byte)'a', 0xff, (byte)'b']));
        Assert.Equal("\"\uFFFD\"", Quote([0xe2, 0x82])); // Cut off in the middle of a character.
        Assert.Equal("\"\uFFFD\uFFFD\"", Quote([0xc0, 0x80])); // Overlong NUL.
    }

    [Fact]
    public void AppendString_RandomBytes_ParseBack()
    {
        const int seed = 3;
        Random random = new(seed);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] bytes = new byte[random.Next(round % 10 == 0 ? 6_000 : 60)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0) bytes = Encoding.UTF8.GetBytes(new string(bytes.Select(b => (char)(b % 2 == 0 ? b / 2 : b * 200)).ToArray()));
            string? parsed = JsonSerializer.Deserialize<string>(Quote(bytes));
            Assert.True(Encoding.UTF8.GetString(bytes) == parsed, $"seed {seed}, round {round}");
        }
    }

    private static string Quote(byte[] text)
    {
        BodyBuffer buffer = new();
        JsonText.AppendString(buffer, text);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer.Written);
    }
}
