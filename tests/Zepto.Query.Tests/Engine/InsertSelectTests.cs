using System.Text;
using Zepto.Query.Engine;
using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>INSERT … SELECT.</summary>
public sealed class InsertSelectTests : IDisposable
{
    private readonly TestEngine _engine = new();

    public InsertSelectTests()
    {
        _engine.Rows("INSERT INTO trades VALUES ('A', 10, 1, 1000), ('B', 20, 2, 2000), (7, 30, NULL, 3000), ('A', 40, 4, 4000)");
    }

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Rows_OfAnyQuery_AreStored()
    {
        _engine.Rows("CREATE TABLE t (s SYMBOL, n INT64, x FLOAT64, ts TIMESTAMP)");
        _engine.Rows("INSERT INTO t SELECT symbol, sum(volume), avg(price), max(timestamp) FROM trades GROUP BY symbol");
        _engine.Rows("INSERT INTO t (ts, s) WITH late AS (SELECT * FROM trades WHERE timestamp >= 3000) SELECT timestamp + 1, symbol FROM late");
        _engine.Rows("INSERT INTO t (s, ts, n) (SELECT t.symbol, t.timestamp, q.price FROM trades t ASOF JOIN trades q ON t.symbol = q.symbol AND t.timestamp > q.timestamp)");
        Assert.Equal(
            ["B|2|20|1970-01-01 00:00:00.000002000", "7|null|30|1970-01-01 00:00:00.000003000", "7|null|null|1970-01-01 00:00:00.000003001",
             "A|5|25|1970-01-01 00:00:00.000004000", "A|10|null|1970-01-01 00:00:00.000004000", "A|null|null|1970-01-01 00:00:00.000004001"],
            _engine.Rows("SELECT s, n, x, ts::STRING FROM t ORDER BY ts, n"));
        Assert.Equal(["3"], _engine.Rows("SELECT count(*) FROM t WHERE s = 'A'"));
        Assert.Equal(["2"], _engine.Rows("SELECT count(*) FROM t WHERE s = 7"));
    }

    [Fact]
    public void Table_IntoItself_SeesTheRowsBefore()
    {
        for (var i = 0; i < 3; i++)
            _engine.Rows("INSERT INTO trades SELECT symbol, price + 1, volume, timestamp FROM trades");
        // 4 rows, each doubled three times; half of the rows of each round are 1 more.
        Assert.Equal(["32|848"], _engine.Rows("SELECT count(*), sum(price) FROM trades"));
    }

    [Fact]
    public void OmittedColumns_TakeDefaultNullAndNow()
    {
        _engine.Rows("CREATE TABLE t (a INT64, b INT32 DEFAULT 5, c STRING DEFAULT 'x', d FLOAT64, ts TIMESTAMP)");
        _engine.Rows("INSERT INTO t (a) SELECT price FROM trades WHERE price < 30");
        Assert.Equal(["10|5|x|null|true", "20|5|x|null|true"], _engine.Rows("SELECT a, b, c, d, abs(ts - now()) < 600000000000 FROM t ORDER BY a"));
        Assert.Equal(["1"], _engine.Rows("SELECT count(DISTINCT ts) FROM t"));
    }

    [Fact]
    public void Values_AreConvertedAsThoseOfValues()
    {
        _engine.Rows("CREATE TABLE t (i INT64, j INT32, f FLOAT64, g FLOAT32, b BOOL, ts TIMESTAMP, s STRING)");
        _engine.Rows("INSERT INTO t SELECT price / 1, price, price, price + 0.5, volume > 1, '2024-07-19 09:30:00', symbol FROM trades");
        Assert.Equal(
            ["10|10|10|10.5|false|A", "20|20|20|20.5|true|B", "30|30|30|30.5|null|7", "40|40|40|40.5|true|A"],
            _engine.Rows("SELECT i, j, f, g, b, s FROM t ORDER BY i"));
        Assert.Equal(["4"], _engine.Rows("SELECT count(*) FROM t WHERE ts = '2024-07-19 09:30:00'"));
    }

    [Fact]
    public void Texts_OfOtherDictionaries_AreTakenOver()
    {
        _engine.Rows("CREATE TABLE a (s STRING, n INT64)");
        _engine.Rows("CREATE TABLE b (s STRING, y SYMBOL, n INT64)");
        _engine.Rows("INSERT INTO b (s, y) VALUES ('old', 'S')");
        _engine.Rows("INSERT INTO a VALUES ('x', 1), ('', 2), (NULL, 3), ('old', 4), ('x', 5), ('é', 6)");
        _engine.Rows("INSERT INTO b SELECT s, coalesce(s, 'none'), n FROM a");
        _engine.Rows("INSERT INTO b SELECT y, s, 10 + n FROM b WHERE s IS NOT NULL AND n IS NOT NULL");
        _engine.Rows("INSERT INTO b (y, s, n) SELECT y, s, 20 + n FROM b WHERE n < 5");
        Assert.Equal(
            ["old|S|null", "x|x|1", "||2", "null|none|3", "old|old|4", "x|x|5", "é|é|6", "x|x|11", "||12", "old|old|14", "x|x|15", "é|é|16",
             "x|x|21", "||22", "null|none|23", "old|old|24"],
            _engine.Rows("SELECT s, y, n FROM b ORDER BY n NULLS FIRST"));
        Assert.Equal(["4"], _engine.Rows("SELECT count(DISTINCT s) FROM b"));
        Assert.Equal(["5"], _engine.Rows("SELECT count(*) FROM b WHERE s = 'old' AND y = 'old' OR s = 'é'"));
    }

    [Theory]
    [InlineData("INSERT INTO t SELECT price + 0.5, 1, 'A', timestamp FROM trades WHERE price >= 20 ORDER BY price", StatementErrorKind.BadValue, "Row 1, column i: 20.5 does not fit INT64")]
    [InlineData("INSERT INTO t SELECT 1, price * 200000000, 'A', timestamp FROM trades ORDER BY price", StatementErrorKind.BadValue, "Row 2, column j: 4000000000 does not fit INT32")]
    [InlineData("INSERT INTO t SELECT symbol, 1, 'A', timestamp FROM trades", StatementErrorKind.TypeMismatch, "Row 1, column i: 'A' does not fit INT64")]
    [InlineData("INSERT INTO t SELECT 1, 1, 'A', 'noon' FROM trades", StatementErrorKind.BadValue, "Row 1, column ts: 'noon' is no timestamp; expected 'YYYY-MM-DD[ HH:MM:SS[.fffffffff]]'")]
    [InlineData("INSERT INTO t SELECT 1, 1, 'A', if(price = 30, NULL, timestamp) FROM trades ORDER BY price", StatementErrorKind.BadValue, "Row 3, column ts: NULL is not allowed")]
    [InlineData("INSERT INTO t SELECT 1, 1, if(price = 30, NULL, symbol), timestamp FROM trades ORDER BY price", StatementErrorKind.BadValue, "Row 3, column s: NULL is not allowed")]
    [InlineData("INSERT INTO t SELECT volume, 1, 'new', timestamp FROM trades ORDER BY price", StatementErrorKind.BadValue, "Row 3, column i: NULL is not allowed")]
    [InlineData("INSERT INTO t SELECT 1, 1, -price, timestamp FROM trades", StatementErrorKind.BadValue, "Row 1, column s: -10 is no symbol id; ids begin at 1")]
    [InlineData("INSERT INTO t SELECT * FROM (SELECT 1, 2)", StatementErrorKind.BadValue, "The SELECT gives 2 columns, the table has 4")]
    [InlineData("INSERT INTO t (i, s) SELECT 1", StatementErrorKind.BadValue, "The SELECT gives 1 column, the column list has 2")]
    [InlineData("INSERT INTO t (i, x) SELECT 1, 2", StatementErrorKind.UnknownColumn, "Unknown column: x in table t")]
    [InlineData("INSERT INTO t (j) SELECT 1", StatementErrorKind.BadValue, "Column i needs a value: it is NOT NULL and has no DEFAULT")]
    [InlineData("INSERT INTO nowhere SELECT 1", StatementErrorKind.UnknownTable, "Unknown table: nowhere")]
    [InlineData("INSERT INTO t SELECT price, 1, symbol, foo FROM trades", StatementErrorKind.UnknownColumn, "Unknown column: foo at position 40")]
    [InlineData("INSERT INTO t SELECT price // (price - 30), 1, symbol, timestamp FROM trades ORDER BY 1", StatementErrorKind.BadValue, "division by zero")]
    public void Statement_ThatFails_StoresNothing(string sql, StatementErrorKind kind, string message)
    {
        _engine.Rows("CREATE TABLE t (i INT64 NOT NULL, j INT32, s SYMBOL, ts TIMESTAMP)");
        var symbols = _engine.Database.Symbols.Count;
        Assert.Contains(message, _engine.Error(sql, kind), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["0"], _engine.Rows("SELECT count(*) FROM t"));
        Assert.Equal(symbols, _engine.Database.Symbols.Count);
        Assert.Empty(_engine.Engine.ListRunning());
    }

    [Fact]
    public void WrittenAndReadRows_AreCounted()
    {
        var scanned = _engine.Engine.RowsScanned;
        using (var execution = _engine.Start("INSERT INTO trades SELECT * FROM trades WHERE price > 10"))
        {
            Assert.True(execution.Columns.IsEmpty);
            Assert.False(Wait(execution.MoveNextAsync()));
            Assert.Equal((StatementErrorKind.None, 3L, 4L), (execution.ErrorKind, execution.RowsWritten, execution.RowsScanned));
            Assert.True(execution.Columns.IsEmpty);
            Assert.False(Wait(execution.MoveNextAsync()));
        }

        Assert.Equal(scanned + 4, _engine.Engine.RowsScanned);
        using var none = _engine.Start("INSERT INTO trades SELECT * FROM trades WHERE price > 1000");
        Assert.False(Wait(none.MoveNextAsync()));
        Assert.Equal((StatementErrorKind.None, 0L), (none.ErrorKind, none.RowsWritten));
    }

    [Fact]
    public void ReadOnlyRequest_IsRefused()
    {
        Assert.Equal(StatementErrorKind.ReadOnly, _engine.Run("INSERT INTO trades SELECT * FROM trades", readOnly: true).Kind);
        Assert.Equal(["4"], _engine.Rows("SELECT count(*) FROM trades"));
    }

    [Fact]
    public void Literals_OfEachStatement_AreItsOwn()
    {
        _engine.Rows("CREATE TABLE t (a INT64, b FLOAT64, c STRING)");
        for (var i = 0; i < 5; i++)
            _engine.Rows($"INSERT INTO t SELECT price + {i}, {i}.5, '{i}' FROM trades WHERE price = {10 * i} AND symbol = '{(i == 2 ? 'B' : 'A')}'");
        Assert.Equal(["11|1.5|1", "22|2.5|2", "44|4.5|4"], _engine.Rows("SELECT * FROM t"));
    }

    [Fact]
    public void LargeStatement_RunsOnQueryThreads_AndMayBeKilled()
    {
        using var engine = new TestEngine(new EngineOptions { InlineMicroseconds = 0, QueryThreads = 2 });
        engine.Rows("CREATE TABLE t (a INT64, b FLOAT64, c STRING, s SYMBOL)");
        engine.Rows("INSERT INTO t VALUES " + string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"({i}, {i}.25, 'text {i % 100}', 's{i % 10}')")));
        for (var i = 0; i < 7; i++)
            engine.Rows("INSERT INTO t SELECT a + 1, b * 2, c || 'x', s FROM t");
        Assert.Equal(["128000|800|10"], engine.Rows("SELECT count(*), count(DISTINCT c), count(DISTINCT s) FROM t"));
        using var execution = engine.Start("INSERT INTO t SELECT * FROM t");
        Assert.True(engine.Engine.Kill(Encoding.UTF8.GetBytes(Assert.Single(engine.Engine.ListRunning()).Id)));
        Assert.False(Wait(execution.MoveNextAsync()));
        Assert.Equal(StatementErrorKind.Cancelled, execution.ErrorKind);
        Assert.Equal(["128000"], engine.Rows("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Statement_OverTheMemoryLimit_IsRefused()
    {
        using var engine = new TestEngine(new EngineOptions { MaxQueryMemoryBytes = 1 << 20 });
        engine.Rows("CREATE TABLE t (a INT64, b INT64, c STRING)");
        engine.Rows("INSERT INTO t VALUES " + string.Join(", ", Enumerable.Range(0, 5000).Select(i => $"({i}, {i}, 'text {i}')")));
        for (var i = 0; i < 3; i++)
            engine.Rows("INSERT INTO t SELECT * FROM t");
        Assert.Contains("--max-query-memory-mb", engine.Error("INSERT INTO t SELECT a, b, c FROM t", StatementErrorKind.MemoryLimit), StringComparison.Ordinal);
        Assert.Equal(["40000"], engine.Rows("SELECT count(*) FROM t"));
        engine.Rows("INSERT INTO t SELECT a, b, c FROM t LIMIT 5000");
        Assert.Equal(["45000"], engine.Rows("SELECT count(*) FROM t"));
    }

    // Blocks: after an await the test would go on on a query thread, which disposing the engine waits for.
    private static bool Wait(ValueTask<bool> step) => step.AsTask().GetAwaiter().GetResult();
}
