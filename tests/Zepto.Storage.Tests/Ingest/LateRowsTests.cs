using Zepto.Native;
using Zepto.Storage.Tables;
using Zepto.Storage.Tests.Mutations;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Ingest;

/// <summary>Statements that are late, most of them slightly: the rows and their order, what a crash leaves, and the room that they take.</summary>
public sealed class LateRowsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Row> _model = [];
    private long _number;

    // Several statements wait for the writer at once; among them are checkpoints, compaction, removed rows, crashes and restarts.
    [Theory]
    [InlineData(41, 4, 300, Durability.Sync)]
    [InlineData(42, 4, 60, Durability.Sync)]
    [InlineData(43, 8, 150, Durability.Async)]
    [InlineData(44, 2, 1000, Durability.Async)]
    [InlineData(45, 16, 10, Durability.Async)]
    public async Task Append_ProducersTakeTurns_EqualsTheSortedModelAndComesBack(int seed, int producers, int rows, Durability durability)
    {
        var random = new Random(seed);
        var feed = new Feed(seed, producers, rows);
        var options = _directory.Options() with { Durability = durability };
        var database = Database.Open(options);
        var table = database.CreateTable(TableReading.Ticks);
        // Compaction is not logged, so a crash before the next checkpoint leaves the rows in other places.
        var isCompacted = false;
        for (var round = 0; round < 16; round++)
        {
            for (var i = 0; i < 6; i++)
                await AppendGathered(database, table, feed, random.Next(1, 8));
            var what = $"seed {seed}, round {round}";
            AssertRows(database, table, what);
            switch (random.Next(6))
            {
                case 0:
                    await database.CheckpointAsync();
                    isCompacted = false;
                    break;
                case 1:
                    database.Compact();
                    isCompacted = true;
                    break;
                case 2:
                    var removed = _model.Where(_ => random.Next(50) == 0).ToList();
                    Assert.Equal(removed.Count, await StoredRows.Mutate(database, table, removed, []));
                    _number += removed.Count > 0 ? 1 : 0;
                    _model.RemoveAll(removed.ToHashSet().Contains);
                    break;
                case 3:
                    database.Dispose();
                    database = Database.Open(options);
                    isCompacted = false;
                    table = Assert.Single(database.Catalog.Tables);
                    break;
                default:
                    var expected = DatabaseDump.Of(database, withPlaces: !isCompacted);
                    _directory.CopyData($"crash-{round}");
                    using (var after = Database.Open(_directory.Options(name: $"crash-{round}")))
                        DatabaseDump.AssertEqual(expected, DatabaseDump.Of(after, withPlaces: !isCompacted), what);
                    break;
            }

            AssertRows(database, table, what);
        }

        database.Dispose();
    }

    // A statement without room is undone in the tail and in the base, and the log, which does not have it, leads to the same places.
    [Theory]
    [InlineData(51, 200)]
    [InlineData(52, 1000)]
    public async Task Append_DiskFullInAMerge_LeavesNothingBehind(int seed, int rows)
    {
        var random = new Random(seed);
        var feed = new Feed(seed, 4, rows) { FarEvery = 0 };
        var (isFull, failed, allowed) = (false, 0, 0);
        using var database = Database.Open(_directory.Options() with
        {
            BeforeReserving = _ =>
            {
                if (Volatile.Read(ref isFull) && allowed-- == 0)
                    throw new NativeException("fallocate", "x", NativeException.NoSpace);
            },
        });
        var table = database.CreateTable(TableReading.Ticks);
        for (var i = 0; i < 250; i++)
        {
            var statement = feed.Next();
            var before = DatabaseDump.Of(database);
            allowed = random.Next(3);
            // What the manifest names is not used again, so that there is less room.
            if (i % 6 == 0)
                await database.CheckpointAsync();
            Volatile.Write(ref isFull, i > 20 && random.Next(2) == 0);
            try
            {
                await TableReading.Append(database, table, statement);
                Remember(statement);
            }
            catch (StorageException error) when (error.Kind == StorageErrorKind.Unwritable)
            {
                failed++;
                DatabaseDump.AssertEqual(before, DatabaseDump.Of(database), $"seed {seed}, statement {i}");
            }

            Volatile.Write(ref isFull, false);
        }

        Assert.True(failed > 10, $"{failed} statements met the full disk");
        AssertRows(database, table, $"seed {seed}");
        _directory.CopyData("crash");
        using var after = Database.Open(_directory.Options(name: "crash"));
        DatabaseDump.AssertEqual(DatabaseDump.Of(database), DatabaseDump.Of(after), $"seed {seed}");
    }

    // Statements are in place before they are committed, several of them late in one another, while readers look.
    [Fact]
    public async Task Read_WhileLateStatementsWaitForTheLog_SeesWholeStatementsInTimeOrder()
    {
        using var database = Database.Open(_directory.Options() with { Durability = Durability.Sync });
        var table = database.CreateTable(TableReading.Ticks);
        var stored = false;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            long least = 0;
            var reads = 0;
            do
            {
                var rows = StoredRows.Read(database, table);
                Assert.True(rows.Count >= least, "rows that were visible are gone");
                least = rows.Count;
                Assert.All(rows.GroupBy(r => r.Price), statement => Assert.Equal(100, statement.Count()));
                reads++;
            }
            while (!Volatile.Read(ref stored));
            return reads;
        })).ToArray();
        var producers = Enumerable.Range(0, 4).Select(producer => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                long number = 4 * i + producer;
                await TableReading.Append(database, table, [.. Enumerable.Range(0, 100).Select(row => (1 + row % 3, number, 100 * number + row / 2))]);
            }
        })).ToArray();
        await Task.WhenAll(producers);
        Volatile.Write(ref stored, true);
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));
        Assert.Equal(4 * 60 * 100, StoredRows.Read(database, table).Count);
    }

    // What every late statement replaces is used again, and the rows end up in few long slices.
    [Fact]
    public async Task Append_AlwaysSlightlyLate_TakesLittleRoomAndFewSlices()
    {
        using var database = Database.Open(_directory.Options());
        var table = database.CreateTable(TableReading.Ticks);
        var feed = new Feed(71, 4, 300) { FarEvery = 0, LongestWait = 6 };
        while (_model.Count < 200_000)
        {
            var statement = feed.Next();
            await TableReading.Append(database, table, statement);
            Remember(statement);
        }

        AssertRows(database, table, "slightly late");
        Assert.Equal(3, table.SeriesCount);
        for (var s = 0; s < table.SeriesCount; s++)
            Assert.InRange(Assert.Single(table.SeriesAt(s).Partitions.ToArray()).State.Slices.Length, 1, 20);
        // A row takes 24 bytes; segments to come have room.
        Assert.InRange(table.Measure().BytesPerRow, 24, 72);
        Assert.InRange(database.MappedBytes, 0, 30 << 20);
    }

    [Fact]
    public async Task Append_SlightlyLateWhileAReaderLooks_KeepsItsSnapshot()
    {
        using var database = Database.Open(_directory.Options());
        var table = database.CreateTable(TableReading.Ticks);
        var feed = new Feed(81, 4, 300);
        for (var round = 0; round < 10; round++)
        {
            using (database.Epochs.Enter())
            {
                var (snapshot, before) = (table.Snapshot(), Sorted());
                for (var i = 0; i < 30; i++)
                {
                    var statement = feed.Next();
                    await TableReading.Append(database, table, statement);
                    Remember(statement);
                    if (i % 10 == 0)
                        Assert.True(before.SequenceEqual(StoredRows.Read(table, snapshot)), $"round {round}, statement {i}");
                }
            }

            AssertRows(database, table, $"round {round}");
        }
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Statements that the writer finds waiting all at once.</summary>
    private async Task AppendGathered(Database database, Table table, Feed feed, int count)
    {
        using var go = new ManualResetEventSlim();
        var held = database.HoldWriterAsync(table, go).AsTask();
        var appends = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            var statement = feed.Next();
            appends.Add(TableReading.Append(database, table, statement));
            Remember(statement);
        }

        go.Set();
        await held;
        await Task.WhenAll(appends);
    }

    private void Remember((int Symbol, long Price, long Time)[] statement)
    {
        foreach (var (symbol, price, time) in statement)
            _model.Add(new Row(symbol, price, time, ++_number));
    }

    private List<Row> Sorted() => [.. _model.OrderBy(r => r.Symbol).ThenBy(r => r.Time).ThenBy(r => r.Sequence)];

    private void AssertRows(Database database, Table table, string what)
    {
        var (expected, actual) = (Sorted(), StoredRows.Read(database, table));
        Assert.True(expected.Count == actual.Count, $"{what}: expected {expected.Count} rows, found {actual.Count}");
        for (var i = 0; i < expected.Count; i++)
            Assert.True(expected[i] == actual[i], $"{what}, row {i}: expected {expected[i]}, found {actual[i]}");
    }
}
