using Zepto.Query.Execution.Scans;
using Zepto.Query.Results;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Tests.Engine;

/// <summary>Statements see the columns of one moment while others add, rename and drop some.</summary>
public sealed class ColumnChangesTests : IDisposable
{
    private readonly TestEngine _engine = new();
    private readonly Table _table;

    public ColumnChangesTests()
    {
        _table = _engine.Database.CreateTable(new TableDefinition("t",
            [new("symbol", ColumnType.Symbol), new("a", ColumnType.Int64), new("b", ColumnType.Int64), new("timestamp", ColumnType.Timestamp)]));
        _engine.Rows("INSERT INTO t VALUES ('A', 1, 10, 100), ('A', 2, 20, 200), ('B', 3, 30, 300)");
    }

    [Fact]
    public async Task Select_AfterEachChange_SeesTheColumnsOfNow()
    {
        Assert.Equal(["A|1|10|100", "A|2|20|200", "B|3|30|300"], _engine.Rows("SELECT * FROM t"));
        await _engine.Database.DropColumnAsync("t", "a");
        Assert.Equal(["A|10|100", "A|20|200", "B|30|300"], _engine.Rows("SELECT * FROM t"));
        await _engine.Database.RenameColumnAsync("t", "b", "a");
        await _engine.Database.AddColumnAsync("t", new("b", ColumnType.String));
        _engine.Rows("INSERT INTO t VALUES ('A', 15, 150, 'late'), ('A', 40, 400, 'new')");
        Assert.Equal(["10|null", "15|late", "20|null", "40|new", "30|null"], _engine.Rows("SELECT a, b FROM t"));
        Assert.Equal(["15"], _engine.Rows("SELECT a FROM t WHERE b = 'late'"));
        Assert.Equal(["4|105"], _engine.Rows("SELECT count(*) AS n, sum(a) AS s FROM t WHERE a >= 15 AND timestamp < 500"));
    }

    [Fact]
    public async Task Open_PlanOfOlderColumns_IsStale()
    {
        var snapshot = new ScanSnapshot(_engine.Database, _table, _table.Schema, new ScanRestriction());
        await _engine.Database.DropColumnAsync("t", "a");
        Assert.Throws<StalePlanException>(() => snapshot.Open(null!));
        snapshot.Close();
    }

    [Fact]
    public async Task Select_RunningAcrossADrop_GoesOnToItsEnd()
    {
        _engine.Rows("INSERT INTO t VALUES " + string.Join(", ", Enumerable.Range(0, 20_000).Select(i => $"('C', {i}, {2 * i}, {1000 + i})")));
        using var execution = _engine.Start("SELECT a FROM t WHERE symbol = 'C'");
        Assert.True(await execution.MoveNextAsync());
        var sum = execution.Values(0).Int64.ToArray().Sum();
        await _engine.Database.DropColumnAsync("t", "a");
        _engine.Rows("INSERT INTO t VALUES ('C', 7, 1500), ('C', 8, 99999)");
        while (await execution.MoveNextAsync())
            sum += execution.Values(0).Int64.ToArray().Sum();
        Assert.Equal(StatementErrorKind.None, execution.ErrorKind);
        Assert.Equal(Enumerable.Range(0, 20_000).Sum(i => (long)i), sum);
        _engine.Error("SELECT a FROM t WHERE symbol = 'C'", StatementErrorKind.UnknownColumn);
    }

    [Fact]
    public async Task Select_WhileColumnsChange_NeverMixesThem()
    {
        // Column vN of a row is N times its time, whatever other columns there are; late rows write slices anew meanwhile.
        using var done = new CancellationTokenSource();
        var database = _engine.Database;
        var table = database.CreateTable(new TableDefinition("m", [new("k1", ColumnType.Int64), new("v1", ColumnType.Int64), new("timestamp", ColumnType.Timestamp)]));
        var readers = Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            var answers = 0;
            for (var round = 0; !done.IsCancellationRequested; round++)
            {
                var column = 1 + ((round + reader) % 4);
                var (rows, kind, error) = _engine.Run($"SELECT sum(v{column}) - {column} * sum(k1) AS d, count(*) AS n FROM m WHERE v{column} IS NOT NULL");
                if (kind == StatementErrorKind.UnknownColumn)
                    continue;
                Assert.True(kind == StatementErrorKind.None, error);
                Assert.True(rows[0] == "null|0" || rows[0].StartsWith("0|", StringComparison.Ordinal), $"v{column}: {rows[0]}");
                answers++;
            }

            return answers;
        })).ToArray();

        var random = new Random(5);
        for (var change = 0; change < 150; change++)
        {
            var present = Enumerable.Range(1, 4).Where(v => table.Schema.IndexOf($"v{v}") >= 0).ToArray();
            if (present.Length < 4 && random.Next(2) == 0)
                await database.AddColumnAsync("m", new($"v{Enumerable.Range(1, 4).Except(present).First()}", ColumnType.Int64));
            else if (present.Length > 1)
                await database.DropColumnAsync("m", $"v{present[random.Next(present.Length)]}");
            for (var insert = 0; insert < 3; insert++)
                await Append(table, random, change);
        }

        done.Cancel();
        var served = await Task.WhenAll(readers);
        Assert.All(served, answers => Assert.True(answers > 0));
    }

    public void Dispose() => _engine.Dispose();

    private async Task Append(Table table, Random random, int change)
    {
        var batch = _engine.Database.RentBatch(table);
        batch.EnsureCapacity(40);
        batch.SetRowCount(40);
        for (var row = 0; row < 40; row++)
        {
            var time = random.Next(8) == 0 ? random.Next(1, 1000) : 1000L + (change * 40) + row;
            for (var c = 0; c < batch.Schema.Columns.Length; c++)
                batch.Column<long>(c)[row] = c == batch.Schema.TimestampIndex ? time : time * (batch.Schema.Columns[c].Name[1] - '0');
        }

        await _engine.Database.AppendAsync(batch);
    }
}
