using Zepto.Storage.Schema;
using Zepto.Storage.Tables;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Compaction;

/// <summary>Segments are encoded and joined, and nobody can tell but by the room they take.</summary>
public class CompactionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Compact_RandomTables_KeepsEveryValueAcrossWorkAndRestarts(int seed)
    {
        using var directory = new TemporaryDirectory();
        var log = new List<string>();
        var workload = new RandomWorkload(seed);
        List<string> expected = [];
        for (var round = 0; round < 3; round++)
        {
            using var database = Database.Open(directory.Options(log.Add));
            DatabaseDump.AssertEqual(expected, DatabaseDump.Of(database, withPlaces: false), $"seed {seed} round {round} reopened");
            for (var part = 0; part < 3; part++)
            {
                await workload.Run(database, 40);
                expected = DatabaseDump.Of(database, withPlaces: false);
                var made = database.Compact();
                Assert.True(made > 0, $"seed {seed} round {round} part {part}");
                DatabaseDump.AssertEqual(expected, DatabaseDump.Of(database, withPlaces: false), $"seed {seed} round {round} part {part}");
            }

            Assert.Equal(0, database.Compact());
        }

        Assert.Empty(log);
    }

    [Fact]
    public async Task Compact_Crash_FindsTheSegmentsOfTheLastCheckpoint()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Unlogged());
        var workload = new RandomWorkload(5);
        await workload.Run(database, 150);
        database.Checkpoint();
        var expected = DatabaseDump.Of(database, withPlaces: false);
        Assert.True(database.Compact() > 0);
        directory.CopyData("before");
        database.Checkpoint();
        directory.CopyData("after");
        await workload.RunWithoutChanges(database, 50);
        database.Compact();
        directory.CopyData("later");
        foreach (var name in new[] { "before", "after", "later" })
        {
            using var crashed = Database.Open(directory.Unlogged(name: name));
            DatabaseDump.AssertEqual(expected, DatabaseDump.Of(crashed, withPlaces: false), name);
            crashed.Compact();
            DatabaseDump.AssertEqual(expected, DatabaseDump.Of(crashed, withPlaces: false), $"{name} compacted");
        }
    }

    [Fact]
    public async Task Compact_Ticks_TakeFewBytesARow()
    {
        using var database = Database.Open(Quiet());
        var table = await Ticks(database, rows: 200_000, symbols: 3, seed: 9);
        var before = table.Measure();
        Assert.Equal((200_000, 0), (before.Rows, before.EncodedRows));
        Assert.True(database.Compact() > 0);
        var after = table.Measure();
        Assert.Equal((200_000, 200_000), (after.Rows, after.EncodedRows));
        Assert.True(before.Bytes > 24 * 200_000L);
        Assert.InRange((double)after.Bytes / after.Rows, 5, 12);
    }

    [Fact]
    public async Task Run_WrittenPartition_TakesOnlyWholeSealedSlices()
    {
        using var database = Database.Open(Quiet());
        var table = await Ticks(database, rows: 90_000, symbols: 1, seed: 4);
        // 1,024 to 16,384 rows are sealed and joined; the segment behind them is being filled.
        Assert.Equal(2, database.CompactWritten());
        Assert.Equal([(21_504, true), (65_536, true), (2_960, false)], SlicesOf(table).Select(s => (s.PublishedRows, s.Segment.IsEncoded)));
        Assert.True(SlicesOf(table)[^1].IsOpen);
        // Nothing came since: the partition is taken to its end, and rows that come later begin anew behind it.
        Assert.Equal(1, database.CompactWritten());
        Assert.All(SlicesOf(table), s => Assert.True(s.Segment.IsEncoded));
        await TableReading.Append(database, table, (1, 5, DayNs - 1));
        Assert.True(SlicesOf(table)[^1].IsOpen);
        Assert.Equal(64, SlicesOf(table)[^1].Segment.Capacity);
    }

    [Fact]
    public async Task Compact_SnapshotFromBefore_SeesItsRowsInNewSegments()
    {
        using var database = Database.Open(Quiet());
        var table = await Ticks(database, rows: 5000, symbols: 1, seed: 3);
        using var lease = database.Epochs.Enter();
        var sequence = table.CommittedSequence;
        await TableReading.Append(database, table, (1, 77, DayNs - 2), (1, 78, DayNs - 1));
        Assert.True(database.Compact() > 0);
        var state = table.SeriesAt(0).Partitions.Span[0].StateAt(sequence);
        Assert.All(state.Slices.ToArray(), s => Assert.True(s.Segment.IsEncoded));
        Assert.Equal(5000, state.Slices.ToArray().Sum(s => s.VisibleRows(sequence)));
        Assert.Equal(5002, state.Slices.ToArray().Sum(s => s.VisibleRows(table.CommittedSequence)));
    }

    [Fact]
    public async Task Compact_DroppedColumnStillRead_WaitsForItsReader()
    {
        using var database = Database.Open(Quiet());
        var table = await Ticks(database, rows: 3000, symbols: 1, seed: 3);
        var price = table.Schema.IdOf(1);
        using (database.Epochs.Enter())
        {
            await database.DropColumnAsync("ticks", "price");
            Assert.Equal(0, database.Compact());
            Assert.All(SlicesOf(table), s => Assert.True(s.Segment.HasColumn(price)));
        }

        await database.AddColumnAsync("ticks", new("venue", ColumnType.Int64));
        Assert.True(database.Compact() > 0);
        Assert.All(SlicesOf(table), s => Assert.False(s.Segment.HasColumn(price)));
        Assert.All(SlicesOf(table), s => Assert.Equal(Nulls.Int64, s.Segment.Int64At(table.Schema.IdOf(2), 0)));
    }

    [Fact]
    public async Task Compact_RemovedRows_JoinsWhatIsLeft()
    {
        using var database = Database.Open(Quiet());
        var table = await Ticks(database, rows: 60_000, symbols: 1, seed: 6);
        database.Compact();
        var rows = TableReading.Read(database, table);
        using (var mutation = database.RentMutation(table))
        {
            foreach (var row in rows.Where((_, i) => i is > 20_000 and < 40_000))
                mutation.Remove(row.Symbol, row.Time, row.Sequence);
            Assert.Equal(19_999, await database.MutateAsync(mutation));
        }

        var expected = rows.Where((_, i) => i is not (> 20_000 and < 40_000)).ToList();
        Assert.Equal(expected, TableReading.Read(database, table));
        Assert.True(SlicesOf(table).Length > 1);
        Assert.Equal(1, database.Compact());
        Assert.Equal(expected, TableReading.Read(database, table));
        Assert.Single(SlicesOf(table));
    }

    [Fact]
    public async Task Background_RowsThatRest_AreEncodedByItself()
    {
        using var database = Database.Open(new DatabaseOptions { CompactionInterval = TimeSpan.FromMilliseconds(5), HotTime = TimeSpan.Zero });
        var table = await Ticks(database, rows: 10_000, symbols: 2, seed: 2);
        Assert.True(SpinWait.SpinUntil(() => table.Measure().EncodedRows == 10_000, TimeSpan.FromMinutes(2)), $"{table.Measure()}");
        Assert.Equal(10_000, TableReading.Read(database, table).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Compact_WhileRowsComeLateAndGo_LosesNone(int seed)
    {
        using var database = Database.Open(Quiet());
        var table = await Ticks(database, rows: 30_000, symbols: 2, seed: 1);
        using var done = new CancellationTokenSource();
        var compaction = Task.Run(() =>
        {
            var made = 0;
            while (!done.IsCancellationRequested)
                made += database.Compact();
            return made;
        });
        var reading = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                using var lease = database.Epochs.Enter();
                var snapshot = table.Snapshot();
                Assert.Equal(snapshot.RowCount, CountOrdered(table, snapshot.Sequence));
            }
        });

        var random = new Random(seed);
        var model = TableReading.Read(database, table).ToDictionary(r => r.Sequence);
        for (var step = 0; step < 150; step++)
        {
            if (step % 3 == 0)
                await Mutate(database, table, random, model);
            else
                await AppendLate(database, table, random, model);
        }

        done.Cancel();
        await reading;
        Assert.True(await compaction > 0);
        database.Compact();
        var expected = model.Values.OrderBy(r => r.Symbol).ThenBy(r => r.Time).ThenBy(r => r.Sequence);
        Assert.Equal(expected, TableReading.Read(database, table).OrderBy(r => r.Symbol));
    }

    private const long DayNs = 86_400_000_000_000;

    private static DatabaseOptions Quiet() => new() { CompactionInterval = Timeout.InfiniteTimeSpan, HotTime = TimeSpan.Zero };

    private static SegmentSlice[] SlicesOf(Table table) => table.SeriesAt(0).Partitions.Span[0].State.Slices.ToArray();

    /// <summary>Rows of one day in time order, all columns as a market gives them.</summary>
    private static async Task<Table> Ticks(Database database, int rows, int symbols, int seed)
    {
        var random = new Random(seed);
        var table = database.CreateTable(TableReading.Ticks);
        long time = 0, price = 6_000_000;
        for (var stored = 0; stored < rows;)
        {
            var count = Math.Min(rows - stored, 1000);
            await TableReading.Append(database, table, [.. Enumerable.Range(0, count).Select(_ =>
                (1 + random.Next(symbols), price += 5 * random.Next(-9, 10), time += 1000 * random.Next(1, 200_000)))]);
            stored += count;
        }

        return table;
    }

    private static async Task Mutate(Database database, Table table, Random random, Dictionary<long, Row> model)
    {
        using var mutation = database.RentMutation(table);
        var from = random.Next(model.Count);
        var gone = model.Values.Skip(from).Take(random.Next(1, 300)).ToArray();
        foreach (var row in gone)
        {
            mutation.Remove(row.Symbol, row.Time, row.Sequence);
            model.Remove(row.Sequence);
        }

        Assert.Equal(gone.Length, await database.MutateAsync(mutation));
    }

    private static async Task AppendLate(Database database, Table table, Random random, Dictionary<long, Row> model)
    {
        var last = model.Values.Max(r => r.Time);
        var rows = Enumerable.Range(0, random.Next(1, 400))
            .Select(i => (Symbol: 1 + random.Next(2), Price: random.NextInt64(1000), Time: random.Next(2) == 0 ? last + i : random.NextInt64(last))).ToArray();
        var sequence = table.CommittedSequence;
        await TableReading.Append(database, table, rows);
        foreach (var row in rows)
        {
            sequence++;
            model.Add(sequence, new Row(row.Symbol, row.Price, row.Time, sequence));
        }
    }

    private static long CountOrdered(Table table, long sequence)
    {
        long count = 0;
        for (var s = 0; s < table.SeriesCount; s++)
        {
            foreach (var partition in table.SeriesAt(s).Partitions.Span)
            {
                var before = (Time: long.MinValue, Sequence: 0L);
                foreach (var slice in partition.StateAt(sequence).Slices)
                {
                    var rows = slice.VisibleRows(sequence);
                    count += rows;
                    for (var row = slice.StartRow; row < slice.StartRow + rows; row += 1 + (rows / 50))
                    {
                        var place = (slice.Segment.Int64At(table.Schema.TimestampId, row), slice.Segment.SequenceAt(row));
                        Assert.True(before.CompareTo(place) < 0 && place.Item2 <= sequence);
                        before = place;
                    }
                }
            }
        }

        return count;
    }
}
