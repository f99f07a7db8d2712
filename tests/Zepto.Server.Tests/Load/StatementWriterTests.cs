using System.Text;
using Zepto.Load;
using Zepto.Load.Columns;
using Zepto.Load.Csv;
using Zepto.Load.Sending;
using Zepto.Query.Statements;
using Zepto.Storage;
using Zepto.Storage.Schema;

namespace Zepto.Server.Tests.Load;

public class StatementWriterTests
{
    private static readonly TableColumn[] s_columns =
    [
        new("s", "SYMBOL"), new("i", "INT64"), new("f", "FLOAT64"), new("t", "TIMESTAMP_NS"), new("b", "BOOL"), new("x", "STRING"),
    ];

    [Theory]
    [InlineData("i,s\n1,A\n", "(\"i\", \"s\")", "1,\"A\"\n")]
    [InlineData("s\n600000\nO'Neil\na\\b\n\"a\"\"b\"\n", "(\"s\")", "\"600000\"\n\"O'Neil\"\n\"a\\b\"\n\"a\"\"b\"\n")]
    [InlineData("i,f,x\n,,\n+1,-.5,\"\"\n", "(\"i\", \"f\", \"x\")", "\\N,\\N,\\N\n+1,-.5,\"\"\n")]
    [InlineData("t\n1\n2026-01-05T10:20:30\n", "(\"t\")", "1\n2026-01-05T10:20:30\n")]
    [InlineData("b\nTRUE\n0\n", "(\"b\")", "true\nfalse\n")]
    public void Add_WritesFieldsOfTheColumnsType(string text, string columns, string rows) =>
        Assert.Equal($"INSERT INTO \"t\" {columns} FORMAT CSV\n{rows}", Write(text));

    [Theory]
    [InlineData("s,i\nA,1\n\"x\ny\",1.5\n", "some.csv:3: column i: '1.5' is no INT64")]
    [InlineData("f\nnan\n", "some.csv:2: column f: 'nan' is no FLOAT64")]
    [InlineData("t\n10:20\n", "some.csv:2: column t: '10:20' is no TIMESTAMP_NS")]
    [InlineData("b\nmaybe\n", "some.csv:2: column b: 'maybe' is no BOOL")]
    [InlineData("i\n\"\"\n", "some.csv:2: column i: '' is no INT64")]
    [InlineData("i,z\n1,2\n", "some.csv:1: column z is not in table t, which has s, i, f, t, b, x")]
    public void Add_ValueThatDoesNotFit_IsRefusedWithLineAndColumn(string text, string expected) =>
        Assert.Equal(expected, Assert.Throws<LoadException>(() => Write(text)).Message);

    [Fact]
    public void Add_AfterARefusal_TheRowsBeforeAreWhole()
    {
        var reader = Csv.Reader("i,f\n1,2\n3,x\n");
        var writer = new StatementWriter(Csv.Path, CsvHeader.Read(reader, Csv.Path), "t", s_columns);
        var statement = new InsertBatch();
        Assert.True(reader.ReadRow());
        writer.Add(reader, statement);
        Assert.True(reader.ReadRow());
        Assert.Throws<LoadException>(() => writer.Add(reader, statement));
        Assert.Equal(1, statement.RowCount);
        Assert.EndsWith("FORMAT CSV\n1,2\n", Encoding.UTF8.GetString(statement.Text.WrittenSpan));
    }

    // What the loader writes, the server's own reader must give back.
    [Fact]
    public void Add_RandomText_IsReadBackByTheServer()
    {
        const int Seed = 7919;
        var random = new Random(Seed);
        using var database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });
        database.CreateTable(new TableDefinition("t", [new("x", ColumnType.String)]));
        using var reader = new InsertReader(database);
        var targets = new InsertTargets(database);
        for (var round = 0; round < 500; round++)
        {
            var value = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => "ab'\\n%\"\n\t€"[random.Next(10)]));
            var sql = Encoding.UTF8.GetBytes(Write($"x\n\"{value.Replace("\"", "\"\"")}\"\n"));
            Assert.True(targets.TryGet(sql, Zepto.Query.Access.StatementAccess.Unrestricted, out var target, out var offset));
            var batch = database.RentBatch(target.Table);
            reader.Read(sql, offset, default, target, batch, 0);
            Assert.Equal(1, batch.RowCount);
            var read = Encoding.UTF8.GetString(target.Table.Strings(0)!.Text(batch.Column<int>(0)[0]).Bytes);
            database.ReturnBatch(batch);
            Assert.True(value == read, $"seed {Seed}, round {round}: {value}, {read}");
        }
    }

    [Theory]
    [InlineData(200, """{"columns":[],"data":[],"rows":0,"execution_time_us":0,"error":"Unknown table: t"}""", "the server says: Unknown table: t")]
    [InlineData(503, """{"error":"too many statements"}""", "the server says (status 503): too many statements")]
    [InlineData(413, "<html>", "the server answered with status 413 and no JSON: <html>")]
    [InlineData(200, "[]", "the server's answer has no data; is this a ZeptoDB server?")]
    [InlineData(404, "{}", "the server answered with status 404")]
    public void Answer_OfAFailure_HasTheServersText(int status, string body, string expected) =>
        Assert.Equal(expected, Assert.Throws<LoadException>(() => ServerAnswer.Parse(status, Encoding.UTF8.GetBytes(body))).Message);

    [Fact]
    public void Answer_OfAResult_HasItsCells()
    {
        var answer = ServerAnswer.Parse(200, """{"columns":["name","type"],"data":[["a","INT64"],["b",1]],"rows":2,"execution_time_us":1.5}"""u8.ToArray());
        Assert.Equal((2, "INT64", "1"), (answer.RowCount, answer.Cell(0, 1), answer.Cell(1, 1)));
    }

    private static string Write(string text)
    {
        var reader = Csv.Reader(text);
        var writer = new StatementWriter(Csv.Path, CsvHeader.Read(reader, Csv.Path), "t", s_columns);
        var statement = new InsertBatch();
        while (reader.ReadRow())
            writer.Add(reader, statement);
        return Encoding.UTF8.GetString(statement.Text.WrittenSpan);
    }
}
