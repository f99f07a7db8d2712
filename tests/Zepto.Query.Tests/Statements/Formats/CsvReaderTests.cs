using System.Text;

namespace Zepto.Query.Tests.Statements.Formats;

public sealed class CsvReaderTests : IDisposable
{
    private readonly InsertFixture _insert = new();

    public void Dispose() => _insert.Dispose();

    [Theory]
    [InlineData("A,1,2,3\nB,-4,5,6\n")]
    [InlineData("A,1,2,3\r\nB,-4,5,6\r\n")]
    [InlineData("A,1,2,3\nB,-4,5,6")]
    [InlineData("\uFEFFA,1,2,3\n\n\r\nB,-4,5,6\r\n\n")]
    [InlineData("\"A\",\"1\",'2',3\n'B',-4,5,\"6\"")]
    [InlineData(" A ,\t1, 2 ,3 \n \"B\" ,-4 , '5','6' \r\n")]
    [InlineData("A,1,2,1970-01-01 00:00:00.000000003\nB,-4,5.0,1970-01-01T00:00:00.000000006Z")]
    public void Read_AnyWayOfWriting_GivesTheSameRows(string data) => Assert.Equal("A|1|2|3;B|-4|5|6", Rows("trades FORMAT CSV\n" + data));

    [Theory]
    [InlineData("i64", "9223372036854775807", "9223372036854775807")]
    [InlineData("i64", "-9223372036854775807", "-9223372036854775807")]
    [InlineData("i64", "+12345678", "12345678")]
    [InlineData("i64", "000000000000000000000000", "0")]
    [InlineData("i64", "1e3", "1000")]
    [InlineData("i64", "", "NULL")]
    [InlineData("i64", "\\N", "NULL")]
    [InlineData("i32", "-2147483647", "-2147483647")]
    [InlineData("i32", "7.0", "7")]
    [InlineData("f64", "1", "1")]
    [InlineData("f64", "-.5", "-0.5")]
    [InlineData("f64", "1.7976931348623157e308", "1.7976931348623157E+308")]
    [InlineData("f64", "12345678901234567890123", "1.2345678901234568E+22")]
    [InlineData("f64", "nan", "NaN")]
    [InlineData("f64", "-inf", "-Infinity")]
    [InlineData("f32", "0.1", "0.1")]
    [InlineData("s", "600000", "600000")]
    [InlineData("s", "\"\"", "")]
    [InlineData("s", "\"a \"\"b\"\", c\"", "a \"b\", c")]
    [InlineData("s", "'it''s'", "it's")]
    [InlineData("s", "\"two\r\nlines\"", "two\r\nlines")]
    [InlineData("s", "\"\"\"\"", "\"")]
    [InlineData("s", "a\"b", "a\"b")]
    [InlineData("s", "\\n", "\\n")]
    [InlineData("s", "\"\\N\"", "\\N")]
    [InlineData("s", "a longer text than the cache keeps", "a longer text than the cache keeps")]
    [InlineData("b", "true", "true")]
    [InlineData("b", "FALSE", "false")]
    [InlineData("b", "1", "true")]
    [InlineData("ts", "2024-02-29", "1709164800000000000")]
    [InlineData("ts", "-1", "-1")]
    [InlineData("tag", "5", "5")]
    public void Read_Value_IsStored(string column, string text, string stored)
    {
        var cells = Rows($"v (plain, {column}) FORMAT CSV\np,{text}\n").Split('|');
        string[] names = ["i64", "i32", "f64", "f32", "s", "b", "plain", "ts", "at", "tag"];
        Assert.Equal(stored, cells[Array.IndexOf(names, column)]);
    }

    [Fact]
    public void Read_EmptyField_TakesTheDefault()
    {
        Assert.Equal("1|7|0.5|é'|true|NULL|NULL;2|8|1.5||false|3|y", Rows("d FORMAT CSV\n1,,,,,,\n2,8,1.5,\"\",false,3,y\n"));
        Assert.Equal($"A|1|2|{InsertFixture.NowNs}", Rows("trades FORMAT CSV\nA,1,2,"));
    }

    [Fact]
    public void Read_Header_MapsFieldsByName()
    {
        Assert.Equal("A|1|NULL|3;B|2|NULL|4", Rows("trades FORMAT CSVWithNames\ntimestamp,\"symbol\", price\r\n3,A,1\n4,B,2"));
        Assert.Equal($"A|1|NULL|{InsertFixture.NowNs}", Rows("trades (price, symbol) FORMAT CSVWithNamesAndTypes\nprice,symbol\n\"Int64\",LowCardinality(String)\n1,A\n"));
        Assert.Equal("", Rows("trades FORMAT CSVWithNames\nsymbol\n"));
    }

    [Fact]
    public void Read_NoData_GivesNoRows()
    {
        Assert.Equal("", Rows("trades FORMAT CSV"));
        Assert.Equal("", Rows("trades FORMAT CSV;"));
        Assert.Equal("", Rows("trades FORMAT CSV\n\n\r\n"));
    }

    [Theory]
    [InlineData("trades FORMAT CSV\nA,1,2,3\nB,1.5,2,3", "Row 2, column price: 1.5 does not fit INT64")]
    [InlineData("trades FORMAT CSV\nA,x,2,3", "Row 1, column price: 'x' does not fit INT64")]
    [InlineData("trades FORMAT CSV\nA,-9223372036854775808,2,3", "Row 1, column price: -9223372036854775808 does not fit INT64; that value stands for NULL")]
    [InlineData("trades FORMAT CSV\nA,99999999999999999999,2,3", "Row 1, column price: '99999999999999999999' does not fit INT64")]
    [InlineData("trades FORMAT CSV\nA,1,2,2023-02-29", "Row 1, column timestamp: '2023-02-29' is no timestamp; expected 'YYYY-MM-DD[ HH:MM:SS[.fffffffff]]'")]
    [InlineData("trades FORMAT CSV\n,1,2,3", "Row 1, column symbol: NULL is not allowed")]
    [InlineData("trades FORMAT CSV\nA,1,2,\\N", "Row 1, column timestamp: NULL is not allowed")]
    [InlineData("trades FORMAT CSV\nA,1,2,3\nB,1", "Row 2, column volume: the value is missing; the row has 2 values, the table has 4 columns")]
    [InlineData("trades (symbol, price) FORMAT CSV\nA\n", "Row 1, column price: the value is missing; the row has 1 value, the column list has 2 columns")]
    [InlineData("trades FORMAT CSV\nA,1,2,3,4\n", "Row 1, after column timestamp: the row has more values than the table has columns, 4")]
    [InlineData("trades FORMAT CSV\nA,1,2,3\n\"B,1,2,3\n", "Row 2, column symbol: a quote is not closed")]
    [InlineData("trades FORMAT CSV\n\"A\"x,1,2,3\n", "Row 1, column symbol: text follows a closing quote")]
    [InlineData("trades FORMAT CSVWithNames\nsymbol,prize\nA,1\n", "Unknown column in the header: prize is not in table trades")]
    [InlineData("trades (symbol) FORMAT CSVWithNames\nsymbol,price\nA,1\n", "Unknown column in the header: price is not in the column list")]
    [InlineData("trades FORMAT CSVWithNames\nprice\n1\n", "Column symbol needs a value")]
    [InlineData("trades FORMAT CSVWithNames\nsymbol,symbol\nA,B\n", "Column symbol stands twice in the header")]
    [InlineData("trades FORMAT CSVWithNamesAndTypes\nsymbol", "The header has no line of types")]
    [InlineData("d (n, i) FORMAT CSV\n1,2147483648\n", "Row 1, column i: 2147483648 does not fit INT32")]
    [InlineData("d (n) FORMAT CSV\n1\n\n2\n", "Row 2, column n: NULL is not allowed")]
    [InlineData("d (n, b) FORMAT CSV\n1,yes\n", "Row 1, column b: 'yes' does not fit BOOL")]
    public void Read_Wrong_IsRefusedAndNothingIsKept(string statement, string message) => Assert.Equal(message, _insert.Error("INSERT INTO " + statement).Message);

    [Fact]
    public void Read_TextThatIsNotUtf8_IsRefused()
    {
        byte[] sql = [.. "INSERT INTO trades FORMAT CSV\nA,1,2,3\n"u8, 0xC3, .. ",1,2,3"u8];
        Assert.Equal("Row 2, column symbol: the text is not valid UTF-8", Assert.Throws<Query.Syntax.SqlException>(() => _insert.Read(sql)).Message);
    }

    // New names of one statement get ids in the order in which they come, whatever column they are in.
    [Fact]
    public void Read_NewTexts_AreInternedOnceAndInOrder()
    {
        var data = new StringBuilder("INSERT INTO v (plain, tag, s) FORMAT CSV\n");
        for (var i = 0; i < 5_000; i++)
            data.Append($"N{i % 3000},N{(i + 1) % 3000},{(i % 2 == 0 ? "short" : "a text of more than sixteen bytes ") + (i % 700)}\n");
        for (var round = 0; round < 2; round++)
        {
            var batch = _insert.Read(data.ToString());
            Assert.Equal(3000, _insert.Database.Symbols.Count);
            Assert.Equal(700, batch.Table.Strings(4)!.Count);
            for (var i = 0; i < 5_000; i++)
            {
                Assert.Equal((i % 3000) + 1, batch.Column<int>(6)[i]);
                Assert.Equal(((i + 1) % 3000) + 1, batch.Column<int>(9)[i]);
                Assert.Equal((i % 2 == 0 ? "short" : "a text of more than sixteen bytes ") + (i % 700), _insert.Cell(batch, 4, i));
            }

            _insert.Database.ReturnBatch(batch);
        }
    }

    [Fact]
    public void Read_RowsOutsideTheStatement_AreData()
    {
        Assert.Equal("A|1|2|3", Outside("INSERT INTO trades FORMAT CSV", "A,1,2,3\n"));
        Assert.Equal("A|1|2|3", Outside("INSERT INTO trades FORMAT CSV ;\n", "A,1,2,3\n"));
        Assert.Equal("A|1|2|3", Outside("INSERT INTO trades VALUES", "('A', 1, 2, 3);"));
        Assert.Equal("A|1|2|3", Outside("INSERT INTO trades FORMAT Values", "('A', 1, 2, 3)"));
        var error = Assert.Throws<Query.Syntax.SqlException>(() => Outside("INSERT INTO trades FORMAT CSV\nA,1,2,3\n", "B,1,2,3\n"));
        Assert.Equal("Parse error: unexpected token 'A' at position 31, expected the end of the statement: its rows are in the body", error.Message);
    }

    private string Rows(string statement) => _insert.Rows("INSERT INTO " + statement);

    private string Outside(string sql, string data)
    {
        var batch = _insert.Read(Encoding.UTF8.GetBytes(sql), Encoding.UTF8.GetBytes(data));
        var rows = string.Join(';', Enumerable.Range(0, batch.RowCount).Select(row => _insert.Row(batch, row)));
        _insert.Database.ReturnBatch(batch);
        return rows;
    }
}
