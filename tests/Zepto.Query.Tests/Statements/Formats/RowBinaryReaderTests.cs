using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Statements.Formats;

public sealed class RowBinaryReaderTests : IDisposable
{
    private readonly InsertFixture _insert = new();

    public void Dispose() => _insert.Dispose();

    [Fact]
    public void Read_WithoutHeader_HasTheColumnsTypes()
    {
        Assert.Equal("A|1|-2|3;é|4|5|6", Rows(new BinaryRows().Add("A", 1L, -2L, 3L, "é", 4L, 5L, 6L).After("INSERT INTO trades FORMAT RowBinary")));
        var text = new string('x', 300);
        Assert.Equal($"1|2|0.5|1.5|{text}|true|p|7|8|t", Rows(new BinaryRows().Add(1L, 2, 0.5, 1.5f, text, true, "p", 7L, 8L, "t").After("INSERT INTO v FORMAT RowBinary")));
        Assert.Equal("", Rows(new BinaryRows().After("INSERT INTO trades FORMAT RowBinary")));
    }

    [Fact]
    public void Read_Names_MapFields() => Assert.Equal("A|5|NULL|3", Rows(
        new BinaryRows().Header(["timestamp", "symbol", "price"]).Add(3L, "A", 5L).After("INSERT INTO trades FORMAT RowBinaryWithNames")));

    [Theory]
    [InlineData("i64", "Int8", (sbyte)-5, "-5")]
    [InlineData("i64", "Int16", (short)-500, "-500")]
    [InlineData("i64", "Int32", -70_000, "-70000")]
    [InlineData("i64", "UInt8", (byte)200, "200")]
    [InlineData("i64", "UInt16", (ushort)60_000, "60000")]
    [InlineData("i64", "UInt32", 4_000_000_000u, "4000000000")]
    [InlineData("i64", "UInt64", 9_000_000_000_000_000_000ul, "9000000000000000000")]
    [InlineData("i64", "Float64", 3.0, "3")]
    [InlineData("i64", "DateTime64(9)", 12L, "12")]
    [InlineData("i32", "Int64", 12L, "12")]
    [InlineData("i32", "UInt16", (ushort)60_000, "60000")]
    [InlineData("f64", "Float32", 1.5f, "1.5")]
    [InlineData("f64", "Int64", 3L, "3")]
    [InlineData("f64", "UInt64", 18_446_744_073_709_551_615ul, "1.8446744073709552E+19")]
    [InlineData("f32", "Float64", 1.5, "1.5")]
    [InlineData("b", "UInt8", (byte)1, "true")]
    [InlineData("b", "Bool", false, "false")]
    [InlineData("b", "Int64", 1L, "true")]
    [InlineData("s", "LowCardinality(String)", "x", "x")]
    [InlineData("tag", "UInt32", 7u, "7")]
    [InlineData("tag", "Int64", 7L, "7")]
    [InlineData("ts", "Int64", 7L, "7")]
    [InlineData("ts", "DateTime", 1_700_000_000u, "1700000000000000000")]
    [InlineData("ts", "DateTime('UTC')", 1_700_000_000u, "1700000000000000000")]
    [InlineData("ts", "DateTime64(3, 'UTC')", 1_700_000_000_123L, "1700000000123000000")]
    [InlineData("ts", "DateTime64(0)", -1L, "-1000000000")]
    [InlineData("ts", "Date", (ushort)1, "86400000000000")]
    [InlineData("ts", "Date32", -1, "-86400000000000")]
    [InlineData("ts", "String", "1970-01-01 00:00:01", "1000000000")]
    public void Read_TypesInTheHeader_AreConverted(string column, string type, object value, string stored)
    {
        string[] names = ["i64", "i32", "f64", "f32", "s", "b", "plain", "ts", "at", "tag"];
        var at = Array.IndexOf(names, column);
        var sql = new BinaryRows().Header(["plain", column], "String", type).Add("p", value).After("INSERT INTO v FORMAT RowBinaryWithNamesAndTypes");
        Assert.Equal(stored, Rows(sql).Split('|')[at]);
        sql = new BinaryRows().Header(["plain", column], "String", $"Nullable({type})").Add("p", (byte)1, "p", (byte)0, value).After("INSERT INTO v FORMAT RowBinaryWithNamesAndTypes");
        Assert.Equal(["NULL", stored], Rows(sql).Split(';').Select(row => row.Split('|')[at]));
    }

    [Fact]
    public void Read_FixedString_LosesItsZeros() => Assert.Equal("ab|1|NULL|3", Rows(new BinaryRows()
        .Header(["symbol", "price", "timestamp"], "FixedString(4)", "LowCardinality(Nullable(Int64))", "Int64").Add("ab\0\0"u8.ToArray(), (byte)0, 1L, 3L)
        .After("INSERT INTO trades FORMAT RowBinaryWithNamesAndTypes")));

    [Fact]
    public void Read_BitsOfNullFloats_StayNumbers()
    {
        var rows = Rows(new BinaryRows().Header(["plain", "f64", "f32"])
            .Add("p", Zepto.Storage.Schema.Nulls.Float64Bits, Zepto.Storage.Schema.Nulls.Float32Bits).After("INSERT INTO v FORMAT RowBinaryWithNames"));
        Assert.Equal(["NaN", "NaN"], rows.Split('|')[2..4]);
    }

    [Theory]
    [InlineData("i64", "UInt64", 9_223_372_036_854_775_808ul, "9223372036854775808 does not fit INT64")]
    [InlineData("i64", "Int64", long.MinValue, "-9223372036854775808 does not fit INT64; that value stands for NULL")]
    [InlineData("i64", "String", "1", "'1' does not fit INT64")]
    [InlineData("i64", "Bool", true, "true does not fit INT64")]
    [InlineData("i64", "Float64", 1.5, "1.5 does not fit INT64")]
    [InlineData("i32", "Int32", int.MinValue, "-2147483648 does not fit INT32; that value stands for NULL")]
    [InlineData("i32", "UInt32", 2_147_483_648u, "2147483648 does not fit INT32")]
    [InlineData("b", "Bool", (byte)2, "2 does not fit BOOL")]
    [InlineData("b", "Int8", (sbyte)2, "2 does not fit BOOL")]
    [InlineData("f32", "Float64", 1e300, "1e+300 does not fit FLOAT32")]
    [InlineData("ts", "DateTime64(0)", 10_000_000_000L, "10000000000000000000 does not fit TIMESTAMP_NS")]
    [InlineData("ts", "Bool", true, "true does not fit TIMESTAMP_NS")]
    [InlineData("tag", "Int64", 0L, "0 is no symbol id; ids begin at 1")]
    [InlineData("i64", "Nullable(Int64)", (byte)2, "the byte before a Nullable value is 2, not 0 or 1")]
    public void Read_ValueThatDoesNotFit_IsRefused(string column, string type, object value, string message) => Assert.Equal(
        $"Row 1, column {column}: {message}",
        Error(new BinaryRows().Header(["plain", column], "String", type).Add("p", value, 0L).After("INSERT INTO v FORMAT RowBinaryWithNamesAndTypes")));

    [Theory]
    [InlineData("Int128")]
    [InlineData("Nullable(Array(Int64))")]
    [InlineData("DateTime64(10)")]
    [InlineData("DateTime64()")]
    [InlineData("FixedString(-1)")]
    [InlineData("Nullable(")]
    [InlineData("")]
    public void Read_UnknownType_IsRefused(string type) => Assert.Equal(
        $"Type {type} is not supported in binary data", Error(new BinaryRows().Header(["symbol"], type).Add("A").After("INSERT INTO trades FORMAT RowBinaryWithNamesAndTypes")));

    // Every cut but those between rows is an error that names its place.
    [Fact]
    public void Read_CutAnywhere_GivesWholeRowsOrAnError()
    {
        var sql = new BinaryRows().Add("A", 1L, 2L, 3L, "BC", 4L, 5L, 6L).After("INSERT INTO trades FORMAT RowBinary");
        var start = sql.Length - 26 - 27;
        for (var length = start; length <= sql.Length; length++)
        {
            var cut = sql[..length];
            if (length == start || length == start + 26 || length == sql.Length)
                Assert.Equal(length == start ? "" : length == sql.Length ? "A|1|2|3;BC|4|5|6" : "A|1|2|3", Rows(cut));
            else
                Assert.Matches("^Row [12], column (symbol|price|volume|timestamp): the data end inside the row$", Error(cut));
        }
    }

    [Fact]
    public void Read_BadHeader_IsRefused()
    {
        Assert.Equal("The data end inside the header", Error(new BinaryRows().After("INSERT INTO trades FORMAT RowBinaryWithNames")));
        Assert.Equal("The data end inside the header", Error(new BinaryRows().Add((byte)2, "symbol").After("INSERT INTO trades FORMAT RowBinaryWithNames")));
        Assert.Equal("The data end inside the header", Error(new BinaryRows().Add((byte)1, "symbol").After("INSERT INTO trades FORMAT RowBinaryWithNamesAndTypes")));
        Assert.Equal("The header says that there are 0 columns", Error(new BinaryRows().Add((byte)0).After("INSERT INTO trades FORMAT RowBinaryWithNames")));
        Assert.Equal("Unknown column in the header: x is not in table trades", Error(new BinaryRows().Header(["x"]).After("INSERT INTO trades FORMAT RowBinaryWithNames")));
    }

    [Fact]
    public void Read_HostileLength_IsRefused()
    {
        byte[][] lengths = [[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [.. Enumerable.Repeat((byte)0xFF, 30)], [0x80]];
        foreach (var length in lengths)
            Assert.Equal("Row 1, column symbol: the data end inside the row", Error(new BinaryRows().Add(length).After("INSERT INTO trades FORMAT RowBinary")));
    }

    private string Rows(byte[] sql)
    {
        var batch = _insert.Read(sql);
        var rows = string.Join(';', Enumerable.Range(0, batch.RowCount).Select(row => _insert.Row(batch, row)));
        _insert.Database.ReturnBatch(batch);
        return rows;
    }

    private string Error(byte[] sql) => Assert.Throws<SqlException>(() => _insert.Read(sql)).Message;
}
