using Zepto.Storage.Schema;

namespace Zepto.Storage.Tests.Persistence;

/// <summary>Without a log. A copy of the directory of a running database is what kill -9 at that moment leaves.</summary>
public class CrashTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Crash_AtAnyTime_LeavesTheLastCheckpointExactly(int seed)
    {
        using var directory = new TemporaryDirectory();
        var workload = new RandomWorkload(seed);
        using var database = Database.Open(directory.Unlogged());
        for (var round = 0; round < 3; round++)
        {
            await workload.Run(database, 60);
            database.Checkpoint();
            var expected = DatabaseDump.Of(database);
            directory.CopyData($"right-after-{round}");
            await workload.RunWithoutChanges(database, 80);
            directory.CopyData($"later-{round}");
            AssertOpens(directory, $"right-after-{round}", expected, seed);
            AssertOpens(directory, $"later-{round}", expected, seed);
        }
    }

    [Fact]
    public async Task Crash_StatisticsOfLostRows_AreForgotten()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Unlogged());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 10, 1), (1, 20, 2));
        database.Checkpoint();
        await TableReading.Append(database, table, (1, 5000, 3), (1, Nulls.Int64, 4));
        directory.CopyData("crashed");
        using var after = Database.Open(directory.Unlogged(name: "crashed"));
        Assert.True(after.Catalog.TryGet("ticks", out table));
        var block = table.SeriesAt(0).Partitions.Span[0].StateAt(2).Slices[0].Segment.Block(table.Schema.IdOf(1), 0);
        Assert.Equal((10, 20, 0), (block.MinInt64, block.MaxInt64, block.NullCount));
    }

    [Fact]
    public async Task Crash_ReopenAppendStop_GoesOnFromTheCheckpoint()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Unlogged());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 10, 100), (1, 20, 200));
        database.Checkpoint();
        await TableReading.Append(database, table, (1, 30, 300), (1, 11, 110));
        directory.CopyData("crashed");
        for (var round = 0; round < 2; round++)
        {
            var log = new List<string>();
            using var after = Database.Open(directory.Unlogged(log.Add, "crashed"));
            Assert.True(after.Catalog.TryGet("ticks", out table));
            if (round == 0)
            {
                Assert.Contains("rows stored after it are lost", Assert.Single(log));
                await TableReading.Append(after, table, (1, 15, 150));
            }
            else
            {
                Assert.Empty(log);
            }

            Assert.Equal([new Row(1, 10, 100, 1), new Row(1, 15, 150, 3), new Row(1, 20, 200, 2)], TableReading.Read(after, table));
        }
    }

    // Checkpoints run all the time while two tables are written; each copy must open, hold whole statements, and never fewer than before.
    [Fact]
    public async Task Crash_WhileWritersAndCheckpointsRun_LeavesWholeStatements()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Unlogged(writers: 2));
        var stopping = false;
        var writers = new[] { "a", "b" }.Select(name => database.CreateTable(TableReading.Ticks with { Name = name })).Select(table => Task.Run(async () =>
        {
            var random = new Random(table.Id);
            for (var statement = 0; !Volatile.Read(ref stopping); statement++)
            {
                var time = random.Next(20) == 0 ? random.Next(statement + 1) * 1000L : statement * 1000L;
                await TableReading.Append(database, table, [.. Enumerable.Range(0, 10).Select(i => (1 + i % 3, (long)statement, time + i))]);
            }
        })).ToArray();

        for (var round = 0; round < 15; round++)
        {
            await database.CheckpointAsync();
            // No other checkpoint runs, so the copied manifest is whole; rows and texts go on being written under the copy.
            directory.CopyData($"crash-{round}");
        }

        Volatile.Write(ref stopping, true);
        await Task.WhenAll(writers);
        var least = new Dictionary<string, int>();
        for (var round = 0; round < 15; round++)
        {
            using var after = Database.Open(directory.Unlogged(name: $"crash-{round}"));
            foreach (var table in after.Catalog.Tables)
            {
                var rows = TableReading.Read(after, table);
                Assert.Equal(table.CommittedSequence, rows.Count);
                Assert.True(rows.Count >= least.GetValueOrDefault(table.Name), $"round {round}: rows of an earlier checkpoint are gone");
                least[table.Name] = rows.Count;
                Assert.All(rows.GroupBy(r => r.Price), statement => Assert.Equal(10, statement.Count()));
                Assert.All(rows.GroupBy(r => r.Symbol), series => Assert.Equal(series.OrderBy(r => r.Time).ThenBy(r => r.Sequence), series));
            }
        }

        Assert.All(least.Values, rows => Assert.True(rows > 0));
    }

    private static void AssertOpens(TemporaryDirectory directory, string name, List<string> expected, int seed)
    {
        var log = new List<string>();
        using (var database = Database.Open(directory.Unlogged(log.Add, name)))
            DatabaseDump.AssertEqual(expected, DatabaseDump.Of(database), $"seed {seed}, {name}");
        Assert.Contains("was not closed", Assert.Single(log));
    }
}
