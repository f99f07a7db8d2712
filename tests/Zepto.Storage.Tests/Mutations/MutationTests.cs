using Zepto.Native;
using Zepto.Native.Memory;
using Zepto.Storage.Mutations;
using Zepto.Storage.Schema;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Mutations;

public class MutationTests
{
    private const long Day = 86_400_000_000_000;

    // Each UPDATE gives all rows one new price and moves half of them to another symbol and day; rows of symbol 9 are inserted ten at a time meanwhile.
    [Fact]
    public async Task Mutate_ReadersAndInsertsMeanwhile_IsSeenWholeOrNotAtAll()
    {
        const int rows = 300, mutations = 300;
        using var database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });
        var table = database.CreateTable(TableReading.Ticks);
        var model = Enumerable.Range(0, rows).Select(i => new Row(1 + i % 3, 0, i % 2 * Day + i, i + 1)).ToList();
        await StoredRows.Append(database, table, model);
        var isOver = false;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var reads = 0;
            do
            {
                var found = StoredRows.Read(database, table);
                Assert.Equal(rows, found.Count(r => r.Symbol != 9));
                Assert.Single(found.Where(r => r.Symbol != 9).Select(r => r.Price).Distinct());
                Assert.Equal(0, found.Count(r => r.Symbol == 9) % 10);
                reads++;
            }
            while (!Volatile.Read(ref isOver));
            return reads;
        })).ToArray();
        var inserts = Task.Run(async () =>
        {
            var statements = 0;
            for (; !Volatile.Read(ref isOver); statements++)
                await TableReading.Append(database, table, [.. Enumerable.Range(0, 10).Select(i => (9, 1L, i * 1000L))]);
            return statements;
        });

        for (var i = 1; i <= mutations; i++)
        {
            using var turn = await database.BeginMutationAsync(table, CancellationToken.None);
            var next = model.Select((r, n) => (n + i) % 2 == 0 ? r with { Price = i } : r with { Price = i, Symbol = 1 + (r.Symbol % 3), Time = (r.Time + Day) % (3 * Day) }).ToList();
            Assert.Equal(rows, await StoredRows.Mutate(database, table, model, next));
            model = next;
        }

        Volatile.Write(ref isOver, true);
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));
        Assert.Equal(rows + 10 * await inserts, table.RowCount);
    }

    [Fact]
    public async Task Mutate_DiskFullHalfWay_ChangesNothing()
    {
        using var directory = new TemporaryDirectory();
        var left = int.MaxValue;
        var options = directory.Options() with { BeforeReserving = _ => { if (Interlocked.Decrement(ref left) < 0) throw new NativeException("fallocate", "x", NativeException.NoSpace); } };
        List<string> expected;
        using (var database = Database.Open(options))
        {
            var table = database.CreateTable(TableReading.Ticks);
            var rows = Enumerable.Range(0, 300).Select(i => new Row(1 + i % 3, i, i, i + 1)).ToList();
            await StoredRows.Append(database, table, rows);
            var before = DatabaseDump.Of(database);
            for (var room = 0; room < 3; room++)
            {
                // Room that the try before gave back has disk space behind it; after a checkpoint it is no more than other room.
                Volatile.Write(ref left, int.MaxValue);
                await database.CheckpointAsync();
                Volatile.Write(ref left, room);
                var error = await Assert.ThrowsAsync<StorageException>(() => StoredRows.Mutate(database, table, rows[..99], [.. rows[..50].Select(r => r with { Time = r.Time + 100 })]));
                Assert.Equal(StorageErrorKind.Unwritable, error.Kind);
                DatabaseDump.AssertEqual(before, DatabaseDump.Of(database), $"room for {room} segments");
            }

            Volatile.Write(ref left, int.MaxValue);
            Assert.Equal(99, await StoredRows.Mutate(database, table, rows[..99], [.. rows[..50].Select(r => r with { Time = r.Time + 100 })]));
            Assert.Equal(251, StoredRows.Read(database, table).Count);
            expected = DatabaseDump.Of(database);
        }

        using var reopened = Database.Open(directory.Options());
        DatabaseDump.AssertEqual(expected, DatabaseDump.Of(reopened), "after a full disk");
        Assert.Equal(251, Assert.Single(reopened.Catalog.Tables).RowCount);
    }

    [Fact]
    public async Task Mutate_AfterAddColumn_NewColumnIsNull()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 1, 1), (1, 2, 2), (1, 3, 3));
        using var mutation = database.RentMutation(table);
        mutation.Remove([1, 1], [1, 3], [1, 3]);
        mutation.EnsureReplacementCapacity(1);
        mutation.Replacements.SetRowCount(1);
        mutation.Replacements.Column<int>(0)[0] = 1;
        mutation.Replacements.Column<long>(1)[0] = 10;
        mutation.Replacements.Column<long>(2)[0] = 1;
        mutation.ReplacementSequences[0] = 1;
        await database.AddColumnAsync("ticks", new ColumnDefinition("size", ColumnType.Int32));
        Assert.Equal(2, await database.MutateAsync(mutation));
        Assert.Equal([new Row(1, 10, 1, 1), new Row(1, 2, 2, 2)], StoredRows.Read(database, table));
        var slice = table.SeriesAt(0).Partitions.Span[0].StateAt(table.CommittedSequence).Slices[0];
        Assert.Equal([Nulls.Int32, Nulls.Int32], slice.Segment.Values<int>(table.Schema.IdOf(3), 0, 2));
        Assert.Equal(2, slice.Segment.Block(table.Schema.IdOf(3), 0).NullCount);
        Assert.Equal((2, 10, 0), (slice.Segment.Block(table.Schema.IdOf(1), 0).MinInt64, slice.Segment.Block(table.Schema.IdOf(1), 0).MaxInt64, slice.Segment.Block(table.Schema.IdOf(1), 0).NullCount));
        Assert.Equal((1, 2, 0), (slice.Segment.Block(table.Schema.IdOf(2), 0).MinInt64, slice.Segment.Block(table.Schema.IdOf(2), 0).MaxInt64, slice.Segment.Block(table.Schema.IdOf(2), 0).NullCount));
    }

    // Long runs of rows stay in their segments: removing one row of many copies a part of them at most.
    [Fact]
    public async Task Mutate_OneRowOfALongSlice_KeepsLongRunsInPlace()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, [.. Enumerable.Range(0, 65536).Select(i => (1, (long)i, (long)i))]);
        Assert.Equal(1, await StoredRows.Mutate(database, table, [new Row(1, 0, 30000, 30001)], []));
        var slices = table.SeriesAt(0).Partitions.Span[0].StateAt(table.CommittedSequence).Slices.ToArray();
        Assert.Equal([0, 30001], slices.Select(s => s.StartRow));
        Assert.Equal([30000, 35535], slices.Select(s => s.VisibleRows(table.CommittedSequence)));
        Assert.Same(slices[0].Segment, slices[1].Segment);
        Assert.Equal(65535, StoredRows.Read(database, table).Count);
    }

    [Fact]
    public async Task Mutate_NothingFound_TakesNoNumber()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 1, 1));
        Assert.Equal(0, await StoredRows.Mutate(database, table, [new Row(1, 1, 1, 2), new Row(1, 1, 2, 1), new Row(2, 1, 1, 1), new Row(1, 1, 5 * Day, 1)], []));
        Assert.Equal((1, 1), (table.CommittedSequence, table.RowCount));
    }

    // What an INSERT was told to store first must come first, and a row that moves keeps its number.
    [Fact]
    public async Task Mutate_ThenAppend_RowsGoBehindTheLastOneLeft()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, (1, 1, 10), (1, 2, 20), (1, 3, 30));
        await StoredRows.Mutate(database, table, [new Row(1, 3, 30, 3)], []);
        await TableReading.Append(database, table, (1, 4, 25));
        await StoredRows.Mutate(database, table, [new Row(1, 1, 10, 1)], [new Row(1, 1, 25, 1)]);
        await TableReading.Append(database, table, (1, 5, 25));
        Assert.Equal([new Row(1, 2, 20, 2), new Row(1, 1, 25, 1), new Row(1, 4, 25, 5), new Row(1, 5, 25, 7)], StoredRows.Read(database, table));
    }

    [Fact]
    public void Remove_BeyondTheBudget_IsRefusedAndItsMemoryReturned()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        var budget = new MemoryBudget(1 << 16);
        using (var mutation = database.RentMutation(table, budget))
        {
            var error = Assert.Throws<StorageException>(() =>
            {
                for (var i = 0; i < 10_000; i++)
                    mutation.Remove(1, i, i);
            });
            Assert.Equal(StorageErrorKind.TooLarge, error.Kind);
            Assert.Equal("The statement changes too many rows: they need more than 65536 bytes of memory", error.Message);
            Assert.Throws<StorageException>(() => mutation.EnsureReplacementCapacity(10_000));
            Assert.InRange(budget.HeldBytes, 1, budget.LimitBytes);
        }

        Assert.Equal(0, budget.HeldBytes);
    }

    [Fact]
    public async Task BeginMutation_SeveralWait_OneAtATimeInOrder()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        var first = await database.BeginMutationAsync(table, CancellationToken.None);
        using var impatient = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 3).Select(i => database.BeginMutationAsync(table, i == 1 ? impatient.Token : CancellationToken.None).AsTask()).ToArray();
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting[1]);
        first.Dispose();
        first.Dispose();
        var second = await waiting[0];
        Assert.False(waiting[2].IsCompleted);
        database.DropTable("ticks");
        second.Dispose();
        Assert.Equal(StorageErrorKind.UnknownTable, (await Assert.ThrowsAsync<StorageException>(() => waiting[2])).Kind);
        using var mutation = new RowMutation(table);
        Assert.Equal(StorageErrorKind.UnknownTable, (await Assert.ThrowsAsync<StorageException>(() => database.MutateAsync(mutation).AsTask())).Kind);
    }
}
