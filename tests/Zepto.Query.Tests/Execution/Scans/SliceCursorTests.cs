using Zepto.Native.Memory;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Tests.Execution.Scans;

public sealed class SliceCursorTests : IDisposable
{
    private const long Day = 86_400_000_000_000;
    private readonly Database _database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });
    private readonly NativeArena _arena = new();
    private readonly EvaluationContext _context;
    private readonly Table _table;

    public SliceCursorTests()
    {
        _context = new EvaluationContext(_arena, new StatementLiterals(2), 0);
        _table = _database.CreateTable(new TableDefinition("ticks", [new("timestamp", ColumnType.Timestamp)]));
    }

    [Fact]
    public async Task TryTake_EarlierDayStoredMeanwhile_GivesNoRowTwiceAndNoNewOne()
    {
        await Store(2 * Day, 3 * Day);
        var snapshot = new ScanSnapshot(_database, _table, _table.Schema, new ScanRestriction());
        snapshot.Open(_context);
        var slices = new SliceCursor(snapshot);
        slices.Reset();
        Assert.True(slices.TryTake(out var rows));
        List<long> times = [.. TimesOf(rows)];
        await Store(Day, 2 * Day + 1);
        while (slices.TryTake(out rows))
            times.AddRange(TimesOf(rows));
        snapshot.Close();
        Assert.Equal([2 * Day, 3 * Day], times);

        snapshot.Open(_context);
        slices.Reset();
        Assert.Equal([Day, 2 * Day, 2 * Day + 1, 3 * Day], Drain(slices));
        snapshot.Close();
    }

    [Fact]
    public async Task TryTake_SlicesJoinedMeanwhile_GivesEveryRowOnce()
    {
        long[] times = [.. Enumerable.Range(0, 1000).Select(i => (long)i)];
        foreach (var part in times.Chunk(100))
            await Store(part);
        Assert.Equal(2, _table.SeriesAt(0).Partitions.Span[0].StateAt(long.MaxValue).Slices.Length);
        var snapshot = new ScanSnapshot(_database, _table, _table.Schema, new ScanRestriction());
        snapshot.Open(_context);
        var slices = new SliceCursor(snapshot);
        slices.Reset();
        Assert.True(slices.TryTake(out var rows));
        List<long> seen = [.. TimesOf(rows)];
        Assert.Equal(1, _database.Compact());
        seen.AddRange(Drain(slices));
        snapshot.Close();
        Assert.Equal(times, seen);
    }

    // The first and the last day that INT64 holds are no whole days.
    [Fact]
    public async Task TryTake_TimeRange_LooksAtItsDaysOnlyAndLosesNoRow()
    {
        long[] times = [long.MinValue + 1, long.MinValue + 2, -Day - 1, -Day, -1, 0, Day - 1, Day, 5 * Day, long.MaxValue - 1, long.MaxValue];
        await Store(times);
        var days = _table.SeriesAt(0).Partitions.Length;
        Assert.Equal(7, days);
        foreach (var first in times)
        {
            foreach (var last in times.Where(t => t >= first))
            {
                var expected = times.Where(t => t >= first && t <= last).ToList();
                var snapshot = Open(first, last, out var slices);
                Assert.Equal(expected, Drain(slices));
                Assert.Equal(expected.Count, snapshot.CountRows(long.MaxValue));
                var looked = snapshot.PartitionsOf(_table.SeriesAt(0)).Length;
                Assert.Equal(expected.Select(DayOf).Distinct().Count(), looked);
                snapshot.Close();
            }
        }

        var between = Open(2 * Day, 3 * Day, out var none);
        Assert.Equal(0, between.PartitionsOf(_table.SeriesAt(0)).Length);
        Assert.Empty(Drain(none));
        between.Close();
    }

    [Fact]
    public async Task TryTake_TableWithoutTimestamp_GivesEveryRow()
    {
        var plain = _database.CreateTable(new TableDefinition("plain", [new("n", ColumnType.Int64)]));
        await Store(plain, 5, 6, 7);
        var snapshot = new ScanSnapshot(_database, plain, plain.Schema, new ScanRestriction());
        snapshot.Open(_context);
        var slices = new SliceCursor(snapshot);
        slices.Reset();
        Assert.Equal([5, 6, 7], Drain(slices));
        snapshot.Close();
    }

    public void Dispose()
    {
        _arena.Dispose();
        _database.Dispose();
    }

    private static Int128 DayOf(long time) => (time - (Int128)long.MinValue + (Day + (long.MinValue % Day))) / Day;

    private ScanSnapshot Open(long first, long last, out SliceCursor slices)
    {
        var restriction = new ScanRestriction();
        restriction.TimeBounds.Add(new ColumnBound(0, BinaryOperator.GreaterOrEqual, new Constant(0)));
        restriction.TimeBounds.Add(new ColumnBound(0, BinaryOperator.LessOrEqual, new Constant(1)));
        _context.Literals.SetInteger(0, first);
        _context.Literals.SetInteger(1, last);
        var snapshot = new ScanSnapshot(_database, _table, _table.Schema, restriction);
        snapshot.Open(_context);
        slices = new SliceCursor(snapshot);
        slices.Reset();
        return snapshot;
    }

    private static List<long> Drain(SliceCursor slices)
    {
        var times = new List<long>();
        while (slices.TryTake(out var rows))
            times.AddRange(TimesOf(rows));
        return times;
    }

    private static long[] TimesOf(SliceRows rows) => rows.Segment.Values<long>(new ColumnId(1), rows.StartRow, rows.RowCount).ToArray();

    private Task Store(params long[] times) => Store(_table, times);

    private async Task Store(Table table, params long[] values)
    {
        var batch = _database.RentBatch(table);
        batch.EnsureCapacity(values.Length);
        batch.SetRowCount(values.Length);
        for (var i = 0; i < values.Length; i++)
            batch.Column<long>(0)[i] = values[i];
        await _database.AppendAsync(batch);
    }

    private sealed class Constant(int ordinal) : BoundExpression(ColumnType.Int64, VectorKind.Int64, false)
    {
        public override unsafe Vector Evaluate(EvaluationContext context)
        {
            var value = context.Arena.Allocate<long>(1);
            *value = context.Literals.Integer(ordinal);
            return Vector.OfConstant(Kind, value, context.RowCount, false);
        }
    }
}
