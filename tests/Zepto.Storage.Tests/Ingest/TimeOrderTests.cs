using Zepto.Storage.Schema;

namespace Zepto.Storage.Tests.Ingest;

public class TimeOrderTests
{
    internal const long Day = 86_400_000_000_000;

    [Fact]
    public async Task Append_InOrder_RowsComeBackWithTheirArrivalNumbers()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 10, 100), (2, 20, 100), (1, 11, 101));
        Assert.Equal(
            [new Row(1, 10, 100, 1), new Row(1, 11, 101, 3), new Row(2, 20, 100, 2)],
            TableReading.Read(database, table));
        Assert.Equal(3, table.RowCount);
        Assert.Equal(3, database.Statistics.TicksStored);
    }

    [Fact]
    public async Task Append_EqualTimes_KeepArrivalOrderAlsoWhenLate()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 1, 100), (1, 2, 100), (1, 3, 200));
        await TableReading.Append(database, table, (1, 4, 100), (1, 5, 100));
        Assert.Equal([1, 2, 4, 5, 3], TableReading.Read(database, table).Select(r => r.Price));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-Day)]
    [InlineData(long.MinValue + 1)]
    [InlineData(long.MaxValue)]
    public async Task Append_ExtremeTimes_AreKept(long time)
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 1, 0), (1, 2, time));
        Assert.Equal(new[] { 0, time }.Order(), TableReading.Read(database, table).Select(r => r.Time));
    }

    // Random batches, mostly rising with late rows near and far, against a sorted list.
    [Theory]
    [InlineData(1, 0.0, 400)]
    [InlineData(2, 0.01, 400)]
    [InlineData(3, 0.3, 400)]
    [InlineData(4, 1.0, 60)]
    public async Task Append_RandomLateRows_EqualTheSortedModel(int seed, double late, int statements)
    {
        var random = new Random(seed);
        using var database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });
        var table = database.CreateTable(TableReading.Ticks);
        var model = new List<Row>();
        long now = 5 * Day;
        for (var statement = 0; statement < statements; statement++)
        {
            var rows = new (int, long, long)[random.Next(1, random.Next(2, 600))];
            for (var i = 0; i < rows.Length; i++)
            {
                now += random.Next(3) * 1_000_000_000L;
                var time = random.NextDouble() < late ? now - random.NextInt64(random.Next(2) == 0 ? 10_000_000_000 : 2 * Day) : now;
                var price = random.Next(20) == 0 ? Nulls.Int64 : random.Next();
                rows[i] = (random.Next(1, 5), price, time);
                model.Add(new Row(rows[i].Item1, price, time, model.Count + 1));
            }

            await TableReading.Append(database, table, rows);
        }

        var expected = model.OrderBy(r => r.Symbol).ThenBy(r => r.Time).ThenBy(r => r.Sequence).ToList();
        var actual = TableReading.Read(database, table).OrderBy(r => r.Symbol).ToList();
        Assert.True(expected.SequenceEqual(actual), $"seed {seed}: the stored rows are not the sorted model's");
    }

    // Ids close together are counted, ids far apart are merged.
    [Theory]
    [InlineData(5, 1)]
    [InlineData(6, 3)]
    [InlineData(7, 1_000_000)]
    public async Task Append_SymbolsMixed_GroupsKeepArrivalOrder(int seed, int step)
    {
        var random = new Random(seed);
        using var database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });
        var table = database.CreateTable(TableReading.Ticks);
        var model = new List<Row>();
        foreach (var rows in new[] { 1, 2, 9, 10, 11, 1000 })
        {
            var batch = Enumerable.Range(0, rows).Select(i => (random.Next(11) * step, (long)i, 1000 + i / 3L)).ToArray();
            var stored = model.Count;
            model.AddRange(batch.Select((row, i) => new Row(row.Item1, row.Item2, row.Item3, stored + i + 1)));
            await TableReading.Append(database, table, batch);
        }

        var expected = model.OrderBy(r => r.Symbol).ThenBy(r => r.Time).ThenBy(r => r.Sequence).ToList();
        Assert.True(expected.SequenceEqual(TableReading.Read(database, table).OrderBy(r => r.Symbol)), $"seed {seed}, step {step}");
    }

    // Readers run while a writer stores statements of ten rows with one price each, some of them late: whole statements or nothing.
    [Fact]
    public async Task Read_WhileStatementsAreStored_SeesWholeStatementsInTimeOrder()
    {
        const int statements = 3000;
        using var database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });
        var table = database.CreateTable(TableReading.Ticks);
        var stored = false;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            long least = 0;
            var reads = 0;
            do
            {
                var rows = TableReading.Read(database, table);
                Assert.True(rows.Count >= least, "rows that were visible are gone");
                least = rows.Count;
                Assert.All(rows.GroupBy(r => r.Price), statement => Assert.Equal(10, statement.Count()));
                Assert.All(rows.GroupBy(r => r.Symbol), series => Assert.Equal(series.OrderBy(r => r.Time).ThenBy(r => r.Sequence), series));
                reads++;
            }
            while (!Volatile.Read(ref stored));
            return reads;
        })).ToArray();

        var random = new Random(11);
        for (var statement = 0; statement < statements; statement++)
        {
            var time = random.Next(10) == 0 ? random.Next(statement + 1) * 1000L : statement * 1000L;
            await TableReading.Append(database, table, [.. Enumerable.Range(0, 10).Select(i => (1 + i % 3, (long)statement, time + i))]);
        }

        Volatile.Write(ref stored, true);
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));
        Assert.Equal(statements * 10, TableReading.Read(database, table).Count);
    }
}
