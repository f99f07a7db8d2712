using System.Runtime.Versioning;

namespace Zepto.Storage.Tests.Persistence;

public class BackupTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData(31, Durability.Async)]
    [InlineData(32, Durability.Sync)]
    [InlineData(33, Durability.Off)]
    public async Task Backup_OpensAsTheDatabaseWas_AndGoesOn(int seed, Durability durability)
    {
        using var directory = new TemporaryDirectory();
        var workload = new RandomWorkload(seed);
        using var database = Database.Open(directory.Options() with { Durability = durability });
        for (var round = 0; round < 3; round++)
        {
            await workload.Run(database, 80);
            // Encoded segments from the second round on.
            if (round > 0)
                database.Compact();
            var expected = DatabaseDump.Of(database);
            var result = await database.BackupAsync(directory.At($"copy-{round}"));
            Assert.Equal((directory.At($"copy-{round}"), database.Catalog.Tables.Count), (result.Path, result.Tables));
            Assert.Equal(database.Measure().Rows, result.Rows);
            Assert.True(result.Bytes > 0);
            await workload.Run(database, 30);
            for (var opening = 0; opening < 2; opening++)
            {
                using var copy = Database.Open(directory.Options(name: $"copy-{round}") with { Durability = durability });
                DatabaseDump.AssertEqual(expected, DatabaseDump.Of(copy), $"seed {seed}, round {round}, opening {opening}");
            }

            using (var copy = Database.Open(directory.Options(name: $"copy-{round}") with { Durability = durability }))
            {
                await workload.RunWithoutChanges(copy, 30);
                expected = DatabaseDump.Of(copy);
            }

            using (var copy = Database.Open(directory.Options(name: $"copy-{round}") with { Durability = durability }))
                DatabaseDump.AssertEqual(expected, DatabaseDump.Of(copy), $"seed {seed}, round {round}, gone on");
        }
    }

    // One client does one thing after the other, on tables of different writer threads, so a backup must have a beginning of that and nothing else.
    [Theory]
    [InlineData(41, Durability.Async)]
    [InlineData(42, Durability.Off)]
    public async Task BackupUnderWriters_HasTheStatementsOfOneMoment(int seed, Durability durability)
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options(writers: 2) with { Durability = durability });
        var ordered = new[] { "a", "b" }.Select(name => database.CreateTable(TableReading.Ticks with { Name = name })).ToArray();
        var busy = database.CreateTable(TableReading.Ticks with { Name = "busy" });
        var stopping = false;
        var clients = new[] { Task.Run(Ordered), Task.Run(Busy) };
        var backups = new List<BackupResult>();
        for (var round = 0; round < 5; round++)
        {
            backups.Add(await database.BackupAsync(directory.At($"copy-{round}")));
            if (round % 2 == 0)
                database.Compact();
        }

        Volatile.Write(ref stopping, true);
        await Task.WhenAll(clients);
        var least = 0;
        for (var round = 0; round < backups.Count; round++)
        {
            var where = $"seed {seed}, round {round}";
            using var copy = Database.Open(directory.Options(name: $"copy-{round}") with { Durability = durability });
            var a = StatementsOf(copy, "a", where);
            var b = StatementsOf(copy, "b", where);
            Assert.True(a == b || a == b + 1, $"{where}: {a} statements of a, {b} of b");
            var made = copy.Catalog.Tables.Count - 3;
            Assert.True(made == (a + 9) / 10 || (made == a / 10 + 1 && a % 10 == 0 && a == b), $"{where}: {made} tables made for {a} statements");
            Assert.True(a >= least, $"{where}: statements of an earlier backup are gone");
            least = a;
            Assert.Equal(backups[round].Rows, StatementsOf(copy, "busy", where) * 10L + (a + b) * 10L);
        }

        Assert.True(least > 0);

        async Task Ordered()
        {
            for (var statement = 0; !Volatile.Read(ref stopping); statement++)
            {
                if (statement % 10 == 0)
                    await database.CreateTableAsync(TableReading.Ticks with { Name = $"made{statement}" });
                foreach (var table in ordered)
                    await TableReading.Append(database, table, [.. Enumerable.Range(0, 10).Select(i => (1 + i % 3, (long)statement, statement * 1000L + i))]);
            }
        }

        // Late rows all the time: segments are replaced while they are copied.
        async Task Busy()
        {
            var random = new Random(seed);
            for (var statement = 0; !Volatile.Read(ref stopping); statement++)
            {
                var time = random.Next(statement + 1) * 1000L;
                await TableReading.Append(database, busy, [.. Enumerable.Range(0, 10).Select(i => (1 + i % 3, (long)statement, time + i))]);
            }
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Backup_HasTheOtherFilesOfTheDirectory_AndNothingOfTheRunningServer()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options());
        File.WriteAllText(directory.At("data", "keys"), "secret");
        File.SetUnixFileMode(directory.At("data", "keys"), Private);
        Directory.CreateDirectory(directory.At("copy"));
        await database.BackupAsync(directory.At("copy") + "/");
        Assert.Equal(["MANIFEST", "dictionaries", "extents", "keys", "log"],
            Directory.EnumerateFileSystemEntries(directory.At("copy")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("secret", File.ReadAllText(directory.At("copy", "keys")));
        Assert.Equal(Private, File.GetUnixFileMode(directory.At("copy", "keys")));
        Assert.False(Directory.Exists(directory.At("copy.partial")));
    }

    [Fact]
    public async Task StatisticsOfLaterRows_AreNotInTheCopy()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 10, 1), (1, 20, 2));
        await database.BackupAsync(directory.At("copy"));
        // As if the extent had been copied after more rows.
        using (var held = File.OpenHandle(directory.At("copy", "extents", "000000.zx"), FileMode.Open, FileAccess.ReadWrite))
        {
            await TableReading.Append(database, table, (1, 5000, 3));
            var later = await File.ReadAllBytesAsync(directory.At("data", "extents", "000000.zx"), TestContext.Current.CancellationToken);
            RandomAccess.Write(held, later, 0);
        }

        using var copy = Database.Open(directory.Options(name: "copy"));
        Assert.True(copy.Catalog.TryGet("ticks", out table));
        var block = table.SeriesAt(0).Partitions.Span[0].StateAt(table.CommittedSequence).Slices[0].Segment.Block(table.Schema.IdOf(1), 0);
        Assert.Equal((10, 20), (block.MinInt64, block.MaxInt64));
    }

    [Fact]
    public async Task Backup_WhereItCannotBe_IsRefusedAndLeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Options());
        await Refused("", StorageErrorKind.BadDefinition, "needs the name of a directory");
        await Refused("a\0b", StorageErrorKind.BadDefinition, "needs the name of a directory");
        await Refused(directory.At("data"), StorageErrorKind.BadDefinition, "is the data directory or lies in it");
        await Refused(directory.At("data", "extents", "x"), StorageErrorKind.BadDefinition, "is the data directory or lies in it");
        await Refused(directory.At("data", "..", "data", "x"), StorageErrorKind.BadDefinition, "is the data directory or lies in it");
        Directory.CreateSymbolicLink(directory.At("link"), directory.At("data"));
        await Refused(directory.At("link", "x"), StorageErrorKind.BadDefinition, "is the data directory or lies in it");
        await Refused(directory.Path, StorageErrorKind.AlreadyExists, "is not empty");
        File.WriteAllText(directory.At("file"), "");
        await Refused(directory.At("file"), StorageErrorKind.AlreadyExists, "is a file");
        await Refused(directory.At("file", "x"), StorageErrorKind.Unwritable, "there is no directory");
        await Refused(directory.At("none", "x"), StorageErrorKind.Unwritable, "there is no directory");
        await Refused(directory.At(new string('n', 300)), StorageErrorKind.Unwritable, "failed, there is none");
        Directory.CreateDirectory(directory.At("copy.partial"));
        await Refused(directory.At("copy"), StorageErrorKind.AlreadyExists, "copy.partial is there");
        Directory.Delete(directory.At("copy.partial"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await database.BackupAsync(directory.At("copy"), new CancellationToken(canceled: true)));
        Assert.Equal(["data", "file", "link"], Directory.EnumerateFileSystemEntries(directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        // None of that keeps the next one from being made.
        await database.BackupAsync(directory.At("copy"));

        async Task Refused(string path, StorageErrorKind kind, string message)
        {
            var error = await Assert.ThrowsAsync<StorageException>(async () => await database.BackupAsync(path));
            Assert.Equal(kind, error.Kind);
            Assert.Contains(message, error.Message);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Fact]
    public async Task Backup_OfTablesInMemory_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(new DatabaseOptions());
        var error = await Assert.ThrowsAsync<StorageException>(async () => await database.BackupAsync(directory.At("copy")));
        Assert.Contains("in memory", error.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    private static int StatementsOf(Database database, string name, string where)
    {
        Assert.True(database.Catalog.TryGet(name, out var table), $"{where}: there is no table {name}");
        var statements = TableReading.Read(database, table).GroupBy(r => r.Price).ToArray();
        Assert.All(statements, s => Assert.True(s.Count() == 10, $"{where}: {s.Count()} rows of statement {s.Key} of {name}"));
        Assert.Equal(Enumerable.Range(0, statements.Length).Select(i => (long)i), statements.Select(s => s.Key).Order());
        return statements.Length;
    }
}
