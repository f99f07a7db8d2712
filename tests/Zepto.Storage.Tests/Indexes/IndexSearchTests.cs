using Zepto.Native.Memory;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Tests.Indexes;

/// <summary>What indexes find in segments, raw and encoded, against looking at every row.</summary>
public sealed class IndexSearchTests : IDisposable
{
    private static readonly ColumnType[] s_types =
        [ColumnType.Int64, ColumnType.Int32, ColumnType.Float64, ColumnType.Float32, ColumnType.Timestamp, ColumnType.Symbol, ColumnType.String];

    private readonly Database _database = Database.Open(new DatabaseOptions { CompactionInterval = Timeout.InfiniteTimeSpan });
    private readonly MemoryBudget _budget = new(long.MaxValue);

    public static TheoryData<ColumnAttribute, bool> Attributes()
    {
        var data = new TheoryData<ColumnAttribute, bool>();
        foreach (var attribute in new[] { ColumnAttribute.Sorted, ColumnAttribute.Parted, ColumnAttribute.Grouped })
        {
            data.Add(attribute, false);
            data.Add(attribute, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Attributes))]
    public async Task Find_RandomValues_HasEveryRowThatMatches(ColumnAttribute attribute, bool isEncoded)
    {
        const int seed = 20261124;
        var random = new Random(seed);
        foreach (var type in s_types)
        {
            if (attribute == ColumnAttribute.Sorted && type is ColumnType.Symbol or ColumnType.String)
                continue;
            foreach (var distinct in new[] { 3, 400, 1_000_000 })
            {
                var values = Enumerable.Range(0, 20_000).Select(_ => random.Next(50) == 0 ? (int?)null : random.Next(1, distinct)).ToArray();
                if (attribute != ColumnAttribute.Grouped)
                    Array.Sort(values);
                var (segment, column) = await Store(type, values, isEncoded);
                for (var round = 0; round < 25; round++)
                {
                    var low = random.Next(0, distinct);
                    var keys = attribute == ColumnAttribute.Parted || type is ColumnType.Symbol or ColumnType.String || round % 3 == 0
                        ? Enumerable.Range(0, 1 + (round % 4)).Select(_ => random.Next(0, distinct)).Distinct().Order().Select(k => (k, k)).ToArray()
                        : [(low, Math.Min(distinct, low + random.Next(0, 1 + (distinct / 50))))];
                    Check(segment, column, type, attribute, values, keys, random, $"seed {seed} {type} {distinct} round {round}");
                }
            }
        }
    }

    [Fact]
    public async Task Find_OneBlockOutOfOrder_ReadsOnlyThatOneWhole()
    {
        var values = Enumerable.Range(0, 20_000).Select(i => (int?)(i + 1)).ToArray();
        // Statistics of the third block reach down to 6000, which lies in the second.
        values[9000] = 6000;
        var (segment, column) = await Store(ColumnType.Int64, values, false);
        Assert.Equal([new RowRange(5999, 6000), new RowRange(8192, 12_288)], Find(segment, column, ColumnType.Int64, ColumnAttribute.Sorted, (6000, 6000), out var holds));
        Assert.False(holds);
        Assert.Equal([new RowRange(99, 200)], Find(segment, column, ColumnType.Int64, ColumnAttribute.Sorted, (100, 200), out holds));
        Assert.True(holds);
    }

    [Fact]
    public async Task Find_ValuesThatLieApart_AreNotParted()
    {
        var values = Enumerable.Range(0, 10_000).Select(i => (int?)(1 + (i / 1000))).ToArray();
        var (segment, column) = await Store(ColumnType.Int64, values, false);
        Assert.Equal([new RowRange(3000, 4000)], Find(segment, column, ColumnType.Int64, ColumnAttribute.Parted, (4, 4), out var holds));
        Assert.True(holds);
        values[9999] = 1;
        (segment, column) = await Store(ColumnType.Int64, values, false);
        Assert.Equal([new RowRange(0, 10_000)], Find(segment, column, ColumnType.Int64, ColumnAttribute.Parted, (4, 4), out holds));
        Assert.False(holds);
        Assert.Equal([new RowRange(0, 1000), new RowRange(9999, 10_000)], Find(segment, column, ColumnType.Int64, ColumnAttribute.Grouped, (1, 1), out holds));
        Assert.True(holds);
    }

    [Fact]
    public async Task Find_ManyRows_AreNotGathered()
    {
        var (segment, column) = await Store(ColumnType.Int64, [.. Enumerable.Range(0, 10_000).Select(i => (int?)(i % 63))], false);
        Assert.Equal([new RowRange(0, 10_000)], Find(segment, column, ColumnType.Int64, ColumnAttribute.Grouped, (1, 1), out var holds));
        Assert.False(holds);
        Assert.Empty(Find(segment, column, ColumnType.Int64, ColumnAttribute.Grouped, (70, 70), out holds));
        Assert.True(holds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadRows_SingleRows_AreThoseOfTheBlocks(bool isEncoded)
    {
        const int seed = 5;
        var random = new Random(seed);
        foreach (var type in s_types)
        {
            var (segment, column) = await Store(type, [.. Enumerable.Range(0, 20_000).Select(_ => random.Next(40) == 0 ? (int?)null : random.Next(1, 70_000))], isEncoded);
            foreach (var part in new[] { 1.0, 0.3, 0.003 })
                CheckReadRows(segment, column, TableSchema.WidthBytes(type), [.. Enumerable.Range(0, 20_000).Where(_ => random.NextDouble() < part)], $"seed {seed} {type} {part}");
        }
    }

    [Fact]
    public async Task Find_BudgetUsedUp_ReadsWhole()
    {
        var (segment, column) = await Store(ColumnType.Int64, [.. Enumerable.Range(0, 10_000).Select(i => (int?)(i % 400))], false);
        var small = new MemoryBudget(39_999);
        Assert.Equal([new RowRange(0, 10_000)], Find(segment, new IndexSearch(column, ColumnType.Int64, ColumnAttribute.Grouped, small), (5, 5), out var holds));
        Assert.False(holds);
        Assert.Equal(0, small.HeldBytes);
    }

    // Late rows move to a base behind its slices, all of them committed before; a statement that is undone then leaves room for others.
    [Fact]
    public async Task Find_RowsBehindABasesSliceGiveWayToOthers_FindsThose()
    {
        var (segment, column) = await Store(ColumnType.Int64, [.. Enumerable.Range(0, 10_000).Select(i => (int?)i)], false);
        segment.IsBase = true;
        var search = new IndexSearch(column, ColumnType.Int64, ColumnAttribute.Grouped, _budget);
        Assert.Equal([new RowRange(77, 78)], Find(segment, search, new RowRange(0, 5000), [new KeyRange(77, 77)], 5000));
        segment.Publish(5000);
        // The second block's rows from there on, the last one first.
        for (var row = 5000; row < 8192; row++)
            SetValue(segment, column, row, 13_191 - row);
        segment.Publish(8000);
        foreach (var row in new[] { 77, 5000, 6001, 7999 })
        {
            var key = row < 5000 ? row : 13_191 - row;
            Assert.Contains(Find(segment, search, new RowRange(0, 8000), [new KeyRange(key, key)], 8000), range => range.Start <= row && row < range.End);
        }
    }

    [Fact]
    public async Task Find_ManyThreadsAtOnce_MakeOneIndex()
    {
        var (segment, column) = await Store(ColumnType.Int64, [.. Enumerable.Range(0, 20_000).Select(i => (int?)(i * 7919 % 5000))], false);
        using var start = new Barrier(4);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return Find(segment, column, ColumnType.Int64, ColumnAttribute.Grouped, (17, 17), out var holds).Append(new RowRange(holds ? 1 : 0, 0)).ToArray();
            },
            TaskCreationOptions.LongRunning)));
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.Equal(5, answers[0].Length);
        Assert.Equal(new RowRange(1, 0), answers[0][^1]);
        Assert.Equal(4 * 20_000, _budget.HeldBytes);
        segment.FreeIndexes();
        Assert.Equal(0, _budget.HeldBytes);
    }

    public void Dispose() => _database.Dispose();

    private void Check(
        Segment segment, ColumnId column, ColumnType type, ColumnAttribute attribute, int?[] values, (int First, int Last)[] keys, Random random, string context)
    {
        var within = new RowRange(random.Next(0, 5000), random.Next(5000, values.Length));
        var ranges = Array.ConvertAll(keys, k => new KeyRange(KeyOf(type, k.First), KeyOf(type, k.Last)));
        var found = Find(segment, new IndexSearch(column, type, attribute, _budget), within, ranges, out var holds, out var isOverfull)
            .SelectMany(range => Enumerable.Range(range.Start, range.End - range.Start)).ToArray();
        var expected = Enumerable.Range(within.Start, within.End - within.Start)
            .Where(row => values[row] is { } value && keys.Any(k => value >= k.First && value <= k.Last)).ToArray();
        if (holds)
            Assert.True(expected.AsSpan().SequenceEqual(found), context);
        else
            Assert.True(attribute == ColumnAttribute.Grouped && (isOverfull || expected.All(found.Contains)), context);
    }

    private RowRange[] Find(Segment segment, ColumnId column, ColumnType type, ColumnAttribute attribute, (long First, long Last) key, out bool holds) =>
        Find(segment, new IndexSearch(column, type, attribute, _budget), key, out holds);

    private static RowRange[] Find(Segment segment, IndexSearch search, (long First, long Last) key, out bool holds) =>
        Find(segment, search, new RowRange(0, segment.PublishedRows), [new KeyRange(key.First, key.Last)], out holds, out _);

    private static RowRange[] Find(Segment segment, IndexSearch search, RowRange within, KeyRange[] keys, out bool holds, out bool isOverfull) =>
        Find(segment, search, within, keys, segment.PublishedRows, out holds, out isOverfull);

    private static RowRange[] Find(Segment segment, IndexSearch search, RowRange within, KeyRange[] keys, int settledEnd) =>
        Find(segment, search, within, keys, settledEnd, out _, out _);

    private static unsafe RowRange[] Find(Segment segment, IndexSearch search, RowRange within, KeyRange[] keys, int settledEnd, out bool holds, out bool isOverfull)
    {
        using var memory = new NativeArena();
        var rows = new RowRanges(memory.Allocate<RowRange>(8192), 8192);
        holds = search.Find(segment, within, settledEnd, long.MaxValue, keys, onlyKnown: false, ref rows);
        isOverfull = rows.IsOverfull;
        return rows.Span.ToArray();
    }

    private static unsafe void SetValue(Segment segment, ColumnId column, int row, long value) => *(long*)segment.Address(column, row) = value;

    private static unsafe void CheckReadRows(Segment segment, ColumnId column, int width, int[] rows, string context)
    {
        using var memory = new NativeArena();
        var room = memory.Allocate(20_000 * sizeof(long));
        var all = new Span<byte>(segment.Read(column, 0, 20_000, memory.Allocate(20_000 * sizeof(long))), 20_000 * width);
        var picked = memory.AllocateSpan<byte>(rows.Length * width);
        var sequences = memory.AllocateSpan<long>(rows.Length);
        fixed (byte* target = picked)
            segment.ReadRows(column, rows, target, room);
        fixed (long* target = sequences)
            segment.ReadSequencesOf(rows, target, room);
        for (var i = 0; i < rows.Length; i++)
        {
            Assert.True(all.Slice(rows[i] * width, width).SequenceEqual(picked.Slice(i * width, width)), context);
            Assert.True(segment.SequenceAt(rows[i]) == sequences[i], context);
        }
    }

    private static long KeyOf(ColumnType type, int value) => type is ColumnType.Float64 or ColumnType.Float32 ? OrderKeys.Of((double)value) : value;

    /// <summary>A segment with the values in row order.</summary>
    private async Task<(Segment Segment, ColumnId Column)> Store(ColumnType type, int?[] values, bool isEncoded)
    {
        var table = _database.CreateTable(new TableDefinition($"t{_database.TablesMade}", [new("k", ColumnType.Symbol), new("v", type), new("ts", ColumnType.Timestamp)], "ts"));
        var batch = _database.RentBatch(table);
        Fill(batch, type, values);
        await _database.AppendAsync(batch);
        if (isEncoded)
            Assert.True(_database.Compact(table) > 0);
        var slice = Assert.Single(table.SeriesAt(0).Partitions.Span[0].State.Slices.ToArray());
        Assert.Equal(isEncoded, slice.Segment.IsEncoded);
        return (slice.Segment, table.Schema.IdOf(1));
    }

    private static void Fill(Storage.Ingest.RowBatch batch, ColumnType type, int?[] values)
    {
        batch.EnsureCapacity(values.Length);
        batch.SetRowCount(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            batch.Column<int>(0)[i] = 1;
            batch.Column<long>(2)[i] = i;
            switch (type)
            {
                case ColumnType.Int64 or ColumnType.Timestamp:
                    batch.Column<long>(1)[i] = values[i] ?? Nulls.Int64;
                    break;
                case ColumnType.Int32:
                    batch.Column<int>(1)[i] = values[i] ?? Nulls.Int32;
                    break;
                case ColumnType.Float64:
                    batch.Column<double>(1)[i] = values[i] ?? Nulls.Float64;
                    break;
                case ColumnType.Float32:
                    batch.Column<float>(1)[i] = values[i] ?? BitConverter.Int32BitsToSingle(Nulls.Float32Bits);
                    break;
                default:
                    batch.Column<int>(1)[i] = values[i] ?? Nulls.Code;
                    break;
            }
        }
    }
}
