using System.Text;
using Zepto.Native;
using Zepto.Storage.Log;
using Zepto.Storage.Tables;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Log;

/// <summary>A log that cannot be written or flushed, and what statements that wait for the device see meanwhile.</summary>
public sealed class LogFailureTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Durability.Async)]
    [InlineData(Durability.Sync)]
    public async Task Write_DiskFull_FailsTheStatementAndResumes(Durability durability)
    {
        var isFull = false;
        var options = _directory.Options() with
        {
            Durability = durability,
            BeforeLogWrite = _ => { if (Volatile.Read(ref isFull)) throw new NativeException("pwritev", "x", NativeException.NoSpace); },
        };
        List<string> expected;
        using (var database = Database.Open(options))
        {
            var table = database.CreateTable(TableReading.Ticks);
            await TableReading.Append(database, table, (1, 1, 10), (1, 2, 20));
            var before = DatabaseDump.Of(database);
            Volatile.Write(ref isFull, true);
            var error = await Assert.ThrowsAsync<StorageException>(() => TableReading.Append(database, table, (1, 3, 30)));
            Assert.StartsWith("The log cannot be written: ", error.Message);
            Assert.EndsWith("nothing of the statement was stored", error.Message);
            await Assert.ThrowsAsync<StorageException>(() => TableReading.Append(database, table, (1, 4, 5)));
            Assert.Throws<StorageException>(() => { database.CreateTable(TableReading.Ticks with { Name = "other" }); });
            Assert.Throws<StorageException>(() => database.DropTable("ticks"));
            await Assert.ThrowsAsync<StorageException>(() => database.TruncateAsync("ticks").AsTask());
            await Assert.ThrowsAsync<StorageException>(() => database.AddColumnAsync("ticks", new("c", Schema.ColumnType.Bool)).AsTask());
            Assert.Throws<StorageException>(database.Checkpoint);
            DatabaseDump.AssertEqual(before, DatabaseDump.Of(database), "while the disk is full");
            Volatile.Write(ref isFull, false);
            await TableReading.Append(database, table, (1, 5, 15));
            database.CreateTable(TableReading.Ticks with { Name = "other" });
            expected = DatabaseDump.Of(database);
            _directory.CopyData("crash");
        }

        using var after = Database.Open(_directory.Options(name: "crash"));
        DatabaseDump.AssertEqual(expected, DatabaseDump.Of(after), "after a crash");
    }

    [Fact]
    public async Task Flush_FailsWhileStatementsWait_EndsWritingForGood()
    {
        var isBroken = false;
        var log = new List<string>();
        var options = _directory.Options(log.Add) with
        {
            Durability = Durability.Sync,
            BeforeLogFlush = () => { if (Volatile.Read(ref isBroken)) throw new NativeException("fdatasync", "x", 5); },
        };
        using (var database = Database.Open(options))
        {
            var table = database.CreateTable(TableReading.Ticks);
            await TableReading.Append(database, table, (1, 1, 10));
            Volatile.Write(ref isBroken, true);
            var waiting = Enumerable.Range(2, 5).Select(i => TableReading.Append(database, table, (1, i, i * 10L))).ToArray();
            foreach (var statement in waiting)
                AssertNotDurable(await Assert.ThrowsAsync<StorageException>(() => statement));
            Volatile.Write(ref isBroken, false);
            AssertNotDurable(await Assert.ThrowsAsync<StorageException>(() => TableReading.Append(database, table, (1, 9, 90))));
            AssertNotDurable(Assert.Throws<StorageException>(() => { database.CreateTable(TableReading.Ticks with { Name = "other" }); }));
            AssertNotDurable(Assert.Throws<StorageException>(() => database.DropTable("ticks")));
            AssertNotDurable(Assert.Throws<StorageException>(database.Checkpoint));
            Assert.Equal([new Row(1, 1, 10, 1)], TableReading.Read(database, table));
            AssertNotDurable(log[0]);
        }

        Assert.StartsWith("the last checkpoint failed, the next start replays the log", log[1]);
        using var after = Database.Open(_directory.Options());
        Assert.True(after.Catalog.TryGet("ticks", out var found));
        Assert.Equal(new Row(1, 1, 10, 1), TableReading.Read(after, found)[0]);
    }

    [Fact]
    public async Task Flush_FailsBehindAnsweredStatements_FailsTheNext()
    {
        var isBroken = false;
        var failed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = _directory.Options(line => failed.TrySetResult(line)) with
        {
            BeforeLogFlush = () => { if (Volatile.Read(ref isBroken)) throw new NativeException("fdatasync", "x", 5); },
        };
        using var database = Database.Open(options);
        var table = database.CreateTable(TableReading.Ticks);
        Volatile.Write(ref isBroken, true);
        await TableReading.Append(database, table, (1, 1, 10));
        AssertNotDurable(await failed.Task.WaitAsync(Patience));
        AssertNotDurable(await Assert.ThrowsAsync<StorageException>(() => TableReading.Append(database, table, (1, 9, 90))));
        Assert.Single(TableReading.Read(database, table));
    }

    // While a flush is held up, statements of both tables are stored and wait; readers see none of them; one flush answers them all.
    [Fact]
    public async Task Sync_StatementsThatWaitTogether_ShareAFlushAndAreInvisibleUntilThen()
    {
        using var mayFlush = new ManualResetEventSlim(true);
        using var isFlushing = new SemaphoreSlim(0);
        var options = _directory.Options(writers: 2) with
        {
            Durability = Durability.Sync,
            BeforeLogFlush = () => { isFlushing.Release(); mayFlush.Wait(); },
        };
        List<string> expected;
        using (var database = Database.Open(options))
        {
            var tables = new[] { "a", "b" }.Select(name => database.CreateTable(TableReading.Ticks with { Name = name })).ToArray();
            while (isFlushing.Wait(0)) { }
            mayFlush.Reset();
            var first = TableReading.Append(database, tables[0], (1, 0, 50));
            Assert.True(await isFlushing.WaitAsync(Patience));
            // Late rows too, which replace what is not committed yet, and one that fails and must be taken back alone.
            var waiting = Enumerable.Range(1, 40).Select(i => TableReading.Append(database, tables[i % 2], (1, i, i % 5 == 0 ? 25 - i : 100 + i))).ToList();
            while (tables.Sum(table => table.Appended.Sequence) < 41)
                await Task.Yield();
            Assert.All(tables, table => Assert.Empty(TableReading.Read(database, table)));
            Assert.False(first.IsCompleted || waiting.Exists(task => task.IsCompleted));
            var flushes = database.Statistics.LogFlushes;
            mayFlush.Set();
            await first;
            await Task.WhenAll(waiting);
            Assert.InRange(database.Statistics.LogFlushes - flushes, 1, 3);
            Assert.All(tables, table => AssertOrdered(database, table));
            expected = DatabaseDump.Of(database);
            _directory.CopyData("crash");
        }

        using var after = Database.Open(_directory.Options(name: "crash"));
        DatabaseDump.AssertEqual(expected, DatabaseDump.Of(after), "after a crash");
    }

    [Fact]
    public async Task Checkpoint_LogIsLong_StartsByItself()
    {
        var database = Database.Open(_directory.Options() with { CheckpointInterval = TimeSpan.FromDays(1), LogBytes = 20_000 });
        var table = database.CreateTable(TableReading.Ticks);
        var path = _directory.At("data", "log", "0000000001.zl");
        for (var i = 0; File.Exists(path); i++)
            await TableReading.Append(database, table, (1, i, i));
        database.Dispose();
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void Crc32C_KnownTexts(string text, uint expected)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var crc = new Crc32C();
            crc.Append(bytes.AsSpan(0, split));
            crc.Append(bytes.AsSpan(split));
            Assert.Equal(expected, crc.Value);
        }
    }

    private static void AssertOrdered(Database database, Table table)
    {
        var rows = TableReading.Read(database, table);
        Assert.Equal(table.CommittedSequence, rows.Count);
        Assert.Equal(rows.OrderBy(r => r.Time).ThenBy(r => r.Sequence), rows);
    }

    private static void AssertNotDurable(StorageException error)
    {
        Assert.Equal(StorageErrorKind.Unwritable, error.Kind);
        AssertNotDurable(error.Message);
    }

    private static void AssertNotDurable(string message) => Assert.Contains("not known to be durable and nothing more is stored until you restart the server", message);
}
