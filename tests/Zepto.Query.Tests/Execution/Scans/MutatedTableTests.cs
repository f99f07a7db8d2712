using Zepto.Query.Tests.Engine;
using Zepto.Storage;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Tests.Execution.Scans;

/// <summary>What is answered from metadata or from the ends of series is right after rows have gone.</summary>
public sealed class MutatedTableTests : IDisposable
{
    private const long Day = 86_400_000_000_000;
    private readonly TestEngine _engine = new();
    private readonly Table _table;

    public MutatedTableTests() => _table = _engine.Database.CreateTable(new TableDefinition("m",
        [new("symbol", ColumnType.Symbol), new("price", ColumnType.Int64), new("timestamp", ColumnType.Timestamp)]));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Edges_RowsOfADayAndOfASeriesGone_AreThoseOfTheRowsLeft()
    {
        await Store(("A", 1, 0), ("A", 2, 5), ("A", 3, Day), ("B", 4, 7), ("A", 5, 2 * Day), ("B", 6, Day + 1));
        await Remove((1, 2 * Day, 5), (1, 0, 1), (2, 7, 4), (2, Day + 1, 6));
        Assert.Equal(["2"], _engine.Rows("SELECT count(*) FROM m"));
        Assert.Equal(["A"], _engine.Rows("SELECT DISTINCT symbol FROM m"));
        Assert.Equal(["A|2|3|5"], _engine.Rows("SELECT symbol, first(price), last(price), min(timestamp) FROM m GROUP BY symbol"));
        Assert.Equal(["2|3"], _engine.Rows("SELECT min(price), max(price) FROM m"));
        Assert.Equal(["3"], _engine.Rows("SELECT price FROM m ORDER BY price DESC LIMIT 1"));
        Assert.Equal(["2"], _engine.Rows("SELECT price FROM m ORDER BY timestamp LIMIT 1"));

        await _engine.Database.TruncateAsync("m");
        Assert.Equal(["0"], _engine.Rows("SELECT count(*) FROM m"));
        Assert.Equal(["null|null"], _engine.Rows("SELECT min(price), max(timestamp) FROM m"));
        Assert.Empty(_engine.Rows("SELECT symbol, last(price) FROM m GROUP BY symbol"));
        Assert.Empty(_engine.Rows("SELECT price FROM m ORDER BY price LIMIT 3"));

        await Store(("B", 7, 3));
        Assert.Equal(["B|7|1"], _engine.Rows("SELECT symbol, max(price), count(*) FROM m GROUP BY symbol"));
    }

    // Rows are removed and stored in equal numbers, so that a count from metadata and a counting scan of any moment have an allowed value.
    [Fact]
    public async Task Count_RowsGoAndComeMeanwhile_IsOneOfASnapshot()
    {
        await Store([.. Enumerable.Range(0, 1000).Select(i => ("A", (long)i, (long)i))]);
        var isOver = false;
        var counts = Task.Run(() =>
        {
            var runs = 0;
            for (; !Volatile.Read(ref isOver); runs++)
            {
                Assert.Contains(Assert.Single(_engine.Rows("SELECT count(*) FROM m")), new[] { "1000", "990" });
                Assert.Contains(Assert.Single(_engine.Rows("SELECT count(*) FROM m WHERE price >= 0")), new[] { "1000", "990" });
                Assert.Contains(_table.Snapshot().RowCount, new[] { 1000L, 990L });
            }

            return runs;
        });

        long sequence = 1000;
        var oldest = Enumerable.Range(1, 1000).Select(i => (1, (long)i - 1, (long)i)).ToList();
        for (var i = 0; i < 300; i++)
        {
            await Remove([.. oldest.Take(10)]);
            oldest.RemoveRange(0, 10);
            sequence++;
            var rows = Enumerable.Range(0, 10).Select(n => ("A", 1L, 1000 + 10L * i + n)).ToArray();
            await Store(rows);
            oldest.AddRange(rows.Select(r => (1, r.Item3, ++sequence)));
        }

        Volatile.Write(ref isOver, true);
        Assert.True(await counts > 0);
        Assert.Equal((sequence, 1000), (_table.CommittedSequence, _table.RowCount));
    }

    private async Task Store(params (string Symbol, long Price, long Time)[] rows)
    {
        var batch = _engine.Database.RentBatch(_table);
        batch.EnsureCapacity(rows.Length);
        batch.SetRowCount(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            batch.Column<int>(0)[i] = _engine.Database.Symbols.Intern(System.Text.Encoding.UTF8.GetBytes(rows[i].Symbol));
            batch.Column<long>(1)[i] = rows[i].Price;
            batch.Column<long>(2)[i] = rows[i].Time;
        }

        await _engine.Database.AppendAsync(batch);
    }

    private async Task Remove(params (int Symbol, long Time, long Sequence)[] rows)
    {
        using var mutation = _engine.Database.RentMutation(_table);
        foreach (var (symbol, time, sequence) in rows)
            mutation.Remove(symbol, time, sequence);
        Assert.Equal(rows.Length, await _engine.Database.MutateAsync(mutation));
    }
}
