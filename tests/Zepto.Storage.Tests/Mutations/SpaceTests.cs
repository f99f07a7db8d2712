using Zepto.Native.Files;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Mutations;

/// <summary>Room of rows that are gone comes back.</summary>
public sealed class SpaceTests : IDisposable
{
    private const long Day = 86_400_000_000_000;
    private const int HeaderBytes = 4096;
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("truncate")]
    [InlineData("delete")]
    [InlineData("expire")]
    public async Task Rows_Gone_DiskSpaceComesBackAfterTheNextCheckpoint(string how)
    {
        SkipWithoutHoles();
        using var database = Database.Open(_directory.Options());
        var table = database.CreateTable(TableReading.Ticks);
        // Many small partitions: their segments are small, but lie together.
        for (var day = 0; day < 40; day++)
            await TableReading.Append(database, table, [.. Enumerable.Range(0, 900).Select(i => (1 + i % 3, 1L, day * Day + i))]);
        await database.CheckpointAsync();
        var rows = StoredRows.Read(database, table);
        var before = UsedBytes();
        Assert.True(before > 40 * 900 * 24);
        switch (how)
        {
            case "truncate": await database.TruncateAsync("ticks"); break;
            case "delete": await StoredRows.Mutate(database, table, rows, []); break;
            default: table.SetRetention(Day); await database.ExpireAsync(100 * Day); break;
        }

        Assert.Equal(0, table.RowCount);
        Assert.Equal(before, UsedBytes());
        await database.CheckpointAsync();
        Assert.InRange(UsedBytes(), 0, 8192);
        // Empty partitions are taken out, and the table goes on.
        Assert.All(Enumerable.Range(0, table.SeriesCount), s => Assert.True(table.SeriesAt(s).Partitions.IsEmpty));
        await TableReading.Append(database, table, (1, 7, 5));
        Assert.Equal(7, Assert.Single(StoredRows.Read(database, table)).Price);
    }

    [Fact]
    public async Task Truncate_ReaderOpen_RoomWaitsForIt()
    {
        using var database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 20 });
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 1, 1), (1, 2, 2));
        using (database.Epochs.Enter())
        {
            var snapshot = table.Snapshot();
            await database.TruncateAsync("ticks");
            await TableReading.Append(database, table, (1, 3, 1));
            Assert.Equal([1L, 2L], StoredRows.Read(table, snapshot).Select(r => r.Price));
            Assert.Equal(3, Assert.Single(StoredRows.Read(table, table.Snapshot())).Price);
        }

        await database.TruncateAsync("ticks");
        Assert.True(table.SeriesAt(0).Partitions.IsEmpty);
        Assert.Empty(StoredRows.Read(database, table));
    }

    // Each round replaces all rows: without reuse of room the extents would grow.
    [Fact]
    public async Task Mutate_ManyTimes_UsesTheRoomAgain()
    {
        using var database = Database.Open(_directory.Options());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, [.. Enumerable.Range(0, 5000).Select(i => (1, (long)i, (long)i))]);
        for (var round = 0; round < 100; round++)
        {
            var rows = StoredRows.Read(database, table);
            Assert.Equal(5000, await StoredRows.Mutate(database, table, rows, [.. rows.Select(r => r with { Price = r.Price + 1 })]));
        }

        Assert.Equal(1 << 21, database.MappedBytes);
        Assert.Equal(Enumerable.Range(100, 5000).Select(i => (long)i), StoredRows.Read(database, table).Select(r => r.Price));
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Bytes of the extents' pages that hold something; holes read as zeros.</summary>
    private long UsedBytes()
    {
        long used = 0;
        foreach (var path in Directory.EnumerateFiles(_directory.At("data", "extents")))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var page = new byte[HeaderBytes];
            file.Seek(HeaderBytes, SeekOrigin.Begin);
            while (file.ReadAtLeast(page, page.Length, throwOnEndOfStream: false) > 0)
                used += page.AsSpan().ContainsAnyExcept((byte)0) ? page.Length : 0;
        }

        return used;
    }

    private void SkipWithoutHoles()
    {
        using var file = File.OpenHandle(_directory.At("probe"), FileMode.Create, FileAccess.ReadWrite);
        FileSync.Allocate(file, "probe", 0, HeaderBytes);
        if (!FileSync.TryPunchHole(file, 0, HeaderBytes))
            Assert.Skip("the temporary folder's file system cannot punch holes");
    }
}
