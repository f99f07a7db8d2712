using Zepto.Storage.Schema;

namespace Zepto.Storage.Tests.Tables;

public class DatabaseTests
{
    [Fact]
    public void CreateTable_NameTaken_IsRefused()
    {
        using var database = Database.Open(new DatabaseOptions());
        var before = database.Catalog.Version;
        database.CreateTable(TableReading.Ticks);
        Assert.True(database.Catalog.Version > before);
        var error = Assert.Throws<StorageException>(() => { database.CreateTable(TableReading.Ticks); });
        Assert.Equal(StorageErrorKind.AlreadyExists, error.Kind);
        Assert.True(database.Catalog.TryGet("ticks"u8, out _));
        Assert.False(database.Catalog.TryGet("Ticks"u8, out _));
    }

    [Fact]
    public void CreateTable_BadDefinitions_AreRefused()
    {
        using var database = Database.Open(new DatabaseOptions());
        Refused(new TableDefinition("t", []));
        Refused(new TableDefinition("t", [new("a", ColumnType.Int64), new("a", ColumnType.Bool)]));
        Refused(new TableDefinition("t", [new("a", ColumnType.Int64)], TimestampColumn: "a"));
        Refused(new TableDefinition("t", [new("a", ColumnType.Int64)], TimestampColumn: "b"));

        void Refused(TableDefinition definition) =>
            Assert.Equal(StorageErrorKind.BadDefinition, Assert.Throws<StorageException>(() => { database.CreateTable(definition); }).Kind);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_000_000, false)]
    public void ReturnBatch_KeepsTheMemoryOfAnOrdinaryOne(int rows, bool isKept)
    {
        using var database = Database.Open(new DatabaseOptions());
        var batch = database.RentBatch(database.CreateTable(TableReading.Ticks));
        batch.EnsureCapacity(rows);
        Assert.InRange(batch.HeldBytes, rows * 20L, rows * 20L + 3 * 256);
        database.ReturnBatch(batch);
        Assert.Equal(isKept, batch.HeldBytes > 0);
        Assert.Null(batch.Table);
    }

    [Fact]
    public async Task DropTable_LaterStatements_AreRefusedAndTheNameIsFree()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        database.DropTable("ticks");
        var error = await Assert.ThrowsAsync<StorageException>(() => TableReading.Append(database, table, (1, 1, 1)));
        Assert.Equal("Unknown table: ticks", error.Message);
        Assert.Empty(TableReading.Read(database, database.CreateTable(TableReading.Ticks)));
    }

    [Fact]
    public async Task DropTable_WhileAReaderHasIt_ItsRowsStayUntilTheLeaseEnds()
    {
        using var database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 16 });
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 77, 1), (1, 78, 2));
        using (database.Epochs.Enter())
        {
            var segment = table.SeriesAt(0).Partitions.Span[0].StateAt(table.CommittedSequence).Slices[0].Segment;
            database.DropTable("ticks");
            var other = database.CreateTable(TableReading.Ticks);
            for (var symbol = 1; symbol <= 50; symbol++)
                await TableReading.Append(database, other, (symbol, 5, 1));
            Assert.Equal([77, 78], segment.Values<long>(table.Schema.IdOf(1), 0, 2).ToArray());
        }

        database.DropTable("ticks");
        // The two dropped tables' room holds the next fifty partitions.
        var mapped = database.MappedBytes;
        var last = database.CreateTable(TableReading.Ticks);
        for (var symbol = 1; symbol <= 50; symbol++)
            await TableReading.Append(database, last, (symbol, 6, 1));
        Assert.Equal(mapped, database.MappedBytes);
        Assert.Equal(50, TableReading.Read(database, last).Count);
    }

    [Fact]
    public async Task Append_EnqueuedBeforeADrop_IsRefusedByTheWriter()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        using var holding = new ManualResetEventSlim();
        var held = database.HoldWriterAsync(table, holding);
        var append = TableReading.Append(database, table, (1, 1, 1));
        var drop = database.DropTableAsync("ticks");
        holding.Set();
        await held;
        await drop;
        Assert.Equal(StorageErrorKind.UnknownTable, (await Assert.ThrowsAsync<StorageException>(() => append)).Kind);
    }

    [Fact]
    public async Task AddColumn_OldSegmentsLackIt_ALateRowKeepsBoth()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 1, 100), (1, 2, 300));
        var early = database.RentBatch(table);
        await database.AddColumnAsync("ticks", new ColumnDefinition("size", ColumnType.Int32));
        await TableReading.Append(database, table, (1, 3, 400));
        early.EnsureCapacity(1);
        early.SetRowCount(1);
        early.Column<int>(0)[0] = 1;
        early.Column<long>(1)[0] = 9;
        early.Column<long>(2)[0] = 200;
        await database.AppendAsync(early);
        Assert.Equal([1, 9, 2, 3], TableReading.Read(database, table).Select(r => r.Price));
        Assert.Equal(4, table.Schema.Columns.Length);
        await Assert.ThrowsAsync<StorageException>(async () => await database.AddColumnAsync("ticks", new ColumnDefinition("size", ColumnType.Int32)));
    }

    [Fact]
    public async Task Append_SteadyState_TakesNoMoreMappedMemoryForReplacedSegments()
    {
        using var database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 22 });
        var table = database.CreateTable(TableReading.Ticks);
        // Each statement is late by one row, so each replaces the tail; without reclamation this would take a new segment every time.
        for (var i = 0; i < 20_000; i++)
            await TableReading.Append(database, table, (1, i, 1_000_000 - i));
        Assert.Equal(20_000, TableReading.Read(database, table).Count);
        Assert.InRange(database.MappedBytes, 1, 32 << 20);
    }
}
