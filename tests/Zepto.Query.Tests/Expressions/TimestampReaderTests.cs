using System.Text;
using Zepto.Query.Expressions;

namespace Zepto.Query.Tests.Expressions;

public class TimestampReaderTests
{
    [Theory]
    [InlineData("1970-01-01", 0L)]
    [InlineData("1970-01-01Z", 0L)]
    [InlineData(" 1970-01-01 ", 0L)]
    [InlineData("1970-01-01 00:01:00", 60_000_000_000L)]
    [InlineData("1970-01-01T00:00:01Z", 1_000_000_000L)]
    [InlineData("1970-01-01 00:00:00.5", 500_000_000L)]
    [InlineData("1969-12-31 23:59:59.999999999", -1L)]
    [InlineData("2024-02-29 12:34:56.789", 1_709_210_096_789_000_000L)]
    [InlineData("2262-04-11 23:47:16.854775807", long.MaxValue)]
    [InlineData("1677-09-21 00:12:43.145224193", long.MinValue + 1)]
    public void Parse_Valid_GivesNanoseconds(string text, long nanoseconds)
    {
        Assert.True(TimestampReader.TryParse(Encoding.UTF8.GetBytes(text), out var parsed));
        Assert.Equal(nanoseconds, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1970-1-1")]
    [InlineData("1970/01/01")]
    [InlineData("2023-02-29")]
    [InlineData("2023-13-01")]
    [InlineData("2023-00-01")]
    [InlineData("2023-01-00")]
    [InlineData("0000-01-01")]
    [InlineData("2023-01-01 24:00")]
    [InlineData("2023-01-01 23:60")]
    [InlineData("2023-01-01 23:59:60")]
    [InlineData("2023-01-01 23")]
    [InlineData("2023-01-01 23:59")]
    [InlineData("2023-01-01 23:59:")]
    [InlineData("2023-01-01 23:59:59.")]
    [InlineData("2023-01-01 23:59:59.1234567890")]
    [InlineData("2023-01-01 23:59:59 UTC")]
    [InlineData("2262-04-11 23:47:16.854775808")]
    [InlineData("1677-09-21 00:12:43.145224192")]
    [InlineData("9999-12-31")]
    public void Parse_Invalid_IsRefused(string text) => Assert.False(TimestampReader.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Format_ParsedBack_IsTheSame()
    {
        const int Seed = 20240607;
        var random = new Random(Seed);
        var text = new byte[ValueText.MaxBytes];
        for (var i = 0; i < 100_000; i++)
        {
            var instant = i switch { 0 => long.MaxValue, 1 => long.MinValue + 1, 2 => 0, 3 => -1, _ => random.NextInt64(long.MinValue + 1, long.MaxValue) };
            var length = ValueText.WriteTimestamp(instant, text);
            Assert.True(TimestampReader.TryParse(text.AsSpan(0, length), out var parsed) && parsed == instant, $"seed {Seed}, instant {instant}");
        }
    }

    [Fact]
    public void Format_WritesAllDigits()
    {
        var text = new byte[ValueText.MaxBytes];
        var length = ValueText.WriteTimestamp(1_709_210_096_000_000_007, text);
        Assert.Equal("2024-02-29 12:34:56.000000007", Encoding.ASCII.GetString(text, 0, length));
    }
}
