namespace Zepto.Query.Tests.Statements.Formats;

public sealed class TabSeparatedReaderTests : IDisposable
{
    private readonly InsertFixture _insert = new();

    public void Dispose() => _insert.Dispose();

    [Theory]
    [InlineData("TSV", "A\t1\t2\t3\nB\t-4\t5\t6\n")]
    [InlineData("TabSeparated", "A\t1\t2\t3\r\nB\t-4\t5\t6")]
    [InlineData("TSV", "\n\\x41\t1\t2\t1970-01-01 00:00:00.000000003\n\nB\t-4\t5.0\t6\n\n")]
    [InlineData("TSVWithNames", "symbol\tprice\tvolume\ttimestamp\nA\t1\t2\t3\nB\t-4\t5\t6\n")]
    [InlineData("TabSeparatedWithNames", "timestamp\tvolume\tprice\tsymbol\n3\t2\t1\tA\n6\t5\t-4\tB\n")]
    [InlineData("TSVWithNamesAndTypes", "symbol\tprice\tvolume\ttimestamp\nString\tInt64\tInt64\tDateTime64(9, \\'UTC\\')\nA\t1\t2\t3\nB\t-4\t5\t6\n")]
    [InlineData("TabSeparatedWithNamesAndTypes", "symbol\tprice\tvolume\ttimestamp\r\nString\tInt64\tInt64\tInt64\r\nA\t1\t2\t3\r\nB\t-4\t5\t6\r\n")]
    public void Read_AnyWayOfWriting_GivesTheSameRows(string format, string data) =>
        Assert.Equal("A|1|2|3;B|-4|5|6", _insert.Rows($"INSERT INTO trades FORMAT {format}\n{data}"));

    [Theory]
    [InlineData("a\\tb\\nc\\\\d\\re\\0f\\bg\\fh\\'i\\\"j", "a\tb\nc\\d\re\0f\bg\fh'i\"j")]
    [InlineData("a\\\nb", "a\nb")]
    [InlineData("\\xc3\\xA9", "é")]
    [InlineData("\\%\\q\\x4", "\\%\\q\\x4")]
    [InlineData("end\\", "end\\")]
    [InlineData("", "")]
    [InlineData("\\N", "NULL")]
    [InlineData("\\\\N", "\\N")]
    [InlineData("a, \"b\" ", "a, \"b\" ")]
    public void Read_Escapes_AreUndone(string text, string stored) =>
        Assert.Equal($"NULL|NULL|NULL|NULL|{stored}|NULL|p|NULL|{InsertFixture.NowNs}|NULL", _insert.Rows($"INSERT INTO v (plain, s) FORMAT TSV\np\t{text}"));

    [Theory]
    [InlineData("TSV\nA\t1\t2\t3\nB\t\t2\t3", "Row 2, column price: '' does not fit INT64")]
    [InlineData("TSV\nA\t1\t2\nB\t1\t2\t3", "Row 1, column timestamp: the value is missing; the row has 3 values, the table has 4 columns")]
    [InlineData("TSV\nA\t1\t2\t3\t4\n", "Row 1, after column timestamp: the row has more values than the table has columns, 4")]
    [InlineData("TSV\n\\N\t1\t2\t3\n", "Row 1, column symbol: NULL is not allowed")]
    [InlineData("TSVWithNames\nsymbol\tx\nA\t1\n", "Unknown column in the header: x is not in table trades")]
    [InlineData("TSVWithNames\nsymbol\tprice\nA\n", "Row 1, column price: the value is missing; the row has 1 value, the header has 2 columns")]
    [InlineData("TSVWithNamesAndTypes\nsymbol\tprice\n", "The header has no line of types")]
    public void Read_Wrong_IsRefused(string statement, string message) =>
        Assert.Equal(message, _insert.Error("INSERT INTO trades FORMAT " + statement).Message);
}
