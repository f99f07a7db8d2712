using System.Text;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Tables;

/// <summary>ADD, RENAME and DROP COLUMN in any order, with rows, late rows, queued batches, snapshots, compaction and restarts in between.</summary>
public class ColumnChangesTests
{
    private static readonly TableDefinition Definition = new("t",
        [new("symbol", ColumnType.Symbol), new("a", ColumnType.Int64), new("timestamp", ColumnType.Timestamp), new("b", ColumnType.String)]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Changes_InRandomOrder_KeepEveryValueWithItsColumn(int seed)
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(seed);
        var model = new Model();
        for (var round = 0; round < 4; round++)
        {
            using var database = Database.Open(directory.Options());
            if (round == 0)
                database.CreateTable(Definition);
            Assert.True(database.Catalog.TryGet("t", out var table));
            model.AssertHeldBy(database, table, $"seed {seed} round {round} reopened");
            for (var step = 0; step < 30; step++)
            {
                await Step(database, table, random, model);
                model.AssertHeldBy(database, table, $"seed {seed} round {round} step {step}");
            }
        }
    }

    [Fact]
    public async Task Drop_SnapshotTakenBefore_StillReadsTheColumn()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        await TableReading.Append(database, table, [.. Enumerable.Range(0, 3000).Select(i => (1, 1000L + i, 10L * i))]);
        using var lease = database.Epochs.Enter();
        var sequence = table.CommittedSequence;
        var schema = table.Schema;
        await database.DropColumnAsync("ticks", "price");
        for (var i = 0; i < 50; i++)
        {
            var batch = database.RentBatch(table);
            batch.EnsureCapacity(1);
            batch.SetRowCount(1);
            batch.Column<int>(0)[0] = 1;
            // Every other row is late, so that slices are written anew without the column.
            batch.Column<long>(1)[0] = i % 2 == 0 ? 100_000 + i : 10 * i;
            await database.AppendAsync(batch);
        }

        var prices = new List<long>();
        foreach (var slice in table.SeriesAt(0).Partitions.Span[0].StateAt(sequence).Slices)
            prices.AddRange(slice.Segment.Values<long>(schema.IdOf(1), slice.StartRow, slice.VisibleRows(sequence)));
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => 1000L + i), prices);
        Assert.Equal(-1, table.Schema.IndexOf("price"));
    }

    [Fact]
    public async Task Drop_NameIsUsedAgain_OldValuesStayGone()
    {
        using var directory = new TemporaryDirectory();
        using (var database = Database.Open(directory.Options()))
        {
            var table = database.CreateTable(new TableDefinition("t", [new("a", ColumnType.Int64), new("s", ColumnType.String)]));
            table.Strings(1)!.Intern("old"u8);
            await AppendOne(database, table, 5, 1);
            await database.DropColumnAsync("t", "s");
            Assert.Empty(Directory.GetFiles(directory.At("data", "dictionaries")));
            await database.AddColumnAsync("t", new("s", ColumnType.String));
            Assert.Equal(1, table.Strings(1)!.Intern("new"u8));
        }

        using (var database = Database.Open(directory.Options()))
        {
            Assert.True(database.Catalog.TryGet("t", out var table));
            Assert.Equal(new ColumnId(3), table.Schema.IdOf(1));
            Assert.Equal("new", table.Strings(1)!.Text(1).Text());
            var slice = table.SeriesAt(0).Partitions.Span[0].StateAt(1).Slices[0];
            Assert.False(slice.Segment.HasColumn(table.Schema.IdOf(1)));
            Assert.Equal([5], slice.Segment.Values<long>(table.Schema.IdOf(0), 0, 1).ToArray());
        }
    }

    [Fact]
    public async Task Append_QueuedBehindChanges_TakesItsValuesToTheirColumns()
    {
        using var database = Database.Open(new DatabaseOptions());
        var table = database.CreateTable(TableReading.Ticks);
        using var holding = new ManualResetEventSlim();
        var held = database.HoldWriterAsync(table, holding);
        var add = database.AddColumnAsync("ticks", new("size", ColumnType.Int64)).AsTask();
        var rename = database.RenameColumnAsync("ticks", "timestamp", "at").AsTask();
        var drop = database.DropColumnAsync("ticks", "price").AsTask();
        var append = TableReading.Append(database, table, (4, 7, 9));
        holding.Set();
        await held;
        await Task.WhenAll(add, rename, drop, append);
        Assert.Equal(["symbol", "at", "size"], table.Schema.Columns.Select(c => c.Name));
        var segment = table.SeriesAt(0).Partitions.Span[0].StateAt(1).Slices[0].Segment;
        Assert.Equal([9], segment.Values<long>(table.Schema.TimestampId, 0, 1).ToArray());
        Assert.Equal([Nulls.Int64], segment.Values<long>(table.Schema.IdOf(2), 0, 1).ToArray());
    }

    [Theory]
    [InlineData("symbol", StorageErrorKind.BadDefinition, "Column symbol cannot be dropped: the rows of ticks are partitioned by it")]
    [InlineData("timestamp", StorageErrorKind.BadDefinition, "Column timestamp cannot be dropped: the rows of ticks are ordered by it")]
    [InlineData("none", StorageErrorKind.UnknownColumn, "Unknown column: none in table ticks")]
    public async Task Drop_ColumnThatMustStay_IsRefused(string column, StorageErrorKind kind, string message)
    {
        using var database = Database.Open(new DatabaseOptions());
        database.CreateTable(TableReading.Ticks);
        var error = await Assert.ThrowsAsync<StorageException>(async () => await database.DropColumnAsync("ticks", column));
        Assert.Equal((kind, message), (error.Kind, error.Message));
    }

    [Fact]
    public async Task Change_OnlyColumnTakenOrUnknownName_IsRefused()
    {
        using var database = Database.Open(new DatabaseOptions());
        database.CreateTable(new TableDefinition("one", [new("a", ColumnType.Int64)]));
        database.CreateTable(TableReading.Ticks);
        await Refused(StorageErrorKind.BadDefinition, "Column a cannot be dropped: it is the only one of one", database.DropColumnAsync("one", "a"));
        await Refused(StorageErrorKind.AlreadyExists, "Column price exists already in ticks", database.RenameColumnAsync("ticks", "timestamp", "price"));
        await Refused(StorageErrorKind.UnknownColumn, "Unknown column: x in table ticks", database.RenameColumnAsync("ticks", "x", "y"));
        await Refused(StorageErrorKind.UnknownTable, "Unknown table: x", database.RenameColumnAsync("x", "x", "y"));
    }

    private static async Task Refused(StorageErrorKind kind, string message, ValueTask change)
    {
        var error = await Assert.ThrowsAsync<StorageException>(async () => await change);
        Assert.Equal((kind, message), (error.Kind, error.Message));
    }

    private static Task AppendOne(Database database, Table table, long a, int b)
    {
        var batch = database.RentBatch(table);
        batch.EnsureCapacity(1);
        batch.SetRowCount(1);
        batch.Column<long>(0)[0] = a;
        batch.Column<int>(1)[0] = b;
        return database.AppendAsync(batch).AsTask();
    }

    private static async Task Step(Database database, Table table, Random random, Model model)
    {
        var schema = table.Schema;
        var column = random.Next(schema.Columns.Length);
        switch (random.Next(9))
        {
            case 0:
                await database.AddColumnAsync("t", new($"c{model.NextName++}", (ColumnType)random.Next(1, 9)));
                break;
            case 1 when column != schema.SymbolIndex && column != schema.TimestampIndex:
                await database.DropColumnAsync("t", schema.Columns[column].Name);
                break;
            case 3:
                database.Compact();
                break;
            case 2:
                await database.RenameColumnAsync("t", schema.Columns[column].Name, $"c{model.NextName++}");
                break;
            default:
                await Append(database, table, random, model);
                break;
        }
    }

    private static async Task Append(Database database, Table table, Random random, Model model)
    {
        var batch = database.RentBatch(table);
        var schema = batch.Schema;
        var rows = random.Next(1, 100);
        batch.EnsureCapacity(rows);
        batch.SetRowCount(rows);
        for (var row = 0; row < rows; row++)
        {
            var values = new Dictionary<ColumnId, string>();
            for (var c = 0; c < schema.Columns.Length; c++)
            {
                // Code 0 is NULL, and so is 2 of BOOL.
                var number = schema.Columns[c].Type == ColumnType.Bool ? random.Next(2) : random.Next(1, 3);
                if (c == schema.TimestampIndex)
                    number = random.Next(20) == 0 ? random.Next(1000) : 1000 + model.Rows.Count;
                else if (c == schema.SymbolIndex)
                    number = 1;
                else if (schema.Columns[c].Type == ColumnType.String)
                    number = table.Strings(c)!.Intern(Encoding.UTF8.GetBytes($"{schema.IdOf(c)} {random.Next(5)}"));
                switch (TableSchema.WidthBytes(schema.Columns[c].Type))
                {
                    case 8: batch.Column<long>(c)[row] = number; break;
                    case 4: batch.Column<int>(c)[row] = number; break;
                    default: batch.Column<byte>(c)[row] = (byte)number; break;
                }

                values.Add(schema.IdOf(c), schema.Columns[c].Type == ColumnType.String ? table.Strings(c)!.Text(number).Text() : $"{number}");
            }

            model.Rows.Add(values);
        }

        await database.AppendAsync(batch);
    }

    /// <summary>What each row was given, by column id, in the order of arrival.</summary>
    private sealed class Model
    {
        public List<Dictionary<ColumnId, string>> Rows { get; } = [];

        public int NextName { get; set; }

        public void AssertHeldBy(Database database, Table table, string what)
        {
            using var lease = database.Epochs.Enter();
            var found = 0;
            var schema = table.Schema;
            for (var s = 0; s < table.SeriesCount; s++)
            {
                foreach (var slice in table.SeriesAt(s).Partitions.Span[0].StateAt(table.CommittedSequence).Slices)
                {
                    for (var row = slice.StartRow; row < slice.StartRow + slice.VisibleRows(table.CommittedSequence); row++, found++)
                    {
                        var given = Rows[(int)slice.Segment.SequenceAt(row) - 1];
                        for (var c = 0; c < schema.Columns.Length; c++)
                        {
                            if (c == schema.SymbolIndex)
                                continue;
                            var expected = given.GetValueOrDefault(schema.IdOf(c), "NULL");
                            var actual = TextOf(table, slice.Segment, c, row);
                            Assert.True(expected == actual, $"{what}, column {schema.Columns[c].Name} of row {row}: expected {expected}, found {actual}");
                        }
                    }
                }
            }

            Assert.True(found == Rows.Count, $"{what}: expected {Rows.Count} rows, found {found}");
        }

        private static unsafe string TextOf(Table table, Storage.Segments.Segment segment, int column, int row)
        {
            var id = table.Schema.IdOf(column);
            var type = table.Schema.Columns[column].Type;
            if (!segment.HasColumn(id))
                return "NULL";
            long room;
            var address = segment.Read(id, row, 1, &room);
            return type switch
            {
                ColumnType.Int64 or ColumnType.Timestamp => *(long*)address == Nulls.Int64 ? "NULL" : $"{*(long*)address}",
                ColumnType.Float64 => *(long*)address == Nulls.Float64Bits ? "NULL" : $"{*(long*)address}",
                ColumnType.Int32 => *(int*)address == Nulls.Int32 ? "NULL" : $"{*(int*)address}",
                ColumnType.Float32 => *(int*)address == Nulls.Float32Bits ? "NULL" : $"{*(int*)address}",
                ColumnType.Bool => *(byte*)address == Nulls.Bool ? "NULL" : $"{*(byte*)address}",
                ColumnType.String => *(int*)address == Nulls.Code ? "NULL" : table.Strings(id)!.Text(*(int*)address).Text(),
                _ => *(int*)address == Nulls.Code ? "NULL" : $"{*(int*)address}",
            };
        }
    }
}
