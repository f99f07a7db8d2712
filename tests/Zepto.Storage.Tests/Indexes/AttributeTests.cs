using Zepto.Storage.Schema;
using Zepto.Storage.Tables;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Indexes;

/// <summary>Attributes of columns: what they are checked against, and what they outlive.</summary>
public class AttributeTests
{
    private const long DayNs = 86_400_000_000_000;

    [Fact]
    public async Task Set_RowsThatBreakIt_IsRefusedWithTheFirstOfThem()
    {
        using var database = Database.Open(new DatabaseOptions());
        database.Symbols.Intern("AAPL"u8);
        database.Symbols.Intern("MSFT"u8);
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 5, 1), (1, 5, 2), (1, Nulls.Int64, DayNs), (1, 7, DayNs + 1), (2, 9, 1), (2, 3, DayNs), (2, 3, DayNs + 1), (2, 2, DayNs + 2));
        Assert.Equal("Column price of ticks is not SORTED: the value is below the one before it, in row 3 of MSFT on 1970-01-02", await Refusal(database, ColumnAttribute.Sorted));
        Assert.Equal(ColumnAttribute.None, table.Schema.Columns[1].Attribute);
        await database.SetAttributeAsync("ticks", "price", ColumnAttribute.Parted);
        await TableReading.Append(database, table, (2, 3, DayNs + 3));
        Assert.Equal("Column price of ticks is not PARTED: the value was there before, with others between, in row 4 of MSFT on 1970-01-02", await Refusal(database, ColumnAttribute.Parted));
        Assert.Equal(ColumnAttribute.Parted, table.Schema.Columns[1].Attribute);
        await database.SetAttributeAsync("ticks", "price", ColumnAttribute.Grouped);
        Assert.Equal(ColumnAttribute.Grouped, table.Schema.Columns[1].Attribute);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Set_RowsOfSeveralSegments_AreComparedAcrossThem(bool isEncoded)
    {
        using var database = Database.Open(new DatabaseOptions { CompactionInterval = Timeout.InfiniteTimeSpan });
        var table = database.CreateTable(TableReading.Ticks);
        for (var i = 0; i < 5; i++)
            await TableReading.Append(database, table, [.. Enumerable.Range(i * 1000, 1000).Select(n => (1, (long)(n / 10), (long)n))]);
        if (isEncoded)
            database.Compact();
        await database.SetAttributeAsync("ticks", "price", ColumnAttribute.Sorted);
        await TableReading.Append(database, table, (1, 1, 5000));
        Assert.Contains("in row 5001 of", await Refusal(database, ColumnAttribute.Sorted), StringComparison.Ordinal);
        Assert.Contains("in row 5001 of", await Refusal(database, ColumnAttribute.Parted), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_WhatHoldsByConstruction_IsNotCompared()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 1, 5), (2, 1, 3), (1, 1, 4));
        await database.SetAttributeAsync("ticks", "timestamp", ColumnAttribute.Sorted);
        await database.SetAttributeAsync("ticks", "symbol", ColumnAttribute.Parted);
        await database.SetAttributeAsync("ticks", "symbol", ColumnAttribute.Grouped);
        Assert.Equal([ColumnAttribute.Grouped, ColumnAttribute.None, ColumnAttribute.Sorted], table.Schema.Columns.Select(c => c.Attribute));
    }

    [Fact]
    public async Task Set_TypesWithoutIt_AreRefused()
    {
        using var database = Database.Open(new DatabaseOptions());
        database.CreateTable(new TableDefinition("t", [new("b", ColumnType.Bool), new("s", ColumnType.String), new("k", ColumnType.Symbol)]));
        await Assert.ThrowsAsync<StorageException>(() => database.SetAttributeAsync("t", "b", ColumnAttribute.Grouped).AsTask());
        await Assert.ThrowsAsync<StorageException>(() => database.SetAttributeAsync("t", "s", ColumnAttribute.Sorted).AsTask());
        await Assert.ThrowsAsync<StorageException>(() => database.SetAttributeAsync("t", "k", ColumnAttribute.Sorted).AsTask());
        await database.SetAttributeAsync("t", "b", ColumnAttribute.None);
        Assert.Equal(StorageErrorKind.UnknownColumn, (await Assert.ThrowsAsync<StorageException>(() => database.SetAttributeAsync("t", "x", ColumnAttribute.None).AsTask())).Kind);
        Assert.Equal(StorageErrorKind.UnknownTable, (await Assert.ThrowsAsync<StorageException>(() => database.SetAttributeAsync("u", "x", ColumnAttribute.None).AsTask())).Kind);
        Assert.Throws<StorageException>(() => { database.CreateTable(new TableDefinition("u", [new("b", ColumnType.Bool, Attribute: ColumnAttribute.Parted)])); });
        await Assert.ThrowsAsync<StorageException>(() => database.AddColumnAsync("t", new("c", ColumnType.String, Attribute: ColumnAttribute.Sorted)).AsTask());
        await database.AddColumnAsync("t", new("c", ColumnType.Int64, Attribute: ColumnAttribute.Sorted));
    }

    [Fact]
    public async Task Attributes_RenameCrashAndRestart_Stay()
    {
        using var directory = new TemporaryDirectory();
        var database = Database.Open(directory.Options());
        database.CreateTable(new TableDefinition("t", [
            new("a", ColumnType.Int64, NotNull: true, Attribute: ColumnAttribute.Grouped), new("b", ColumnType.String, Default: new ColumnDefault(0, 0, "x")), new("c", ColumnType.Float64),
            new("d", ColumnType.Int64)]));
        await database.SetAttributeAsync("t", "b", ColumnAttribute.Parted);
        await database.SetAttributeAsync("t", "c", ColumnAttribute.Sorted);
        await database.RenameColumnAsync("t", "c", "e");
        await database.SetAttributeAsync("t", "d", ColumnAttribute.Sorted);
        await database.DropColumnAsync("t", "d");
        await database.AddColumnAsync("t", new("d", ColumnType.Int64));
        directory.CopyData("crash");
        Check(Assert.Single(database.Catalog.Tables));
        database.Dispose();
        foreach (var name in new[] { "crash", "crash", "data" })
        {
            using var after = Database.Open(directory.Options(name: name));
            Check(Assert.Single(after.Catalog.Tables));
        }

        static void Check(Table table)
        {
            Assert.Equal(
                [("a", ColumnAttribute.Grouped), ("b", ColumnAttribute.Parted), ("e", ColumnAttribute.Sorted), ("d", ColumnAttribute.None)],
                table.Schema.Columns.Select(c => (c.Name, c.Attribute)));
            Assert.True(table.Schema.Columns[0].NotNull);
            Assert.Equal("x", table.Schema.Columns[1].Default!.Text);
        }
    }

    private static async Task<string> Refusal(Database database, ColumnAttribute attribute)
    {
        var error = await Assert.ThrowsAsync<StorageException>(() => database.SetAttributeAsync("ticks", "price", attribute).AsTask());
        Assert.Equal(StorageErrorKind.BadDefinition, error.Kind);
        return error.Message;
    }
}
