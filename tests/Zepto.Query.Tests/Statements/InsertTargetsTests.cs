using System.Text;
using Zepto.Query.Access;
using Zepto.Query.Statements;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Statements;

public sealed class InsertTargetsTests : IDisposable
{
    private readonly InsertFixture _insert = new();

    public void Dispose() => _insert.Dispose();

    [Fact]
    public void TryGet_SameTextBeforeTheRows_GivesTheSameTarget()
    {
        var first = Get("INSERT INTO trades (symbol, price) VALUES (1, 2)", out var rows);
        Assert.Equal(" (1, 2)", rows);
        Assert.Same(first, Get(" ;/**/ INSERT INTO trades (symbol, price) VALUES\n(3, 4), (5, 6)", out rows));
        Assert.Equal("\n(3, 4), (5, 6)", rows);
        Assert.NotSame(first, Get("INSERT INTO trades (price, symbol) VALUES (1, 2)", out _));
        Assert.Equal(2, _insert.Targets.Count);
        Assert.Equal([0, 1], first!.Columns);
    }

    [Fact]
    public void TryGet_AfterDropAndCreate_GivesTheNewTable()
    {
        const string Sql = "INSERT INTO trades VALUES ('A', 1, 2, 3)";
        var old = Get(Sql, out _)!;
        _insert.Database.DropTable("trades");
        Assert.Equal("Unknown table: trades", Assert.Throws<SqlException>(() => Get(Sql, out _)).Message);
        _insert.Database.CreateTable(new TableDefinition("trades", [new("a", ColumnType.Int64), new("b", ColumnType.Float64)]));
        var renewed = Get(Sql, out _)!;
        Assert.NotSame(old.Table, renewed.Table);
        Assert.Equal(2, renewed.Columns.Length);
        Assert.Equal("1|2.5", _insert.Rows("INSERT INTO trades VALUES (1, 2.5)"));
        Assert.Same(renewed, Get(Sql, out _));
    }

    [Fact]
    public async Task TryGet_AfterAddColumn_KnowsTheColumn()
    {
        Assert.Equal("A|1|2|3", _insert.Rows("INSERT INTO trades VALUES ('A', 1, 2, 3)"));
        await _insert.Database.AddColumnAsync("trades", new("venue", ColumnType.String));
        Assert.Equal("A|1|2|3|X", _insert.Rows("INSERT INTO trades VALUES ('A', 1, 2, 3, 'X')"));
        Assert.Equal("Row 1 has 4 values, the table has 5 columns", _insert.Error("INSERT INTO trades VALUES ('A', 1, 2, 3)").Message);
    }

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("")]
    [InlineData("INSERT INTO trades SELECT 1, 'VALUES (1)'")]
    [InlineData("INSERT INTO trades FORMAT 'CSV'")]
    [InlineData("INSERT INTO trades (symbol VALUES (1)")]
    [InlineData("INSERT INTO 'x VALUES (1)")]
    public void TryGet_OtherStatement_IsLeftToTheParser(string sql)
    {
        Assert.Null(Get(sql, out _));
        Assert.Equal(0, _insert.Targets.Count);
    }

    [Fact]
    public void TryGet_Format_IsPartOfTheTarget()
    {
        var csv = Get("INSERT INTO trades FORMAT CSV\nVALUES (1)", out var rows);
        Assert.Equal("VALUES (1)", rows);
        Assert.Same(csv, Get("INSERT INTO trades FORMAT CSV \t\r\n\n1", out rows));
        Assert.Equal("\n1", rows);
        Assert.Same(csv, Get("INSERT INTO trades FORMAT CSV ; ", out rows));
        Assert.Equal("", rows);
        Assert.NotSame(csv, Get("INSERT INTO trades FORMAT CSVWithNames\n", out _));
        Assert.Equal("Unknown input format: csv; known are Values, CSV, CSVWithNames, CSVWithNamesAndTypes, TSV, TSVWithNames, TSVWithNamesAndTypes, TabSeparated, "
            + "TabSeparatedWithNames, TabSeparatedWithNamesAndTypes, RowBinary, RowBinaryWithNames, RowBinaryWithNamesAndTypes, JSONEachRow",
            Assert.Throws<SqlException>(() => Get("INSERT INTO trades FORMAT csv\n", out _)).Message);
    }

    [Theory]
    [InlineData("INSERT INTO values VALUES (1)", " (1)")]
    [InlineData("INSERT INTO values (values) VALUES (1)", " (1)")]
    [InlineData("INSERT INTO \"default\".values VALUES (1)", " (1)")]
    [InlineData("INSERT INTO values SETTINGS async_insert = 1 VALUES (1)", " (1)")]
    public void TryGet_TableNamedLikeTheKeyword_IsFound(string sql, string rows)
    {
        _insert.Database.CreateTable(new TableDefinition("values", [new("values", ColumnType.Int64)]));
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("values", Get(sql, out var found)!.Table.Name);
            Assert.Equal(rows, found);
        }
    }

    [Fact]
    public void TryGet_ManyTexts_StaysBounded()
    {
        for (var i = 0; i < 3 * InsertTargets.Capacity; i++)
        {
            Assert.NotNull(Get($"INSERT INTO trades /* {i} */ VALUES", out _));
            Assert.True(_insert.Targets.Count <= InsertTargets.Capacity);
        }

        Get($"INSERT INTO trades /* {new string('x', 100_000)} */ VALUES", out _);
        Assert.True(_insert.Targets.Count <= InsertTargets.Capacity);
    }

    [Fact]
    public void TryGet_AfterAChangeOfTables_ForgetsOlderTargets()
    {
        Get("INSERT INTO d (n) VALUES (1)", out _);
        Get("INSERT INTO d (n, x) VALUES (1, 2)", out _);
        Assert.Equal(2, _insert.Targets.Count);
        _insert.Database.DropTable("d");
        Assert.NotNull(Get("INSERT INTO trades (symbol) VALUES (1)", out _));
        Assert.Equal(1, _insert.Targets.Count);
    }

    private InsertTarget? Get(string sql, out string rows)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var found = _insert.Targets.TryGet(bytes, StatementAccess.Unrestricted, out var target, out var offset);
        rows = found ? Encoding.UTF8.GetString(bytes.AsSpan(offset)) : "";
        return found ? target : null;
    }
}
