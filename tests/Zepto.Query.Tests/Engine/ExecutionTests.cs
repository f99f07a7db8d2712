using System.Text;
using Zepto.Query.Engine;
using Zepto.Query.Results;

namespace Zepto.Query.Tests.Engine;

/// <summary>Limits, cancellation and steady state of executions.</summary>
public sealed class ExecutionTests
{
    [Fact]
    public void Kill_RunningStatement_EndsItAsCancelled()
    {
        using var engine = new TestEngine(new EngineOptions { InlineMicroseconds = 0 });
        Fill(engine, 1000);
        using var execution = engine.Start("SELECT price FROM trades ORDER BY price");
        var running = Assert.Single(engine.Engine.ListRunning());
        Assert.Equal("SELECT price FROM trades ORDER BY price", running.Sql);
        Assert.Equal("test", running.Subject);
        Assert.Matches("^q_[0-9a-f]{6}$", running.Id);
        Assert.True(engine.Engine.Kill(Encoding.UTF8.GetBytes(running.Id)));
        Assert.False(Wait(execution.MoveNextAsync()));
        Assert.Equal(StatementErrorKind.Cancelled, execution.ErrorKind);
        Assert.Equal("Query cancelled", Encoding.UTF8.GetString(execution.ErrorText));
        Assert.False(engine.Engine.Kill("q_ffffff"u8));
        Assert.False(engine.Engine.Kill("nonsense"u8));
    }

    [Fact]
    public void KillQuery_UnknownId_GivesNoRow()
    {
        using var engine = new TestEngine();
        Assert.Empty(engine.Rows("KILL QUERY WHERE query_id = 'q_abcdef'"));
    }

    [Fact]
    public void Result_OverTheRowLimit_IsRefused()
    {
        using var engine = new TestEngine(new EngineOptions { MaxResultRows = 10 });
        Fill(engine, 11);
        Assert.Equal(10, engine.Rows("SELECT price FROM trades LIMIT 10").Length);
        Assert.Contains("more than 10 rows", engine.Error("SELECT price FROM trades", StatementErrorKind.ResultLimit), StringComparison.Ordinal);
    }

    [Fact]
    public void Statement_OverTheMemoryLimit_IsRefusedAndOthersGoOn()
    {
        using var engine = new TestEngine(new EngineOptions { MaxQueryMemoryBytes = 1 << 20 });
        Fill(engine, 200_000);
        Assert.Contains("--max-query-memory-mb", engine.Error("SELECT * FROM trades ORDER BY price", StatementErrorKind.MemoryLimit), StringComparison.Ordinal);
        Assert.Equal(["200000"], engine.Rows("SELECT count(price) FROM trades"));
    }

    [Fact]
    public void Statement_OverTheTimeLimit_IsStopped()
    {
        using var engine = new TestEngine(new EngineOptions { QueryTimeoutMs = 1 });
        Fill(engine, 300_000);
        var (_, kind, error) = engine.Run("SELECT sum(p) FROM (SELECT price AS p FROM trades ORDER BY volume, price, timestamp)");
        Assert.Equal(StatementErrorKind.TimedOut, kind);
        Assert.Equal("Query cancelled", error);
    }

    [Fact]
    public void Statements_MoreThanMayRunOrWait_AreRefused()
    {
        using var engine = new TestEngine(new EngineOptions { InlineMicroseconds = 0, MaxConcurrentQueries = 1, MaxWaitingQueries = 1, QueryThreads = 1 });
        Fill(engine, 10);
        var first = engine.Start("SELECT price FROM trades");
        Assert.True(Wait(first.MoveNextAsync()));
        using var second = engine.Start("SELECT price FROM trades");
        var waiting = second.MoveNextAsync();
        Assert.False(waiting.IsCompleted);
        engine.Error("SELECT price FROM trades", StatementErrorKind.Overloaded);
        first.Dispose();
        Assert.True(Wait(waiting));
        Assert.InRange(second.BatchRows, 1, 10);
    }

    [Theory]
    [InlineData("price", " + 1", 950)]
    [InlineData("price", " % 1000003", 950)]
    [InlineData("(price > 1)", " AND price // 1 >= 0", 450)]
    [InlineData("price", " || 'x'", 450)]
    public void DeepExpression_OnAQueryThread_IsComputed(string start, string step, int count)
    {
        using var engine = new TestEngine(new EngineOptions { InlineMicroseconds = 0 });
        Fill(engine, 20);
        var deep = start + string.Concat(Enumerable.Repeat(step, count));
        Assert.Equal(20, engine.Rows($"SELECT {deep} AS x FROM trades").Length);
        Assert.Single(engine.Rows($"SELECT max({deep}) AS x FROM trades WHERE price >= 0"));
    }

    [Fact]
    public void Writes_WhereOnlyReadingIsAllowed_AreRefused()
    {
        using var engine = new TestEngine();
        foreach (var sql in new[] { "INSERT INTO trades VALUES ('A', 1, 1, 1)", "DROP TABLE trades", "CREATE TABLE x (a INT64)", "KILL QUERY WHERE query_id = 'q_000001'" })
            Assert.Equal(StatementErrorKind.ReadOnly, engine.Run(sql, readOnly: true).Kind);
        Assert.Equal(["0"], engine.Rows("SELECT count(*) FROM trades"));
    }

    [Fact]
    public void LargeTable_ParallelAndSerialAggregation_Agree()
    {
        using var parallel = new TestEngine(new EngineOptions { QueryThreads = 4 });
        using var serial = new TestEngine(new EngineOptions { InlineMicroseconds = long.MaxValue / 2000 });
        Fill(parallel, 600_000);
        Fill(serial, 600_000);
        foreach (var sql in new[]
        {
            "SELECT symbol, count(*), sum(price), min(price), max(volume), first(price), last(price) FROM trades GROUP BY symbol ORDER BY symbol",
            "SELECT xbar(timestamp, 1000000) AS b, count(*), first(price), last(volume), count(DISTINCT symbol) FROM trades WHERE price > 100 GROUP BY b ORDER BY b",
            "SELECT count(*), sum(volume), vwap(price, volume) FROM trades WHERE price % 3 = 1",
            "SELECT price % 1000 AS k, symbol, count(*) FROM trades GROUP BY k, symbol ORDER BY k, symbol LIMIT 50",
        })
            Assert.Equal(serial.Rows(sql), parallel.Rows(sql));
    }

    [Theory]
    [InlineData("SELECT vwap(price, volume), count(*) FROM trades WHERE symbol = 'S1'")]
    [InlineData("SELECT xbar(timestamp, 1000000) AS bar, first(price), max(price), min(price), last(price), sum(volume) FROM trades WHERE symbol = 'S2' GROUP BY bar ORDER BY bar")]
    [InlineData("SELECT symbol, sum(volume) AS v FROM trades WHERE price > 10 GROUP BY symbol ORDER BY v DESC LIMIT 3")]
    [InlineData("SELECT price, avg(price) OVER (ORDER BY timestamp ROWS 20 PRECEDING) FROM trades WHERE symbol = 'S3'")]
    [InlineData("SELECT symbol, last(price) FROM trades GROUP BY symbol")]
    [InlineData("SELECT t.price, q.bid FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.timestamp >= q.timestamp WHERE t.symbol = 'S1' LIMIT 10")]
    public void CachedStatement_SteadyState_AllocatesNothing(string sql)
    {
        SkipUnoptimised();
        using var engine = new TestEngine();
        Fill(engine, 20_000);
        var bytes = Encoding.UTF8.GetBytes(sql);
        for (var i = 0; i < 300; i++)
            Drain(engine.Engine, bytes);
        var least = long.MaxValue;
        for (var round = 0; round < 5 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                Drain(engine.Engine, bytes);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    // Blocks: after an await the test would go on on a query thread, which disposing the engine waits for.
    private static bool Wait(ValueTask<bool> step) => step.AsTask().GetAwaiter().GetResult();

    private static long Drain(QueryEngine engine, byte[] sql)
    {
        using var execution = engine.Start(sql, default);
        long rows = 0;
        while (true)
        {
            var next = execution.MoveNextAsync();
            if (!next.IsCompleted)
                throw new InvalidOperationException("a small statement ran elsewhere");
            if (!next.Result)
                break;
            rows += execution.BatchRows;
            for (var i = 0; i < execution.Columns.Length; i++)
                _ = execution.Values(i);
        }

        return execution.ErrorKind == StatementErrorKind.None ? rows : throw new InvalidOperationException(Encoding.UTF8.GetString(execution.ErrorText));
    }

    private static void SkipUnoptimised()
    {
        if (typeof(QueryEngine).Assembly.GetCustomAttributes(typeof(System.Diagnostics.DebuggableAttribute), false) is [System.Diagnostics.DebuggableAttribute { IsJITOptimizerDisabled: true }])
            Assert.Skip("code that is not optimised allocates where optimised code does not");
    }

    /// <summary>Ten symbols in turn; price and volume are scattered but the same for the same count.</summary>
    private static void Fill(TestEngine engine, int rows)
    {
        engine.Database.Catalog.TryGet("trades", out var table);
        var symbols = Enumerable.Range(0, 10).Select(i => engine.Database.Symbols.Intern(Encoding.UTF8.GetBytes($"S{i}"))).ToArray();
        var batch = engine.Database.RentBatch(table);
        batch.EnsureCapacity(rows);
        for (var i = 0; i < rows; i++)
        {
            batch.Column<int>(0)[i] = symbols[i % 10];
            batch.Column<long>(1)[i] = (i * 7919L) % 10_007;
            batch.Column<long>(2)[i] = (i * 104_729L) % 1_009;
            batch.Column<long>(3)[i] = i * 100L;
        }

        batch.SetRowCount(rows);
        engine.Database.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
    }
}
