using Zepto.Load.Columns;
using Zepto.Load.Csv;

namespace Zepto.Server.Tests.Load;

public class TypeInferenceTests
{
    [Theory]
    [InlineData("symbol,price,volume,timestamp\nA,1.5,10,1\nB,2,20,2\n", """("symbol" SYMBOL, "price" FLOAT64, "volume" INT64, "timestamp" TIMESTAMP_NS)""")]
    [InlineData("a,b,c\n1,x,\n,2,\n", """("a" INT64, "b" STRING, "c" STRING)""")]
    [InlineData("a\n9223372036854775807\n-9223372036854775807\n", """("a" INT64)""")]
    [InlineData("a,b\n1,-9223372036854775808\n", """("a" INT64, "b" STRING)""")]
    [InlineData("a,b\n1,9223372036854775808\n2,0.5\n", """("a" INT64, "b" STRING)""")]
    [InlineData("a,b,c,d\n1e3,.5,1e999,nan\n", """("a" FLOAT64, "b" FLOAT64, "c" STRING, "d" STRING)""")]
    [InlineData("a,b\n\"\",1\n5,2\n", """("a" STRING, "b" INT64)""")]
    [InlineData("we\"ird\n1\n", null)]
    [InlineData("\"we\"\"ird\"\n1\n", """("we""ird" INT64)""")]
    // A row without a symbol or without a time, or a time that is none.
    [InlineData("symbol,timestamp\n,1\nA,2\n", """("symbol" STRING, "timestamp" TIMESTAMP_NS)""")]
    [InlineData("symbol,timestamp\nA,1\nA,\n", """("symbol" SYMBOL, "timestamp" INT64)""")]
    [InlineData("timestamp\n2026-02-29\n", """("timestamp" STRING)""")]
    [InlineData("timestamp\n2024-02-29 12:00:00.5Z\n1\n", """("timestamp" TIMESTAMP_NS)""")]
    // The first one filled in every row is the time of the row.
    [InlineData("timestamp_sent,timestamp\n,1\n2,2\n", """("timestamp_sent" TIMESTAMP_NS, "timestamp" TIMESTAMP_NS) WITH (timestamp = "timestamp")""")]
    [InlineData("timestamp,timestamp_sent\n1,\n2,2\n", """("timestamp" TIMESTAMP_NS, "timestamp_sent" TIMESTAMP_NS)""")]
    public void CreateStatement_FitsEveryRow(string text, string? columns)
    {
        if (columns is null)
        {
            Assert.Throws<Zepto.Load.LoadException>(() => Create(text));
            return;
        }

        Assert.Equal("""CREATE TABLE "my t" """ + columns, Create(text));
    }

    [Fact]
    public void CreateStatement_LastOfManyRows_Counts()
    {
        var rows = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i}\n"));
        Assert.Contains("\"a\" INT64", Create($"a\n{rows}"));
        Assert.Contains("\"a\" FLOAT64", Create($"a\n{rows}0.5\n"));
        Assert.Contains("\"a\" STRING", Create($"a\n{rows}x\n"));
    }

    [Fact]
    public void CreateStatement_SeveralFiles_HasTheColumnsOfAll() =>
        Assert.Equal(
            """CREATE TABLE "my t" ("symbol" STRING, "a" FLOAT64, "b" STRING)""",
            Create("symbol,a\nX,1\n", "b,a\ny,1.5\n"));

    [Theory]
    [InlineData("0", true)]
    [InlineData("+7", true)]
    [InlineData("-7", true)]
    [InlineData("+-7", false)]
    [InlineData("", false)]
    [InlineData("-", false)]
    [InlineData(" 1", false)]
    [InlineData("1_000", false)]
    [InlineData("1.0", false)]
    public void IsInteger_TakesDigitsWithASign(string text, bool expected) => Assert.Equal(expected, ValueForms.IsInteger(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("2026-01-05", true)]
    [InlineData("2026-01-05T10:20:30", true)]
    [InlineData("2026-01-05T10:20", false)]
    [InlineData("2026-01-05 10:20:30.123456789Z", true)]
    [InlineData("2026-01-05 10:20:30.", false)]
    [InlineData("2026-01-05 10:20:30.1234567890", false)]
    [InlineData("2026-01-05 24:00", false)]
    [InlineData("2026-13-05", false)]
    [InlineData("2026-01-05 10", false)]
    [InlineData("1677-01-01", false)]
    [InlineData("05.01.2026", false)]
    public void IsDate_TakesWhatTheServerTakes(string text, bool expected)
    {
        Assert.Equal(expected, ValueForms.IsDate(System.Text.Encoding.UTF8.GetBytes(text)));
        // The years at the edge of 64 bits are left out here, so this is one way only.
        if (expected)
            Assert.True(Zepto.Query.Expressions.TimestampReader.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out _));
    }

    private static string Create(params string[] texts)
    {
        var inference = new TypeInference();
        foreach (var text in texts)
        {
            var reader = Csv.Reader(text);
            inference.Observe(reader, CsvHeader.Read(reader, Csv.Path));
        }

        return inference.CreateStatement("my t");
    }
}
