using Zepto.Native;

namespace Zepto.Storage.Tests.Persistence;

/// <summary>A full disk and a directory that refuses: the statement fails, the database goes on.</summary>
public class FailureTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Append_DiskFull_FailsWholeAndLaterStatementsWork(bool late)
    {
        using var directory = new TemporaryDirectory();
        var isFull = false;
        var options = directory.Options() with { BeforeReserving = _ => { if (Volatile.Read(ref isFull)) throw new NativeException("fallocate", "x", NativeException.NoSpace); } };
        List<string> expected;
        using (var database = Database.Open(options))
        {
            var table = database.CreateTable(TableReading.Ticks);
            await TableReading.Append(database, table, Rows(1, 50, 1000));
            var before = DatabaseDump.Of(database);

            // Symbol 1 has room for some rows or must merge, symbol 2 needs a new segment: the first group is stored before the failure.
            Volatile.Write(ref isFull, true);
            var error = await Assert.ThrowsAsync<StorageException>(() => TableReading.Append(database, table, [.. Rows(1, 10, late ? 900 : 2000), .. Rows(2, 10, 1)]));
            Assert.Equal(StorageErrorKind.Unwritable, error.Kind);
            Assert.StartsWith("No room for ", error.Message);
            Assert.Contains("nothing of the statement was stored", error.Message);
            await Assert.ThrowsAsync<StorageException>(() => TableReading.Append(database, table, [.. Rows(1, 100, 2000)]));
            Assert.Equal(before, DatabaseDump.Of(database).Where(line => line != "series 2" && line != "partition 0 until -9223372036854775808"));

            Volatile.Write(ref isFull, false);
            await TableReading.Append(database, table, [.. Rows(1, 10, 2000), .. Rows(2, 5, 1)]);
            Assert.Equal(Enumerable.Range(1, 65).Select(i => (long)i), TableReading.Read(database, table).Select(r => r.Sequence));
            expected = DatabaseDump.Of(database);
        }

        using var reopened = Database.Open(directory.Options());
        DatabaseDump.AssertEqual(expected, DatabaseDump.Of(reopened), "after a full disk");
    }

    [Fact]
    public void CreateAndDrop_ManifestCannotBeWritten_AreUndone()
    {
        using var directory = new TemporaryDirectory();
        using var database = Database.Open(directory.Unlogged());
        database.CreateTable(TableReading.Ticks);
        Assert.Equal(16 << 20, new FileInfo(directory.At("data", "RESERVE")).Length);
        Directory.CreateDirectory(directory.At("data", "MANIFEST.tmp"));
        var error = Assert.Throws<StorageException>(() => { database.CreateTable(TableReading.Ticks with { Name = "other" }); });
        Assert.Equal(StorageErrorKind.Unwritable, error.Kind);
        Assert.False(database.Catalog.TryGet("other", out _));
        Assert.False(File.Exists(directory.At("data", "RESERVE")), "the second try must have had the reserved space");
        Assert.Throws<StorageException>(() => database.DropTable("ticks"));
        Assert.True(database.Catalog.TryGet("ticks", out _));

        Directory.Delete(directory.At("data", "MANIFEST.tmp"));
        database.CreateTable(TableReading.Ticks with { Name = "other" });
        Assert.Equal(16 << 20, new FileInfo(directory.At("data", "RESERVE")).Length);
        database.DropTable("ticks");
        Assert.Equal("other", Assert.Single(database.Catalog.Tables).Name);
    }

    [Fact]
    public async Task Dispose_LastCheckpointFails_SaysSoAndLeavesTheOneBefore()
    {
        using var directory = new TemporaryDirectory();
        var log = new List<string>();
        using (var database = Database.Open(directory.Unlogged(log.Add)))
        {
            await TableReading.Append(database, database.CreateTable(TableReading.Ticks), (1, 1, 1));
            Directory.CreateDirectory(directory.At("data", "MANIFEST.tmp"));
        }

        Assert.StartsWith("the last checkpoint failed", Assert.Single(log));
        Directory.Delete(directory.At("data", "MANIFEST.tmp"));
        using var after = Database.Open(directory.Unlogged(log.Add));
        Assert.Contains("was not closed", log[1]);
        Assert.Equal(0, Assert.Single(after.Catalog.Tables).RowCount);
    }

    [Fact]
    public async Task Abandon_LeavesTheLastCheckpoint()
    {
        using var directory = new TemporaryDirectory();
        var log = new List<string>();
        foreach (var options in new[] { directory.Unlogged(log.Add), directory.Options(log.Add, "logged") })
        {
            var database = Database.Open(options);
            var table = database.CreateTable(TableReading.Ticks);
            database.Checkpoint();
            await TableReading.Append(database, table, (1, 1, 1));
            database.Abandon();

            using var after = Database.Open(options);
            Assert.Equal(1, after.TablesMade);
            Assert.Equal(0, Assert.Single(after.Catalog.Tables).RowCount);
            Assert.Empty(log);
        }
    }

    [Fact]
    public void Abandon_WithoutACheckpoint_LeavesTheDirectoryAsItWas()
    {
        using var directory = new TemporaryDirectory();
        var log = new List<string>();
        var database = Database.Open(directory.Options(log.Add));
        database.CreateTable(TableReading.Ticks);
        database.Abandon();

        using var after = Database.Open(directory.Options(log.Add));
        Assert.Empty(after.Catalog.Tables);
        Assert.Equal(0, after.TablesMade);
        Assert.Empty(log);
    }

    private static (int, long, long)[] Rows(int symbol, int count, long time) => [.. Enumerable.Range(0, count).Select(i => (symbol, (long)i, time + i))];
}
