using System.Text;
using Zepto.Query.Access;
using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Statements;

public sealed class InsertValuesReaderTests : IDisposable
{
    private readonly InsertFixture _insert = new();

    public void Dispose() => _insert.Dispose();

    [Fact]
    public void Read_Rows_KeepOrder() => Assert.Equal(
        "AAPL|15037|100|1711234567000000000;MSFT|-1|NULL|0;AAPL|3|4|5",
        _insert.Rows("INSERT INTO trades VALUES ('AAPL', 15037, 100, 1711234567000000000), ('MSFT', -1, NULL, 0), ('AAPL',3,4,5)"));

    [Theory]
    [InlineData("INSERT INTO trades VALUES ('A',1,2,3);")]
    [InlineData("INSERT INTO trades VALUES('A' , 1 ,2\t,\r\n3 ) ; ; ")]
    [InlineData("insert into trades values--x\n( /* ( */ 'A',+1,2--,)\n,/**/3/* end */)/*;*/-- )")]
    [InlineData("INSERT INTO \"trades\" (timestamp, `volume`, symbol, price) VALUES (3, 2, 'A', 1)")]
    [InlineData("INSERT INTO db.trades (symbol, price, volume, timestamp) VALUES ('A', 2 - 1, (1 + 1), CAST('3' AS INT))")]
    public void Read_AnySpacing_GivesTheSameRow(string sql) => Assert.Equal("A|1|2|3", _insert.Rows(sql));

    [Theory]
    [InlineData("(1,1,1,1),(2,2,2,2)")]
    [InlineData("(1,1,1,1)(2,2,2,2)")]
    [InlineData("(1,1,1,1) /**/ (2,2,2,2);")]
    public void Read_CommaBetweenRows_IsOptional(string rows) => Assert.Equal("1|1|1|1;2|2|2|2", _insert.Rows("INSERT INTO trades VALUES " + rows));

    [Theory]
    [InlineData("i64", "9223372036854775807", "9223372036854775807")]
    [InlineData("i64", "-9223372036854775807", "-9223372036854775807")]
    [InlineData("i64", "00000000000000000000012", "12")]
    [InlineData("i64", "12345678", "12345678")]
    [InlineData("i64", "1234567890123456", "1234567890123456")]
    [InlineData("i64", "185.0", "185")]
    [InlineData("i64", "1e3", "1000")]
    [InlineData("i64", "-12.50e1", "-125")]
    [InlineData("i64", "9007199254740993.0", "9007199254740993")]
    [InlineData("i64", "1 + 2 * 3", "7")]
    [InlineData("i64", "- 5", "-5")]
    [InlineData("i64", "6 / 2", "3")]
    [InlineData("i64", "INTERVAL '5 minutes'", "300000000000")]
    [InlineData("i64", "CASE 2 WHEN 1 THEN 10 WHEN 2 THEN 20 END", "20")]
    [InlineData("i64", "CASE WHEN false THEN 10 END", "NULL")]
    [InlineData("i64", "nULL", "NULL")]
    [InlineData("i32", "2147483647", "2147483647")]
    [InlineData("i32", "-2147483647", "-2147483647")]
    [InlineData("i32", "NULL", "NULL")]
    [InlineData("i32", "length('abc')", "3")]
    [InlineData("f64", "1", "1")]
    [InlineData("f64", "0.1", "0.1")]
    [InlineData("f64", ".5", "0.5")]
    [InlineData("f64", "5.", "5")]
    [InlineData("f64", "-0.0", "-0")]
    [InlineData("f64", "1.7976931348623157e308", "1.7976931348623157E+308")]
    [InlineData("f64", "4.9e-324", "5E-324")]
    [InlineData("f64", "123456789012345678901234567890.5", "1.2345678901234568E+29")]
    [InlineData("f64", "9007199254740993", "9007199254740992")]
    [InlineData("f64", "8.5e22", "8.5E+22")]
    [InlineData("f64", "2.2250738585072011e-308", "2.225073858507201E-308")]
    [InlineData("f64", "-9223372036854775808", "-9.223372036854776E+18")]
    [InlineData("f64", "NULL", "NULL")]
    [InlineData("f64", "1 / 4", "0.25")]
    [InlineData("f32", "0.1", "0.1")]
    [InlineData("f32", "3.4028235e38", "3.4028235E+38")]
    [InlineData("f32", "16777217", "16777216")]
    [InlineData("f32", "NULL", "NULL")]
    [InlineData("s", "'x'", "x")]
    [InlineData("s", "''", "")]
    [InlineData("s", "'it''s \\'quoted\\' \\\\ \\%'", "it's 'quoted' \\ \\%")]
    [InlineData("s", "'(a, b); -- /*'", "(a, b); -- /*")]
    [InlineData("s", "'日本 é'", "日本 é")]
    [InlineData("s", "'a' || 'b'", "ab")]
    [InlineData("s", "toString(5)", "5")]
    [InlineData("s", "NULL", "NULL")]
    [InlineData("b", "TRUE", "true")]
    [InlineData("b", "false", "false")]
    [InlineData("b", "1", "true")]
    [InlineData("b", "0", "false")]
    [InlineData("b", "1 < 0", "false")]
    [InlineData("b", "NULL", "NULL")]
    [InlineData("tag", "'x'", "x")]
    [InlineData("tag", "''", "")]
    [InlineData("tag", "70", "70")]
    [InlineData("tag", "NULL", "NULL")]
    [InlineData("ts", "1711234567000000000", "1711234567000000000")]
    [InlineData("ts", "-1", "-1")]
    [InlineData("ts", "'1970-01-02'", "86400000000000")]
    [InlineData("ts", "'1970-01-01 00:00:01.5'", "1500000000")]
    [InlineData("ts", "'1970-01-01T00:00:01Z'", "1000000000")]
    [InlineData("ts", "now()", "1700000000000000000")]
    [InlineData("ts", "now() - INTERVAL 1 SECOND", "1699999999000000000")]
    [InlineData("ts", "TIMESTAMP '1970-01-01 00:00:01'", "1000000000")]
    [InlineData("ts", "NULL", "NULL")]
    public void Read_Value_IsConverted(string column, string written, string stored)
    {
        var batch = _insert.Read($"INSERT INTO v ({column}, plain) VALUES ({written}, 'p'), ({written}  ,'p')");
        var index = batch.Schema.IndexOf(column);
        Assert.Equal([stored, stored], [_insert.Cell(batch, index, 0), _insert.Cell(batch, index, 1)]);
    }

    [Theory]
    [InlineData("i64", "185.5", "185.5 does not fit INT64", StatementErrorKind.BadValue)]
    [InlineData("i64", "1e-30", "1e-30 does not fit INT64", StatementErrorKind.BadValue)]
    [InlineData("i64", "0.99999999999999999999", "0.99999999999999999999 does not fit INT64", StatementErrorKind.BadValue)]
    [InlineData("i64", "1e19", "1e19 does not fit INT64", StatementErrorKind.BadValue)]
    [InlineData("i64", "5 / 2", "2.5 does not fit INT64", StatementErrorKind.BadValue)]
    [InlineData("i64", "-9223372036854775808", "-9223372036854775808 does not fit INT64; that value stands for NULL", StatementErrorKind.BadValue)]
    [InlineData("i64", "'12'", "'12' does not fit INT64", StatementErrorKind.TypeMismatch)]
    [InlineData("i64", "'a\nb'", "'a b' does not fit INT64", StatementErrorKind.TypeMismatch)]
    [InlineData("i64", "TRUE", "true does not fit INT64", StatementErrorKind.TypeMismatch)]
    [InlineData("i64", "1 // 0", "Integer division by zero", StatementErrorKind.BadValue)]
    [InlineData("i32", "2147483648", "2147483648 does not fit INT32", StatementErrorKind.BadValue)]
    [InlineData("i32", "-2147483648", "-2147483648 does not fit INT32; that value stands for NULL", StatementErrorKind.BadValue)]
    [InlineData("f64", "'1.5'", "'1.5' does not fit FLOAT64", StatementErrorKind.TypeMismatch)]
    [InlineData("f64", "FALSE", "false does not fit FLOAT64", StatementErrorKind.TypeMismatch)]
    [InlineData("f64", "now()", "2023-11-14 22:13:20.000000000 does not fit FLOAT64", StatementErrorKind.TypeMismatch)]
    [InlineData("f32", "3.5e38", "3.5e38 does not fit FLOAT32", StatementErrorKind.BadValue)]
    [InlineData("s", "5", "5 does not fit STRING", StatementErrorKind.TypeMismatch)]
    [InlineData("b", "2", "2 does not fit BOOL", StatementErrorKind.BadValue)]
    [InlineData("b", "'true'", "'true' does not fit BOOL", StatementErrorKind.TypeMismatch)]
    [InlineData("tag", "0", "0 is no symbol id; ids begin at 1", StatementErrorKind.BadValue)]
    [InlineData("tag", "-3", "-3 is no symbol id; ids begin at 1", StatementErrorKind.BadValue)]
    [InlineData("tag", "2147483648", "2147483648 does not fit SYMBOL", StatementErrorKind.TypeMismatch)]
    [InlineData("tag", "1.5", "1.5 does not fit SYMBOL", StatementErrorKind.TypeMismatch)]
    [InlineData("plain", "NULL", "NULL is not allowed", StatementErrorKind.BadValue)]
    [InlineData("at", "NULL", "NULL is not allowed", StatementErrorKind.BadValue)]
    [InlineData("ts", "'2024-02-30'", "'2024-02-30' is no timestamp; expected 'YYYY-MM-DD[ HH:MM:SS[.fffffffff]]'", StatementErrorKind.BadValue)]
    [InlineData("ts", "TRUE", "true does not fit TIMESTAMP_NS", StatementErrorKind.TypeMismatch)]
    public void Read_ValueThatDoesNotFit_NamesRowAndColumn(string column, string written, string message, StatementErrorKind kind)
    {
        var (good, columns) = column == "plain" ? ("'good'", "plain") : ("'good'", "plain, " + column);
        var first = column == "plain" ? good : good + ", " + (column is "s" or "tag" ? "'t'" : column is "b" ? "TRUE" : "1");
        var bad = column == "plain" ? written : "'bad', " + written;
        var error = _insert.Error($"INSERT INTO v ({columns}) VALUES ({first}), ({first}), ({bad}), ({first})");
        Assert.Equal($"Row 3, column {column}: {message}", error.Message);
        Assert.Equal(kind, error.Kind);
    }

    [Theory]
    [InlineData("trades VALUES (1,1,1,1), (1,2,3)", "Row 2 has 3 values, the table has 4 columns")]
    [InlineData("trades VALUES (1, 2, least(3, 4), 4, '(')", "Row 1 has 5 values, the table has 4 columns")]
    [InlineData("trades VALUES (1)", "Row 1 has 1 value, the table has 4 columns")]
    [InlineData("trades (symbol) VALUES ('x'), ('x', (1))", "Row 2 has 2 values, the column list has 1 column")]
    [InlineData("trades (symbol, price) VALUES ('x')", "Row 1 has 1 value, the column list has 2 columns")]
    public void Read_WrongNumberOfValues_IsCounted(string rest, string message)
    {
        var error = _insert.Error("INSERT INTO " + rest);
        Assert.Equal(message, error.Message);
        Assert.Equal(StatementErrorKind.BadValue, error.Kind);
    }

    [Theory]
    [InlineData("", "unexpected end of statement at position 28, expected '('")]
    [InlineData(" ;", "unexpected end of statement at position 29, expected '('")]
    [InlineData("x", "unexpected token 'x' at position 28, expected '('")]
    [InlineData("(1,", "unexpected end of statement at position 31, expected a value")]
    [InlineData("(1", "unexpected end of statement at position 30, expected ',' or ')'")]
    [InlineData("()", "unexpected token ')' at position 29")]
    [InlineData("('é',2,3,)", "unexpected token ')' at position 37")]
    [InlineData("('é',2,3,4,)", "unexpected token ')' at position 39, expected a value")]
    [InlineData("('é',2,3,4),", "unexpected end of statement at position 40, expected '('")]
    [InlineData("('é',2,3,4) FORMAT", "unexpected token 'FORMAT' at position 40, expected ',', '(' or the end of the statement")]
    [InlineData("('é',2,3,4); SELECT 1", "one statement per request is allowed, but another one begins at position 41")]
    [InlineData("('é',2,3,4)]", "unexpected token ']' at position 39, expected ',', '(' or the end of the statement")]
    [InlineData("('é", "unterminated string at position 29")]
    [InlineData("('é' 'a', 1)", "unexpected token ''a'' at position 33, expected ',' or ')'")]
    [InlineData("(1, 2x, 3, 4)", "malformed number '2x' at position 32")]
    [InlineData("(1, 9223372036854775808, 3, 4)", "integer 9223372036854775808 is out of the INT64 range at position 32")]
    [InlineData("(1, 1e309, 3, 4)", "number 1e309 is out of the FLOAT64 range at position 32")]
    [InlineData("('é', INTERVAL '1 month 1 day', 3, 4)", "INTERVAL '1 month 1 day' mixes months with shorter units at position 34")]
    [InlineData("(1, 2 /* , 3, 4)", "unterminated comment at position 34")]
    [InlineData("(1, 2, 3, 4) /*", "unterminated comment at position 41")]
    [InlineData("(1, 2 3, 4)", "unexpected token '3' at position 34, expected ',' or ')'")]
    public void Read_TextThatIsNoRow_IsAParseErrorWithPosition(string rows, string message)
    {
        var error = _insert.Error("INSERT INTO trades VALUES  " + rows);
        Assert.Equal("Parse error: " + message, error.Message);
        Assert.Equal(StatementErrorKind.Syntax, error.Kind);
    }

    [Theory]
    [InlineData("AAPL", StatementErrorKind.UnknownColumn, "Unknown column: AAPL at position 33; a constant names no columns, text needs single quotes")]
    [InlineData("\"AAPL\"", StatementErrorKind.UnknownColumn, "Unknown column: AAPL at position 33; a constant names no columns, text needs single quotes")]
    [InlineData("sum(1)", StatementErrorKind.UnknownFunction, "Unknown function: sum at position 33; a constant has no aggregates")]
    [InlineData("count(*)", StatementErrorKind.TypeMismatch, "Row 1, column price: Type error: the aggregate or window count is no constant at position 33")]
    [InlineData("(SELECT 1)", StatementErrorKind.TypeMismatch, "Row 1, column price: Type error: subqueries, parameters and lists are no constants at position 33")]
    [InlineData("1 + [1]", StatementErrorKind.TypeMismatch, "Row 1, column price: Type error: subqueries, parameters and lists are no constants at position 37")]
    [InlineData("CAST(1 AS foo)", StatementErrorKind.TypeMismatch, "Row 1, column price: Type error: unknown type 'foo' at position 33")]
    [InlineData("INTERVAL 1 MONTH", StatementErrorKind.TypeMismatch, "Row 1, column price: Type error: INTERVAL 1 MONTH has no fixed length at position 33")]
    public void Read_ExpressionThatIsNoConstant_IsRefusedWithPosition(string value, StatementErrorKind kind, string message)
    {
        var error = _insert.Error($"INSERT INTO trades VALUES ('é', {value}, 3, 4)");
        Assert.Equal(message, error.Message);
        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public void Read_TextThatIsNoUtf8_IsRefused()
    {
        byte[] sql = [.. "INSERT INTO trades VALUES ('"u8, 0xC3, (byte)'\'', .. ", 1, 2, 3)"u8];
        var error = Assert.Throws<SqlException>(() => _insert.Read(sql));
        Assert.Equal("Row 1, column symbol: the text is not valid UTF-8", error.Message);
    }

    [Fact]
    public void Read_OmittedColumns_TakeDefaultOrNullOrNow()
    {
        Assert.Equal("1|7|0.5|é'|true|NULL|NULL;2|7|0.5|é'|true|NULL|NULL", _insert.Rows("INSERT INTO d (n) VALUES (1), (2)"));
        Assert.Equal("1|NULL|0.5|x|true|2.5|NULL", _insert.Rows("INSERT INTO d (x, i, s, n) VALUES (2.5, NULL, 'x', 1)"));
        Assert.Equal($"A|NULL|NULL|{InsertFixture.NowNs}", _insert.Rows("INSERT INTO trades (symbol) VALUES ('A')"));
    }

    [Theory]
    [InlineData("nothing VALUES (1)", StatementErrorKind.UnknownTable, "Unknown table: nothing")]
    [InlineData("Trades VALUES (1)", StatementErrorKind.UnknownTable, "Unknown table: Trades")]
    [InlineData("trades (symbol, foo) VALUES (1, 2)", StatementErrorKind.UnknownColumn, "Unknown column: foo in table trades")]
    [InlineData("trades (symbol, price, symbol) VALUES (1, 2, 3)", StatementErrorKind.BadValue, "Column symbol is named twice")]
    [InlineData("trades (price) VALUES (1)", StatementErrorKind.BadValue, "Column symbol needs a value")]
    [InlineData("d (i) VALUES (1)", StatementErrorKind.BadValue, "Column n needs a value: it is NOT NULL and has no DEFAULT")]
    [InlineData("d (n) VALUES (NULL)", StatementErrorKind.BadValue, "Row 1, column n: NULL is not allowed")]
    [InlineData("d (n, s) VALUES (1, NULL)", StatementErrorKind.BadValue, "Row 1, column s: NULL is not allowed")]
    public void Read_TargetThatDoesNotTakeTheColumns_IsRefused(string rest, StatementErrorKind kind, string message)
    {
        var error = _insert.Error("INSERT INTO " + rest);
        Assert.Equal(message, error.Message);
        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public void Read_SymbolByNumber_MakesTheIdWithoutAName()
    {
        Assert.Equal("5|1|1|1;a|1|1|1;5|1|1|1", _insert.Rows("INSERT INTO trades VALUES (5,1,1,1), ('a',1,1,1), (5,1,1,1)"));
        Assert.False(_insert.Database.Symbols.HasName(5));
        Assert.True(_insert.Database.Symbols.TryFind("a"u8, out var id));
        Assert.Equal(1, id);
    }

    [Fact]
    public async Task Read_AppendedBatch_IsVisible()
    {
        var batch = _insert.Read("INSERT INTO trades VALUES ('A', 1, 2, 3), ('B', 1, 2, 3)");
        await _insert.Database.AppendAsync(batch);
        Assert.True(_insert.Database.Catalog.TryGet("trades", out var table));
        Assert.Equal(2, table.RowCount);
    }

    [Fact]
    public async Task Read_ColumnsChangedAfterTheTargetWasMade_RowsKeepTheirColumns()
    {
        var sql = "INSERT INTO trades VALUES ('A', 1, 2, 3)"u8.ToArray();
        Assert.True(_insert.Targets.TryGet(sql, StatementAccess.Unrestricted, out var target, out var offset));
        await _insert.Database.AddColumnAsync("trades", new("venue", Storage.Schema.ColumnType.Int64));
        await _insert.Database.DropColumnAsync("trades", target.Schema.Columns[1].Name);
        using var reader = new Query.Statements.InsertReader(_insert.Database);
        var batch = _insert.Database.RentBatch(target.Table);
        reader.Read(sql, offset, default, target, batch, 0);
        Assert.Equal("A|1|2|3", _insert.Row(batch, 0));
        batch.AdoptSchema(target.Table.Schema);
        Assert.Equal("A|2|3|NULL", _insert.Row(batch, 0));
    }

    [Fact]
    public void Read_PlainLiterals_AllocateNothingOnceWarm()
    {
        var sql = Encoding.UTF8.GetBytes("INSERT INTO trades (symbol, price, volume, timestamp) VALUES "
            + string.Join(", ", Enumerable.Range(0, 100).Select(i => $"('SYM{i % 7}', {i}{(i % 10 == 0 ? ".0" : "")}, {(i % 9 == 0 ? "NULL" : "-1")}, '2024-01-01 00:00:00.{i:000}')")));
        var least = long.MaxValue;
        for (var round = 0; round < 4 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 300; i++)
                _insert.Database.ReturnBatch(_insert.Read(sql));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Theory]
    [InlineData("")]
    [InlineData(", (1)")]
    public void Read_LargeStatement_KeepsLittleOfItsMemory(string end)
    {
        var texts = string.Join(", ", Enumerable.Range(0, 60_000).Select(i => $"('{i} \\n {new string('x', 40)}', 1)"));
        var sql = Encoding.UTF8.GetBytes($"INSERT INTO d (s, n) VALUES ('{new string('y', 3_000_000)}\\n', 1), {texts}{end}");
        Assert.True(_insert.Targets.TryGet(sql, StatementAccess.Unrestricted, out var target, out var offset));
        using var reader = new Query.Statements.InsertReader(_insert.Database);
        var batch = _insert.Database.RentBatch(target.Table);
        if (end == "")
            reader.Read(sql, offset, default, target, batch, 0);
        else
            Assert.Throws<SqlException>(() => reader.Read(sql, offset, default, target, batch, 0));
        Assert.InRange(reader.KeptBytes, 0, 100_000);
        _insert.Database.ReturnBatch(batch);
    }
}
