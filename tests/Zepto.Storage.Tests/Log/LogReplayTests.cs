using Zepto.Storage.Schema;
using Zepto.Storage.Tests.Mutations;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Log;

/// <summary>A copy of the directory of a running database is what kill -9 at that moment leaves: with a log, everything that was answered.</summary>
public class LogReplayTests
{
    [Theory]
    [InlineData(21, 1, Durability.Async)]
    [InlineData(22, 2, Durability.Async)]
    [InlineData(23, 1, Durability.Sync)]
    [InlineData(24, 3, Durability.Sync)]
    public async Task Crash_AtAnyTime_LosesNothing(int seed, int writers, Durability durability)
    {
        using var directory = new TemporaryDirectory();
        var workload = new RandomWorkload(seed);
        using var database = Database.Open(directory.Options(writers: writers) with { Durability = durability });
        for (var round = 0; round < 4; round++)
        {
            await workload.Run(database, 60);
            if (round == 2)
                database.Checkpoint();
            await workload.Run(database, 20);
            var expected = DatabaseDump.Of(database);
            directory.CopyData($"crash-{round}");
            // The second start finds what the first one replayed and did not put into a checkpoint, as after a crash in the middle of it.
            for (var start = 0; start < 2; start++)
            {
                var log = new List<string>();
                var after = Database.Open(directory.Options(log.Add, $"crash-{round}"));
                DatabaseDump.AssertEqual(expected, DatabaseDump.Of(after), $"seed {seed} round {round} start {start}");
                Assert.Contains("was not closed", Assert.Single(log));
                after.Abandon();
            }

            using (var after = Database.Open(directory.Options(name: $"crash-{round}")))
                DatabaseDump.AssertEqual(expected, DatabaseDump.Of(after), $"seed {seed} round {round} reopened");
            Assert.Empty(Directory.GetFiles(directory.At($"crash-{round}", "log")));
            using (var after = Database.Open(directory.Options(name: $"crash-{round}")))
                DatabaseDump.AssertEqual(expected, DatabaseDump.Of(after), $"seed {seed} round {round} after a clean stop");
        }
    }

    [Fact]
    public async Task Replay_GoesOnWhereItWas()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 10, 100), (1, 30, 300));
        directory.CopyData("crash-0");
        await TableReading.Append(database, table, (1, 20, 200));
        directory.CopyData("crash-1");
        using (var after = Database.Open(directory.Options(name: "crash-0")))
        {
            Assert.True(after.Catalog.TryGet("ticks", out table));
            await TableReading.Append(after, table, (1, 15, 150));
            Assert.Equal([new Row(1, 10, 100, 1), new Row(1, 15, 150, 3), new Row(1, 30, 300, 2)], TableReading.Read(after, table));
            Assert.Equal(2, after.CreateTable(TableReading.Ticks with { Name = "next" }).Id);
        }

        using (var after = Database.Open(directory.Options(name: "crash-1")))
        {
            Assert.True(after.Catalog.TryGet("ticks", out table));
            Assert.Equal([new Row(1, 10, 100, 1), new Row(1, 20, 200, 3), new Row(1, 30, 300, 2)], TableReading.Read(after, table));
        }
    }

    [Fact]
    public async Task Replay_Dictionaries_KeepTheirCodes()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options());
        var table = database.CreateTable(new TableDefinition("t", [new("s", ColumnType.String), new("symbol", ColumnType.Symbol)]));
        table.Strings(0)!.Intern("before the checkpoint"u8);
        database.Symbols.EnsureId(7);
        database.Checkpoint();
        // More than one record holds, and one text that is longer than a record's share.
        for (var i = 0; i < 3_000; i++)
            table.Strings(0)!.Intern(System.Text.Encoding.UTF8.GetBytes(new string('x', 1000) + i));
        table.Strings(0)!.Intern(new byte[3 << 20]);
        database.Symbols.Intern("AAPL"u8);
        database.Symbols.EnsureId(3);
        await Append(database, table.Strings(0)!.Count, 3);
        directory.CopyData("crash");
        using var after = Database.Open(directory.Options(name: "crash"));
        Assert.True(after.Catalog.TryGet("t", out var found));
        Assert.Equal(3_002, found.Strings(0)!.Count);
        for (var code = 1; code <= 3_002; code++)
            Assert.True(table.Strings(0)!.Text(code).Bytes.SequenceEqual(found.Strings(0)!.Text(code).Bytes), $"code {code}");
        Assert.Equal(("AAPL", "3", false, false), (after.Symbols.Name(1).Text(), after.Symbols.Name(3).Text(), after.Symbols.HasName(3), after.Symbols.HasName(7)));
        Assert.Equal(2, after.Symbols.Intern("MSFT"u8));
    }

    // Two tables are written while checkpoints begin and end; whatever moment a copy shows, no answered statement is missing and none is there twice.
    [Fact]
    public async Task Crash_WhileWritersRun_LeavesAnsweredStatementsOnce()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options(writers: 2) with { Durability = Durability.Sync });
        var stopping = false;
        var answered = new int[2];
        var writers = new[] { "a", "b" }.Select(name => database.CreateTable(TableReading.Ticks with { Name = name })).Select((table, index) => Task.Run(async () =>
        {
            var random = new Random(table.Id);
            for (var statement = 0; !Volatile.Read(ref stopping); statement++)
            {
                var time = random.Next(20) == 0 ? random.Next(statement + 1) * 1000L : statement * 1000L;
                await TableReading.Append(database, table, [.. Enumerable.Range(0, 10).Select(i => (1 + i % 3, (long)statement, time + i))]);
                Volatile.Write(ref answered[index], statement + 1);
            }
        })).ToArray();

        var least = new List<int[]>();
        for (var round = 0; round < 10; round++)
        {
            await database.CheckpointAsync();
            least.Add([Volatile.Read(ref answered[0]), Volatile.Read(ref answered[1])]);
            directory.CopyData($"crash-{round}");
        }

        Volatile.Write(ref stopping, true);
        await Task.WhenAll(writers);
        for (var round = 0; round < 10; round++)
        {
            using var after = Database.Open(directory.Options(name: $"crash-{round}"));
            foreach (var (index, name) in new[] { "a", "b" }.Index())
            {
                Assert.True(after.Catalog.TryGet(name, out var table));
                var statements = TableReading.Read(after, table).GroupBy(r => r.Price).ToDictionary(g => g.Key, g => g.Count());
                Assert.All(statements.Values, rows => Assert.Equal(10, rows));
                Assert.True(statements.Count >= least[round][index], $"round {round}, table {name}: {statements.Count} statements, {least[round][index]} had been answered");
                Assert.Equal(Enumerable.Range(0, statements.Count).Select(i => (long)i), statements.Keys.Order());
            }
        }
    }

    [Fact]
    public async Task Checkpoint_DeletesTheFilesBefore()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options());
        var table = database.CreateTable(TableReading.Ticks);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal($"{round + 1:D10}.zl", Path.GetFileName(Assert.Single(Directory.GetFiles(directory.At("data", "log")))));
            await TableReading.Append(database, table, (1, 1, 1));
            database.Checkpoint();
            // Nothing was appended since.
            database.Checkpoint();
        }
    }

    [Fact]
    public async Task Off_AfterACrashWithALog_ReplaysItAndGoesOnWithout()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options());
        await TableReading.Append(database, database.CreateTable(TableReading.Ticks), (1, 10, 100));
        directory.CopyData("crash");
        for (var round = 0; round < 2; round++)
        {
            using var after = Database.Open(directory.Unlogged(name: "crash"));
            Assert.Empty(Directory.GetFiles(directory.At("crash", "log")));
            Assert.Equal(1, Assert.Single(after.Catalog.Tables).RowCount);
        }

        using var logged = Database.Open(directory.Options(name: "crash"));
        Assert.Single(Directory.GetFiles(directory.At("crash", "log")));
    }

    [Theory]
    [InlineData(31, Durability.Async)]
    [InlineData(32, Durability.Sync)]
    public async Task Replay_MutationsAndColumns_AreThere(int seed, Durability durability)
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options() with { Durability = durability });
        var table = database.CreateTable(TableReading.Ticks);
        var random = new Random(seed);
        for (var step = 0; step < 24; step++)
        {
            await TableReading.Append(database, table, [.. Enumerable.Range(0, 200).Select(_ => (1 + random.Next(3), random.NextInt64(1000), random.NextInt64(4 * 86_400_000_000_000L)))]);
            var rows = StoredRows.Read(database, table);
            var removed = rows.Where(_ => random.Next(5) == 0).ToList();
            Assert.Equal(removed.Count, await StoredRows.Mutate(database, table, removed, [.. removed.Where(r => r.Sequence % 2 == 0).Select(r => r with { Price = -r.Price, Time = r.Time / 2 })]));
            switch (step)
            {
                case 5:
                    await database.CheckpointAsync();
                    break;
                case 9:
                    await database.AddColumnAsync("ticks", new ColumnDefinition("note", ColumnType.String, Default: new ColumnDefault(0, 0, "none")));
                    await database.RenameColumnAsync("ticks", "note", "remark");
                    break;
                case 12:
                    await database.TruncateAsync("ticks");
                    break;
                case 15:
                    await database.DropColumnAsync("ticks", "remark");
                    break;
                case 18:
                    await database.SetRetentionAsync("ticks", 1_000_000_000_000_000_000);
                    break;
                case 20:
                    await database.SetRetentionAsync("ticks", null);
                    database.Compact();
                    break;
            }

            if (step % 3 != 2)
                continue;
            directory.CopyData($"crash-{step}");
            var expected = DatabaseDump.Of(database, withPlaces: false);
            for (var start = 0; start < 2; start++)
            {
                using var after = Database.Open(directory.Options(name: $"crash-{step}") with { RetentionInterval = Timeout.InfiniteTimeSpan });
                DatabaseDump.AssertEqual(expected, DatabaseDump.Of(after, withPlaces: false), $"seed {seed} step {step} start {start}");
                Assert.True(after.Catalog.TryGet("ticks", out var found));
                Assert.Equal(table.RetentionNs, found.RetentionNs);
                Assert.Equal(StoredRows.Read(database, table), StoredRows.Read(after, found));
            }
        }
    }

    private static async Task Append(Database database, int text, int symbol)
    {
        Assert.True(database.Catalog.TryGet("t", out var table));
        var batch = database.RentBatch(table);
        batch.EnsureCapacity(1);
        batch.SetRowCount(1);
        batch.Column<int>(0)[0] = text;
        batch.Column<int>(1)[0] = symbol;
        await database.AppendAsync(batch);
    }
}
