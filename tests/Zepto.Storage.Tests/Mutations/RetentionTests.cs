using Zepto.Storage.Mutations;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Mutations;

public class RetentionTests
{
    private const long Day = 86_400_000_000_000;

    [Fact]
    public async Task Expire_DropsWholeDaysWhoseLastNanosecondIsOlder()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 1, -Day), (1, 9, Nulls.Int64), (1, 2, Day - 1), (2, 3, Day), (2, 4, 2 * Day));
        Assert.Equal(0, await database.ExpireAsync(100 * Day));
        table.SetRetention(Day);
        Assert.Equal(1, await database.ExpireAsync(2 * Day - 1));
        Assert.Equal(1, await database.ExpireAsync(2 * Day));
        Assert.Equal([9L, 3L, 4L], StoredRows.Read(database, table).Select(r => r.Price));
        Assert.Equal(0, await database.ExpireAsync(2 * Day));
        Assert.Equal(2, database.Statistics.RowsChanged);
        Assert.Equal(0, await database.ExpireAsync(long.MinValue));
        Assert.Equal(2, await database.ExpireAsync(long.MaxValue));
        // What has no time has no age.
        Assert.Equal(9, Assert.Single(StoredRows.Read(database, table)).Price);
    }

    [Fact]
    public async Task SetRetention_DropsAtOnceAtTheStartAndOnTime()
    {
        using var directory = new TemporaryDirectory();
        var now = RetentionSchedule.NowNs;
        var options = directory.Options() with { RetentionInterval = Timeout.InfiniteTimeSpan };
        using (var database = Database.Open(options))
        {
            var table = database.CreateTable(TableReading.Ticks);
            await TableReading.Append(database, table, (1, 1, now - 9 * Day), (1, 2, now));
            await database.SetRetentionAsync("ticks", 3 * Day);
            Assert.Equal(2, Assert.Single(StoredRows.Read(database, table)).Price);
            await TableReading.Append(database, table, (1, 3, now - 9 * Day));
        }

        using (var database = Database.Open(options))
        {
            var table = Assert.Single(database.Catalog.Tables);
            Assert.Equal(3 * Day, table.RetentionNs);
            Assert.Equal(2, Assert.Single(StoredRows.Read(database, table)).Price);
            await database.SetRetentionAsync("ticks", null);
            Assert.Null(table.RetentionNs);
            await TableReading.Append(database, table, (1, 4, now - 9 * Day));
            table.SetRetention(3 * Day);
        }

        using (var database = Database.Open(options with { RetentionInterval = TimeSpan.FromMilliseconds(1) }))
        {
            var table = Assert.Single(database.Catalog.Tables);
            await TableReading.Append(database, table, (1, 5, now - 9 * Day));
            while (table.RowCount > 1)
                await Task.Yield();
        }
    }

    [Fact]
    public async Task SetRetention_NoTimestampOrNoTime_IsRefused()
    {
        using var database = Database.Open(new DatabaseOptions());
        database.CreateTable(TableReading.Ticks);
        database.CreateTable(new TableDefinition("plain", [new("price", ColumnType.Int64)]));
        foreach (var (table, ns) in new (string, long?)[] { ("plain", Day), ("ticks", 0), ("ticks", -1) })
            Assert.Equal(StorageErrorKind.BadDefinition, (await Assert.ThrowsAsync<StorageException>(() => database.SetRetentionAsync(table, ns).AsTask())).Kind);
        await database.SetRetentionAsync("plain", null);
        Assert.Equal(StorageErrorKind.UnknownTable, (await Assert.ThrowsAsync<StorageException>(() => database.SetRetentionAsync("none", Day).AsTask())).Kind);
    }
}
