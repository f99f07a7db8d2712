using System.Text;
using Zepto.Query.Engine;
using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>UPDATE, DELETE and TRUNCATE.</summary>
public sealed class UpdateDeleteTests : IDisposable
{
    private readonly TestEngine _engine = new();

    public UpdateDeleteTests()
    {
        _engine.Rows("CREATE TABLE t (s SYMBOL, i INT64, j INT32 DEFAULT 3, f FLOAT64, x STRING, b BOOL, ts TIMESTAMP)");
        _engine.Rows(
            "INSERT INTO t (s, i, f, x, b, ts) VALUES ('A', 1, 0.5, 'one', true, 1000), ('B', 2, 1.5, 'two', false, 2000), "
            + "('A', 3, NULL, 'three', NULL, 3000), (7, 4, 3.5, NULL, true, 4000), ('A', 5, 4.5, 'one', false, 3000)");
    }

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Update_SomeRows_SeesTheOldRow()
    {
        Assert.Equal(3, Change("UPDATE t SET i = j * 10 + i, j = i, f = f * 2, x = concat(x, '!'), b = NOT b WHERE s = 'A'"));
        Assert.Equal(
            ["A|31|1|1|one!|false|1", "B|2|3|1.5|two|false|2", "A|33|3|null|three!|null|3", "A|35|5|9|one!|true|3", "7|4|3|3.5|null|true|4"], Rows());
    }

    [Fact]
    public void Update_SwappedColumns_AreSwapped()
    {
        Assert.Equal(5, Change("UPDATE t SET i = j, j = i"));
        Assert.Equal(["3|1", "3|2", "3|3", "3|4", "3|5"], _engine.Rows("SELECT i, j FROM t ORDER BY j"));
    }

    [Fact]
    public void Update_SymbolAndTime_MoveTheRow()
    {
        Assert.Equal(2, Change("UPDATE t SET s = 'new', ts = ts + 86400000000000 * i WHERE x = 'one'"));
        Assert.Equal(["2"], _engine.Rows("SELECT count(*) FROM t WHERE s = 'new'"));
        Assert.Equal(["1"], _engine.Rows("SELECT count(*) FROM t WHERE s = 'A'"));
        Assert.Equal(["86400000001000|1", "432000000003000|5"], _engine.Rows("SELECT ts::INT64, i FROM t WHERE s = 'new' AND ts > 4000 ORDER BY ts"));
        Assert.Equal(["1|5"], _engine.Rows("SELECT first(i), last(i) FROM t WHERE s = 'new'"));
        Assert.Equal(1, Change("UPDATE t SET s = 7 WHERE i = 3"));
        Assert.Equal(["3", "4"], _engine.Rows("SELECT i FROM t WHERE s = 7 ORDER BY i"));
    }

    [Fact]
    public void Update_RowsOfEqualTimes_KeepTheOrderOfArrival()
    {
        Assert.Equal(1, Change("UPDATE t SET f = 99 WHERE i = 3"));
        Assert.Equal(["3|5"], _engine.Rows("SELECT first(i), last(i) FROM t WHERE ts = 3000"));
        Assert.Equal(1, Change("UPDATE t SET ts = 3000 WHERE i = 1"));
        Assert.Equal(["1|5"], _engine.Rows("SELECT first(i), last(i) FROM t WHERE ts = 3000"));
        _engine.Rows("INSERT INTO t (s, i, ts) VALUES ('A', 6, 3000)");
        Assert.Equal(["1|6"], _engine.Rows("SELECT first(i), last(i) FROM t WHERE ts = 3000"));
    }

    [Fact]
    public void Delete_SomeRows_LeavesTheOthers()
    {
        Assert.Equal(2, Change("DELETE FROM t WHERE s = 'A' AND ts BETWEEN 2000 AND 3000"));
        Assert.Equal(["1", "2", "4"], _engine.Rows("SELECT i FROM t ORDER BY i"));
        Assert.Equal(0, Change("DELETE FROM t WHERE s = 'nobody'"));
        Assert.Equal(0, Change("DELETE FROM t WHERE f > 1000 OR NULL"));
        Assert.Equal(1, Change("ALTER TABLE t DELETE WHERE f >= 3 SETTINGS mutations_sync = 1"));
        Assert.Equal(2, Change("DELETE FROM t"));
        Assert.Equal(["0|null"], _engine.Rows("SELECT count(*), max(i) FROM t"));
        _engine.Rows("INSERT INTO t (s, i, ts) VALUES ('A', 9, 3000)");
        Assert.Equal(["9"], _engine.Rows("SELECT i FROM t"));
    }

    [Fact]
    public void AlterTableUpdate_IsUpdate()
    {
        Assert.Equal(1, Change("ALTER TABLE t UPDATE i = 20, x = 'z' WHERE s = 'B'"));
        Assert.Equal(["20|z"], _engine.Rows("SELECT i, x FROM t WHERE s = 'B'"));
    }

    [Fact]
    public void Truncate_RemovesAllRows()
    {
        _engine.Rows("TRUNCATE TABLE t");
        Assert.Equal(["0"], _engine.Rows("SELECT count(*) FROM t"));
        _engine.Rows("INSERT INTO t (s, i, ts) VALUES ('A', 9, 3000)");
        Assert.Equal(["9"], _engine.Rows("SELECT i FROM t"));
        _engine.Rows("TRUNCATE t");
        _engine.Rows("TRUNCATE TABLE IF EXISTS nowhere");
        Assert.Equal("Unknown table: nowhere", _engine.Error("TRUNCATE TABLE nowhere", StatementErrorKind.UnknownTable));
        Assert.Equal(["0"], _engine.Rows("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Optimize_EncodesTheTableAndChangesNoAnswer()
    {
        var rows = string.Join(", ", Enumerable.Range(0, 5000).Select(i => $"('A', {i}, {i * 1000L})"));
        _engine.Rows("INSERT INTO t (s, i, ts) VALUES " + rows);
        var before = _engine.Rows("SELECT * FROM t");
        Assert.Equal(0, _engine.Database.Measure().EncodedRows);
        _engine.Rows("OPTIMIZE TABLE t FINAL");
        Assert.Equal(before.Length, _engine.Database.Measure().EncodedRows);
        Assert.Equal(before, _engine.Rows("SELECT * FROM t"));
        _engine.Rows("optimize table t");
        Assert.Equal("Unknown table: nowhere", _engine.Error("OPTIMIZE TABLE nowhere", StatementErrorKind.UnknownTable));
    }

    [Fact]
    public void TablesWithoutSymbolOrTime_AreChangedToo()
    {
        _engine.Rows("CREATE TABLE plain (a INT64, b STRING)");
        _engine.Rows("CREATE TABLE timed (a INT64, ts TIMESTAMP)");
        _engine.Rows("CREATE TABLE named (s SYMBOL, a INT64)");
        _engine.Rows("INSERT INTO plain VALUES (1, 'x'), (2, 'y'), (3, 'x')");
        _engine.Rows("INSERT INTO timed VALUES (1, 10), (2, 20), (3, 30)");
        _engine.Rows("INSERT INTO named VALUES ('A', 1), ('B', 2), ('A', 3)");
        Assert.Equal(2, Change("UPDATE plain SET a = a * 10, b = 'new' WHERE b = 'x'"));
        Assert.Equal(1, Change("DELETE FROM plain WHERE a = 2"));
        Assert.Equal(["10|new", "30|new"], _engine.Rows("SELECT a, b FROM plain"));
        Assert.Equal(2, Change("UPDATE timed SET ts = 5 WHERE a >= 2"));
        Assert.Equal(["2", "3", "1"], _engine.Rows("SELECT a FROM timed ORDER BY ts"));
        Assert.Equal(1, Change("UPDATE named SET s = 'B' WHERE a = 1"));
        Assert.Equal(1, Change("DELETE FROM named WHERE s = 'A'"));
        Assert.Equal(["B|1", "B|2"], _engine.Rows("SELECT s, a FROM named ORDER BY a"));
    }

    [Theory]
    [InlineData("UPDATE t SET nothing = 1", StatementErrorKind.UnknownColumn, "Unknown column: nothing at position 14")]
    [InlineData("UPDATE t SET i = nothing", StatementErrorKind.UnknownColumn, "Unknown column: nothing at position 18")]
    [InlineData("UPDATE t SET i = 1 WHERE nothing > 2", StatementErrorKind.UnknownColumn, "Unknown column: nothing at position 26")]
    [InlineData("DELETE FROM t WHERE nothing = 2", StatementErrorKind.UnknownColumn, "Unknown column: nothing at position 21")]
    [InlineData("UPDATE nowhere SET i = 1", StatementErrorKind.UnknownTable, "Unknown table: nowhere")]
    [InlineData("DELETE FROM other.t", StatementErrorKind.UnknownTable, "Unknown table: other.t")]
    [InlineData("UPDATE t SET i = 1, j = 2, i = 3", StatementErrorKind.Syntax, "Parse error: column i is set twice, again at position 28")]
    [InlineData("UPDATE t SET i = sum(i)", StatementErrorKind.TypeMismatch, "Aggregate function sum at position 18 cannot stand in SET")]
    [InlineData("UPDATE t SET i = row_number() OVER (ORDER BY ts)", StatementErrorKind.TypeMismatch, "Window function row_number at position 18 cannot stand in SET")]
    [InlineData("DELETE FROM t WHERE count(*) > 1", StatementErrorKind.TypeMismatch, "Aggregate function count at position 21 cannot stand in WHERE")]
    [InlineData("UPDATE t SET s = NULL WHERE i = 1", StatementErrorKind.BadValue, "Column s: NULL is not allowed")]
    [InlineData("UPDATE t SET ts = if(i = 5, NULL, ts)", StatementErrorKind.BadValue, "Column ts: NULL is not allowed")]
    [InlineData("UPDATE t SET i = f WHERE i = 2", StatementErrorKind.BadValue, "Column i: 1.5 does not fit INT64")]
    [InlineData("UPDATE t SET j = i * 1000000000", StatementErrorKind.BadValue, "Column j: 3000000000 does not fit INT32")]
    [InlineData("UPDATE t SET i = x WHERE i = 2", StatementErrorKind.TypeMismatch, "Column i: 'two' does not fit INT64")]
    [InlineData("UPDATE t SET s = 'fresh', ts = 'noon'", StatementErrorKind.BadValue, "Column ts: 'noon' is no timestamp; expected 'YYYY-MM-DD[ HH:MM:SS[.fffffffff]]'")]
    [InlineData("UPDATE t SET i = 1 // (i - 3)", StatementErrorKind.BadValue, "division by zero")]
    [InlineData("UPDATE t SET i = i + 9223372036854775804", StatementErrorKind.BadValue, "overflow")]
    [InlineData("UPDATE t SET i", StatementErrorKind.Syntax, "position 15, expected '='")]
    [InlineData("UPDATE t WHERE i = 1", StatementErrorKind.Syntax, "unexpected token 'WHERE' at position 10, expected SET")]
    [InlineData("UPDATE t SET i = 1 FROM u", StatementErrorKind.Syntax, "unexpected token 'FROM' at position 20")]
    [InlineData("DELETE t", StatementErrorKind.Syntax, "unexpected token 't' at position 8, expected FROM")]
    [InlineData("DELETE FROM t WHERE x", StatementErrorKind.BadValue, "Cannot convert 'one' to BOOL")]
    [InlineData("DELETE FROM t; DELETE FROM t", StatementErrorKind.Syntax, "one statement per request is allowed")]
    public void Statement_ThatFails_ChangesNothing(string sql, StatementErrorKind kind, string message)
    {
        var before = Rows();
        var symbols = _engine.Database.Symbols.Count;
        Assert.Contains(message, _engine.Error(sql, kind), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, Rows());
        Assert.Equal(symbols, _engine.Database.Symbols.Count);
        Assert.Empty(_engine.Engine.ListRunning());
        Assert.Equal(5, Change("UPDATE t SET b = true"));
    }

    [Fact]
    public void NotNullColumn_TakesNoNull()
    {
        _engine.Rows("CREATE TABLE n (a INT64 NOT NULL, b INT64)");
        _engine.Rows("INSERT INTO n VALUES (1, NULL), (2, 3)");
        Assert.Equal("Column a: NULL is not allowed", _engine.Error("UPDATE n SET a = b", StatementErrorKind.BadValue));
        Assert.Equal(2, Change("UPDATE n SET b = a"));
        Assert.Equal(["1|1", "2|2"], _engine.Rows("SELECT * FROM n"));
    }

    [Fact]
    public void ReadOnlyRequest_IsRefused()
    {
        foreach (var sql in new[] { "UPDATE t SET i = 0", "DELETE FROM t", "TRUNCATE TABLE t", "ALTER TABLE t DROP COLUMN i", "ALTER TABLE t RENAME COLUMN i TO k", "ALTER TABLE t SET TTL 1 DAY" })
            Assert.Equal(StatementErrorKind.ReadOnly, _engine.Run(sql, readOnly: true).Kind);
        Assert.Equal(["15"], _engine.Rows("SELECT sum(i) FROM t"));
    }

    [Fact]
    public void AddedColumn_IsUpdatedInOldRows()
    {
        _engine.Rows("ALTER TABLE t ADD COLUMN note STRING DEFAULT 'd'");
        Assert.Equal(2, Change("UPDATE t SET note = concat('n', i::STRING) WHERE i <= 2"));
        Assert.Equal(1, Change("UPDATE t SET note = x WHERE note IS NULL AND x = 'three'"));
        Assert.Equal(["1|n1", "2|n2", "3|three", "4|null", "5|null"], _engine.Rows("SELECT i, note FROM t ORDER BY i"));
    }

    [Fact]
    public void Now_IsTheSameInAllRows()
    {
        Assert.Equal(5, Change("UPDATE t SET ts = now()"));
        Assert.Equal(["1|true"], _engine.Rows("SELECT count(DISTINCT ts), abs(max(ts) - now()) < 600000000000 FROM t"));
    }

    [Fact]
    public void CachedPlans_SeeTheChange()
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal([$"{15 + (5 * i)}"], _engine.Rows("SELECT sum(i) FROM t WHERE i >= 0"));
            Assert.Equal(5, Change("UPDATE t SET i = i + 1"));
        }
    }

    [Fact]
    public void Killed_WhileItWaitsForAnother_Ends()
    {
        using (TakeTurn(_engine, "t"))
        {
            using var execution = _engine.Start("UPDATE t SET i = 0");
            var step = execution.MoveNextAsync().AsTask();
            Assert.False(step.IsCompleted);
            Assert.True(_engine.Engine.Kill(Encoding.UTF8.GetBytes(Assert.Single(_engine.Engine.ListRunning()).Id)));
            Assert.False(Wait(step));
            Assert.Equal(StatementErrorKind.Cancelled, execution.ErrorKind);
        }

        Assert.Equal(["15"], _engine.Rows("SELECT sum(i) FROM t"));
        Assert.Equal(5, Change("UPDATE t SET i = 0"));
    }

    [Fact]
    public void Waiting_LongerThanAllowed_IsStopped()
    {
        using var engine = new TestEngine(new EngineOptions { QueryTimeoutMs = 1 });
        using var turn = TakeTurn(engine, "trades");
        engine.Error("DELETE FROM trades", StatementErrorKind.TimedOut);
    }

    [Fact]
    public void Dropped_WhileItWaits_IsAnError()
    {
        Task<bool> step;
        using var execution = _engine.Start("UPDATE t SET i = 0");
        using (TakeTurn(_engine, "t"))
        {
            step = execution.MoveNextAsync().AsTask();
            _engine.Rows("DROP TABLE t");
        }

        Assert.False(Wait(step));
        Assert.Equal("Unknown table: t", Encoding.UTF8.GetString(execution.ErrorText));
    }

    // Every UPDATE adds the same to all rows of one symbol and takes it from those of another, moving a row between them; a reader that saw a part of one
    // would see another sum, count or number of distinct steps.
    [Fact]
    public void Readers_SeeAllOfAChangeOrNothing()
    {
        using var engine = new TestEngine(new EngineOptions { InlineMicroseconds = 0, QueryThreads = 3 });
        const int Rows = 20_000;
        const int Changes = 40;
        engine.Rows("CREATE TABLE t (s SYMBOL, i INT64, n INT64, ts TIMESTAMP)");
        engine.Rows("INSERT INTO t SELECT 'A', 0, 0, 0");
        for (var have = 1; have < Rows; have *= 2)
            engine.Rows($"INSERT INTO t SELECT if(i % 2 = 0, 'B', 'A'), i + {have}, 0, (i + {have}) * 1000000000 FROM t WHERE i < {Rows - have}");
        var changing = Task.Run(() =>
        {
            for (var i = 0; i < Changes; i++)
            {
                engine.Rows("UPDATE t SET n = n + 1, s = if(s = 'A', 'B', 'A'), ts = ts + 3600000000000");
                engine.Rows($"DELETE FROM t WHERE i % 100 = {i}");
                engine.Rows($"UPDATE t SET n = n + 1 WHERE s = '{(i % 2 == 0 ? 'A' : 'B')}' OR ts > 0 OR n >= 0");
            }
        });
        var looks = 0;
        while (!changing.IsCompleted || looks == 0)
        {
            var parts = Assert.Single(engine.Rows("SELECT count(*), min(n), max(n), min(ts - i * 1000000000) = max(ts - i * 1000000000) FROM t")).Split('|');
            Assert.Equal(parts[1], parts[2]);
            Assert.Equal("true", parts[3]);
            Assert.Equal(0, long.Parse(parts[0]) % (Rows / 100));
            looks++;
        }

        Wait(changing);
        Assert.Equal([$"{Rows - (Changes * Rows / 100)}|{2 * Changes}"], engine.Rows("SELECT count(*), max(n) FROM t"));
    }

    // Two that read what they change would lose additions if they ran at once.
    [Fact]
    public void Updates_AtTheSameTime_LoseNothing()
    {
        using var engine = new TestEngine(new EngineOptions { InlineMicroseconds = 0, QueryThreads = 3 });
        engine.Rows("INSERT INTO trades VALUES ('A', 0, 1, 1), ('B', 0, 1, 2)");
        Wait(Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 25; i++)
                engine.Rows("UPDATE trades SET price = price + 1, timestamp = timestamp + 1");
        }))));
        Assert.Equal(["100|100|102"], engine.Rows("SELECT min(price), max(price), max(timestamp::INT64) FROM trades"));
    }

    // Plans made for other columns than the table has when they are opened are made anew.
    [Fact]
    public void Updates_WhileColumnsChange_LoseNothing()
    {
        using var engine = new TestEngine(new EngineOptions { InlineMicroseconds = 0, QueryThreads = 2 });
        engine.Rows("CREATE TABLE t (s SYMBOL, a STRING, n INT64, ts TIMESTAMP)");
        engine.Rows("CREATE TABLE copy (s SYMBOL, n INT64)");
        engine.Rows("INSERT INTO t VALUES " + string.Join(", ", Enumerable.Range(0, 3000).Select(i => $"('s{i % 5}', 'a{i % 70}', 0, {i})")));
        var changing = Task.Run(() =>
        {
            for (var i = 0; i < 60; i++)
            {
                engine.Rows("ALTER TABLE t ADD COLUMN extra STRING");
                engine.Rows("ALTER TABLE t RENAME COLUMN a TO b");
                engine.Rows("ALTER TABLE t DROP COLUMN extra");
                engine.Rows("ALTER TABLE t RENAME COLUMN b TO a");
            }
        });
        var (updates, copies) = (0, 0);
        while (!changing.IsCompleted || updates == 0 || copies == 0)
        {
            updates += Made("UPDATE t SET n = n + 1") ? 1 : 0;
            copies += Made("INSERT INTO copy SELECT s, n FROM t WHERE ts < 10") ? 1 : 0;
        }

        Wait(changing);
        Assert.Equal([$"{updates}|{updates}|3000|70"], engine.Rows("SELECT min(n), max(n), count(*), count(DISTINCT a) FROM t"));
        Assert.Equal([$"{10 * copies}"], engine.Rows("SELECT count(*) FROM copy"));

        bool Made(string sql)
        {
            var (_, kind, error) = engine.Run(sql);
            // So many changes in a row that it gave up.
            Assert.True(kind is StatementErrorKind.None or StatementErrorKind.Overloaded, error);
            return kind == StatementErrorKind.None;
        }
    }

    [Fact]
    public void Statement_OverTheMemoryLimit_ChangesNothing()
    {
        using var engine = new TestEngine(new EngineOptions { MaxQueryMemoryBytes = 1 << 20 });
        for (var part = 0; part < 10; part++)
            engine.Rows("INSERT INTO trades VALUES " + string.Join(", ", Enumerable.Range(0, 3000).Select(i => $"('A', {i}, 1, {(part * 3000) + i})")));
        engine.Error("UPDATE trades SET volume = 2", StatementErrorKind.MemoryLimit);
        engine.Error("DELETE FROM trades", StatementErrorKind.MemoryLimit);
        Assert.Equal(["30000|30000"], engine.Rows("SELECT count(*), sum(volume) FROM trades"));
        engine.Rows("UPDATE trades SET volume = 2 WHERE price < 100");
        Assert.Equal(["30000|31000"], engine.Rows("SELECT count(*), sum(volume) FROM trades"));
    }

    [Fact]
    public void Killed_WhileItReads_ChangesNothing()
    {
        using var engine = new TestEngine(new EngineOptions { InlineMicroseconds = 0, QueryThreads = 1, MaxConcurrentQueries = 1 });
        engine.Rows("INSERT INTO trades VALUES " + string.Join(", ", Enumerable.Range(0, 9000).Select(i => $"('A', {i}, 1, {i})")));
        // Another statement has the only slot, so that this one is on its way for sure when it is stopped.
        var other = engine.Start("SELECT price FROM trades");
        Assert.True(Wait(other.MoveNextAsync().AsTask()));
        using (var execution = engine.Start("UPDATE trades SET volume = 2"))
        {
            var step = execution.MoveNextAsync().AsTask();
            Assert.False(step.IsCompleted);
            var running = engine.Engine.ListRunning().Single(s => s.Sql.StartsWith("UPDATE", StringComparison.Ordinal));
            Assert.True(engine.Engine.Kill(Encoding.UTF8.GetBytes(running.Id)));
            other.Dispose();
            Assert.False(Wait(step));
            Assert.Equal((StatementErrorKind.Cancelled, 0L), (execution.ErrorKind, execution.RowsWritten));
        }

        Assert.Equal(["9000"], engine.Rows("SELECT sum(volume) FROM trades"));
    }

    [Fact]
    public void WrittenAndReadRows_AreCounted()
    {
        var (scanned, changed) = (_engine.Engine.RowsScanned, _engine.Database.Statistics.RowsChanged);
        Assert.Equal(3, Change("UPDATE t SET i = 0 WHERE s = 'A'"));
        Assert.Equal(1, Change("DELETE FROM t WHERE s = 'B'"));
        Assert.Equal(scanned + 4, _engine.Engine.RowsScanned);
        Assert.Equal(changed + 4, _engine.Database.Statistics.RowsChanged);
    }

    private string[] Rows() => _engine.Rows("SELECT s, i, j, f, x, b, ts::INT64 // 1000 FROM t ORDER BY ts, i");

    // Blocks: after an await the test would go on on a query thread, which disposing the engine waits for.
    private static bool Wait(Task<bool> step) => step.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    /// <summary>Lets no UPDATE or DELETE of a table begin until it is disposed.</summary>
    private static IDisposable TakeTurn(TestEngine engine, string name)
    {
        Assert.True(engine.Database.Catalog.TryGet(name, out var table));
        return engine.Database.BeginMutationAsync(table, default).AsTask().GetAwaiter().GetResult();
    }

    private long Change(string sql)
    {
        using var execution = _engine.Start(sql);
        Assert.True(execution.Columns.IsEmpty);
        Assert.False(execution.MoveNextAsync().AsTask().GetAwaiter().GetResult());
        Assert.True(execution.ErrorKind == StatementErrorKind.None, $"{sql}: {Encoding.UTF8.GetString(execution.ErrorText)}");
        return execution.RowsWritten;
    }
}
