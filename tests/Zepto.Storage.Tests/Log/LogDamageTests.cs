using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Log;

/// <summary>What is left of the log when its bytes are not what was written: whole statements, or a refusal with file and offset.</summary>
public sealed class LogDamageTests : IDisposable
{
    private const int Statements = 6;
    private const int FirstRecord = 40;
    private readonly TemporaryDirectory _directory = new();

    private string LogPath => _directory.At("crash", "log", "0000000001.zl");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LastFile_CutAnywhere_KeepsTheStatementsBefore(bool leavesZeros)
    {
        var (log, ends) = await Crash();
        for (var length = (int)ends[^4]; length <= ends[^1]; length++)
        {
            var cut = log.AsSpan(0, length).ToArray();
            var whole = ends.Count(end => end <= length);
            if (leavesZeros)
            {
                // A record whose last bytes are zeros is whole without them.
                Array.Resize(ref cut, log.Length + 100_000);
                whole = ends.Count(end => end <= length || log.AsSpan(length, (int)end - length).IndexOfAnyExcept((byte)0) < 0);
            }

            Write(cut);
            AssertStatements(whole, $"cut at {length}");
        }
    }

    [Fact]
    public async Task LastFile_AnyByteFlipped_IsRefusedWhereALaterRecordProvesIt()
    {
        var (log, ends) = await Crash();
        long[] starts = [FirstRecord, ends[0] - (ends[1] - ends[0]), .. ends];
        for (var offset = 0; offset < ends[^1]; offset++)
        {
            var flipped = (byte[])log.Clone();
            flipped[offset] ^= 0x20;
            Write(flipped);
            if (offset >= ends[^2])
            {
                AssertStatements(Statements - 1, $"flipped at {offset}");
                continue;
            }

            var error = Record.Exception(() => { Database.Open(_directory.Options(name: "crash")); }) as StorageException;
            Assert.True(error is { Kind: StorageErrorKind.Damaged }, $"flipped at {offset} of records that end at {string.Join(", ", ends)}: {error?.Message ?? "opened"}");
            Assert.StartsWith(LogPath, error!.Message);
            if (offset >= FirstRecord)
                Assert.Contains($"offset {starts.Last(start => start <= offset)}:", error.Message);
        }
    }

    // The power went between two flushes: a later page reached the device, an earlier one did not.
    [Fact]
    public async Task LastFile_HoleInWhatWasNotFlushed_IsCut()
    {
        var (log, ends) = await Crash(Durability.Async);
        log.AsSpan((int)ends[^4], (int)(ends[^3] - ends[^4])).Clear();
        Write(log);
        var lines = new List<string>();
        AssertStatements(Statements - 3, "hole", lines.Add);
        Assert.StartsWith($"{LogPath} ends in an unfinished record at offset {ends[^4]}: {ends[^1] - ends[^4]} bytes are cut off", lines[0]);
        // It was made durable like this.
        AssertStatements(Statements - 3, "again");
    }

    [Fact]
    public async Task EarlierFile_CutDamagedOrMissing_IsRefused()
    {
        var (log, ends) = await Crash();
        Write(log);
        using (var database = Database.Open(_directory.Options(name: "crash")))
        {
            await Append(database, Statements);
            Keep();
        }

        var first = File.ReadAllBytes(_directory.At("kept", "0000000001.zl"));
        Assert.Equal(ends[^1], first.Length);
        foreach (var bytes in new byte[]?[] { first[..^8], [.. first, 0, 0, 0, 0, 0, 0, 0, 0], null, Flipped(first, first.Length - 20), first[..(int)ends[^2]] })
        {
            Restore();
            if (bytes is null)
                File.Delete(LogPath);
            else
                File.WriteAllBytes(LogPath, bytes);
            var error = Assert.Throws<StorageException>(() => { Database.Open(_directory.Options(name: "crash")); });
            Assert.Equal(StorageErrorKind.Damaged, error.Kind);
            Assert.Contains(bytes?.Length == ends[^2] ? "0000000002.zl" : LogPath, error.Message);
        }

        Restore();
        AssertStatements(Statements + 1, "whole");
    }

    [Fact]
    public async Task OnlyFile_Missing_IsRefusedAfterACrash()
    {
        await Crash();
        File.Delete(LogPath);
        var error = Assert.Throws<StorageException>(() => { Database.Open(_directory.Options(name: "crash")); });
        Assert.Equal($"{LogPath} is damaged at offset 0: the file is missing; restore the data directory from a backup or start with an empty one", error.Message);
    }

    [Fact]
    public async Task File_OfAnotherDirectoryOrVersion_IsRefused()
    {
        var (log, _) = await Crash();
        await Crash(name: "other");
        Write(File.ReadAllBytes(_directory.At("other", "log", "0000000001.zl")));
        Assert.Contains("it belongs to another data directory", Assert.Throws<StorageException>(() => { Database.Open(_directory.Options(name: "crash")); }).Message);
        log[4] = 9;
        Write(log);
        Assert.Contains("has format version 9", Assert.Throws<StorageException>(() => { Database.Open(_directory.Options(name: "crash")); }).Message);
    }

    // A client's text that looks like a record, left behind the end by a write that failed, is none.
    [Fact]
    public async Task LastFile_CopyOfARecordBehindTheEnd_IsNone()
    {
        var (log, ends) = await Crash();
        Array.Resize(ref log, (int)ends[^1] + 4096);
        log.AsSpan((int)ends[^2], (int)(ends[^1] - ends[^2])).CopyTo(log.AsSpan((int)ends[^1]));
        Write(log);
        AssertStatements(Statements, "copied record");
    }

    [Fact]
    public async Task Recover_Damaged_ReadsWhatCameBeforeAndTouchesNothing()
    {
        var (log, ends) = await Crash();
        var flipped = Flipped(log, (int)ends[^4] + 50);
        Write(flipped);
        for (var round = 0; round < 2; round++)
        {
            var lines = new List<string>();
            using (var database = Database.Open(_directory.Options(lines.Add, "crash") with { Recover = true }))
            {
                Assert.True(database.IsReadOnly);
                Assert.True(database.Catalog.TryGet("ticks", out var table));
                Assert.Equal(Statements - 3, TableReading.Read(database, table).Count);
                Assert.Contains("--recover", (await Assert.ThrowsAsync<StorageException>(() => Append(database, 1))).Message);
                Assert.Throws<StorageException>(() => { database.CreateTable(TableReading.Ticks with { Name = "x" }); });
                Assert.Throws<StorageException>(() => { database.DropTable("ticks"); });
                database.Checkpoint();
            }

            Assert.StartsWith($"the log is damaged, statements from there on are left out: {LogPath} is damaged at offset {ends[^4]}", lines[0]);
            Assert.Contains("read-only", lines[1]);
            Assert.Equal(flipped, File.ReadAllBytes(LogPath));
        }
    }

    /// <summary>A table and statements of one row each, none flushed or every one before the next. Returns the log and where the statements' records end.</summary>
    private async Task<(byte[] Log, List<long> Ends)> Crash(Durability durability = Durability.Sync, string name = "crash")
    {
        var ends = new List<long>();
        using var mayFlush = new ManualResetEventSlim(true);
        using (var database = Database.Open(_directory.Options() with { Durability = durability, BeforeLogFlush = mayFlush.Wait }))
        {
            database.CreateTable(TableReading.Ticks);
            if (durability == Durability.Async)
                mayFlush.Reset();
            for (var i = 0; i < Statements; i++)
            {
                await Append(database, i);
                ends.Add(FirstRecord + database.Statistics.LogBytes);
            }

            _directory.CopyData(name);
            mayFlush.Set();
        }

        Directory.Delete(_directory.At("data"), recursive: true);
        return (File.ReadAllBytes(_directory.At(name, "log", "0000000001.zl"))[..(int)ends[^1]], ends);
    }

    private static async Task Append(Database database, int number)
    {
        Assert.True(database.Catalog.TryGet("ticks", out var table));
        await TableReading.Append(database, table, (1, number, number * 10));
    }

    private static byte[] Flipped(byte[] bytes, int offset)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[offset] ^= 0x10;
        return flipped;
    }

    /// <summary>The log is this one file.</summary>
    private void Write(byte[] log)
    {
        foreach (var path in Directory.GetFiles(_directory.At("crash", "log")))
            File.Delete(path);
        File.WriteAllBytes(LogPath, log);
    }

    private void Keep()
    {
        Directory.CreateDirectory(_directory.At("kept"));
        foreach (var path in Directory.GetFiles(_directory.At("crash", "log")))
            File.Copy(path, _directory.At("kept", Path.GetFileName(path)));
        File.Copy(_directory.At("crash", "MANIFEST"), _directory.At("kept", "MANIFEST"));
    }

    private void Restore()
    {
        foreach (var path in Directory.GetFiles(_directory.At("crash", "log")))
            File.Delete(path);
        foreach (var path in Directory.GetFiles(_directory.At("kept"), "*.zl"))
            File.Copy(path, _directory.At("crash", "log", Path.GetFileName(path)));
        File.Copy(_directory.At("kept", "MANIFEST"), _directory.At("crash", "MANIFEST"), overwrite: true);
    }

    /// <summary>Opens the directory and leaves it as it is.</summary>
    private void AssertStatements(int count, string what, Action<string>? log = null)
    {
        var database = Database.Open(_directory.Options(log, "crash"));
        Assert.True(database.Catalog.TryGet("ticks", out var table), what);
        var prices = TableReading.Read(database, table).Select(r => r.Price).ToArray();
        database.Abandon();
        Assert.True(prices.SequenceEqual(Enumerable.Range(0, count).Select(i => (long)i)), $"{what}: expected {count} statements, found {string.Join(", ", prices)}");
    }
}
