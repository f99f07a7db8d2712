using Zepto.Query.Execution;
using Zepto.Query.Execution.Rows;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Query.Tests.Execution.Scans;

public sealed class ScanOperatorTests : IDisposable
{
    private const int Rows = 20_000;
    private static readonly ColumnShape Integer = new(ColumnType.Int64, VectorKind.Int64, true);
    private readonly Database _database = Database.Open(new DatabaseOptions { ExtentBytes = 1 << 24 });
    private readonly QueryRun _run = new(1 << 26, 4);
    private readonly Table _table;

    public ScanOperatorTests()
    {
        _table = _database.CreateTable(new TableDefinition("ticks",
            [new("symbol", ColumnType.Symbol), new("price", ColumnType.Int64), new("size", ColumnType.Int32), new("timestamp", ColumnType.Timestamp)]));
        _run.Begin(0, 0);
    }

    [Fact]
    public async Task Next_WithoutRestriction_GivesEveryRowWithWidenedColumns()
    {
        await Fill();
        var rows = Drain(Scan(new ScanRestriction()));
        Assert.Equal(Rows, rows.Count);
        Assert.All(rows, r => Assert.Equal(r.Price % 7 == 0 ? Nulls.Int64 : r.Price, r.Size));
        Assert.Equal(Rows, _run.RowsScanned);
    }

    [Fact]
    public async Task Next_SymbolByNameAndId_ReadsOnlyThoseSeries()
    {
        await Fill();
        _run.Literals.SetText(0, "B"u8, _run.Arena);
        var byName = Drain(Scan(new ScanRestriction { Symbols = [new Constant(0, VectorKind.Text)] }));
        _run.Literals.SetInteger(1, 2);
        var byId = Drain(Scan(new ScanRestriction { Symbols = [new Constant(1, VectorKind.Int64)] }));
        Assert.Equal(Rows / 4, byName.Count);
        Assert.Equal(byName, byId);
        _run.Literals.SetInteger(1, 99);
        Assert.Empty(Drain(Scan(new ScanRestriction { Symbols = [new Constant(1, VectorKind.Int64)] })));
    }

    [Theory]
    [InlineData(BinaryOperator.Less)]
    [InlineData(BinaryOperator.LessOrEqual)]
    [InlineData(BinaryOperator.Greater)]
    [InlineData(BinaryOperator.GreaterOrEqual)]
    [InlineData(BinaryOperator.Equal)]
    public async Task Next_TimeBound_IsExact(BinaryOperator comparison)
    {
        await Fill();
        foreach (var bound in new long[] { -1, 0, 1, 5003, Rows - 1, Rows })
        {
            _run.Literals.SetInteger(0, bound);
            var restriction = new ScanRestriction();
            restriction.TimeBounds.Add(new ColumnBound(3, comparison, new Constant(0, VectorKind.Int64)));
            var expected = Enumerable.Range(0, Rows).Count(t => Holds(t, comparison, bound));
            Assert.Equal(expected, Drain(Scan(restriction)).Count);
        }
    }

    [Fact]
    public async Task Next_BlockBound_SkipsBlocksButLosesNoMatch()
    {
        await Fill();
        _run.Literals.SetInteger(0, Rows - 10);
        var restriction = new ScanRestriction();
        restriction.BlockBounds.Add(new ColumnBound(1, BinaryOperator.GreaterOrEqual, new Constant(0, VectorKind.Int64)));
        var rows = Drain(Scan(restriction));
        Assert.Equal(10, rows.Count(r => r.Price >= Rows - 10));
        Assert.InRange(rows.Count, 10, Rows / 2);
    }

    [Fact]
    public async Task Filter_KeepsRowsWhosePredicateIsTrue_LimitCutsThem()
    {
        await Fill();
        _run.Literals.SetInteger(0, 100);
        _run.Literals.SetInteger(1, 50);
        var filter = new FilterOperator(Scan(new ScanRestriction()), new IsOdd(), "price is odd");
        var rows = Drain(new LimitOperator(filter, new Constant(0, VectorKind.Int64), new Constant(1, VectorKind.Int64)));
        Assert.Equal(100, rows.Count);
        Assert.All(rows, r => Assert.Equal(1, r.Price % 2));
        Assert.Equal(Rows / 2, Drain(filter).Count);
    }

    [Fact]
    public async Task Next_Cancelled_StopsWithTheReason()
    {
        await Fill();
        var scan = Scan(new ScanRestriction());
        _run.Begin(0, 0);
        scan.Open(_run);
        Assert.True(scan.Next());
        _run.Cancel();
        Assert.Equal(StatementErrorKind.Cancelled, Assert.Throws<SqlException>(() => { scan.Next(); }).Kind);
        scan.Close();
    }

    // No chunk comes before the end, so the scan itself must look. Whether it is met in the middle is a matter of luck, so it is tried until it is.
    [Fact]
    public async Task Next_CancelledWhileNoRowMatches_StopsInTheMiddle()
    {
        for (var i = 0; i < 50; i++)
            await Fill(firstTime: (long)i * Rows);
        var mask = new RowMask([new ColumnBound(1, BinaryOperator.Equal, new Constant(0, VectorKind.Int64))], _table.Schema);
        var scan = new ScanOperator(_database, _table, _table.Schema, [1, ScanOperator.MaskColumn], [Integer, new(ColumnType.Bool, VectorKind.Bool, true)], [null, null], new ScanRestriction())
        {
            Mask = mask,
        };
        var stopped = 0;
        for (var attempt = 0; attempt < 500 && stopped == 0; attempt++)
        {
            _run.Begin(0, 0);
            _run.Literals.SetInteger(0, Rows + 1);
            scan.Open(_run);
            using var ready = new Barrier(2);
            var canceller = Task.Run(() =>
            {
                ready.SignalAndWait();
                while (_run.RowsScanned == 0)
                    Thread.Yield();
                _run.Cancel();
            });
            ready.SignalAndWait();
            var error = Record.Exception(() => Assert.False(scan.Next()));
            scan.Close();
            await canceller;
            if (error is null)
                continue;
            Assert.Equal(StatementErrorKind.Cancelled, Assert.IsType<SqlException>(error).Kind);
            Assert.InRange(_run.RowsScanned, 1, 50 * Rows);
            stopped++;
        }

        Assert.Equal(1, stopped);
    }

    [Fact]
    public async Task Next_EncodedSegments_GivesTheSameRowsAndAllocatesNothing()
    {
        await Fill();
        var expected = Drain(Scan(new ScanRestriction()));
        Assert.True(_database.Compact() > 0);
        Assert.Equal(_table.Measure().Rows, _table.Measure().EncodedRows);
        var scan = Scan(new ScanRestriction());
        Assert.Equal(expected, Drain(scan));
        long sum = 0;
        var least = long.MaxValue;
        for (var round = 0; round < 5 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++)
            {
                scan.Open(_run);
                while (scan.Next())
                    sum += scan.Columns[0].Int64[0];
                scan.Close();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.NotEqual(0, sum);
        Assert.Equal(0, least);
    }

    public void Dispose()
    {
        _run.Dispose();
        _database.Dispose();
    }

    /// <summary>Price of row i is i and its time that much behind the first; symbols A to D in turn; each seventh size is NULL.</summary>
    private async Task Fill(long firstTime = 0)
    {
        var symbols = new[] { _database.Symbols.Intern("A"u8), _database.Symbols.Intern("B"u8), _database.Symbols.Intern("C"u8), _database.Symbols.Intern("D"u8) };
        var batch = _database.RentBatch(_table);
        batch.EnsureCapacity(Rows);
        batch.SetRowCount(Rows);
        for (var i = 0; i < Rows; i++)
        {
            batch.Column<int>(0)[i] = symbols[i % 4];
            batch.Column<long>(1)[i] = i;
            batch.Column<int>(2)[i] = i % 7 == 0 ? Nulls.Int32 : i;
            batch.Column<long>(3)[i] = firstTime + i;
        }

        await _database.AppendAsync(batch);
    }

    private ScanOperator Scan(ScanRestriction restriction) =>
        new(_database, _table, _table.Schema, [1, 2], [Integer, Integer], [null, null], restriction);

    private List<(long Price, long Size)> Drain(Operator plan)
    {
        var rows = new List<(long, long)>();
        _run.RowsScanned = 0;
        plan.Open(_run);
        while (plan.Next())
        {
            for (var i = 0; i < plan.RowCount; i++)
                rows.Add((plan.Columns[0].Int64[i], plan.Columns[1].Int64[i]));
        }

        plan.Close();
        return rows;
    }

    private static bool Holds(long value, BinaryOperator comparison, long bound) => comparison switch
    {
        BinaryOperator.Less => value < bound,
        BinaryOperator.LessOrEqual => value <= bound,
        BinaryOperator.Greater => value > bound,
        BinaryOperator.GreaterOrEqual => value >= bound,
        _ => value == bound,
    };

    /// <summary>A literal of the statement.</summary>
    private sealed class Constant(int ordinal, VectorKind kind)
        : BoundExpression(kind == VectorKind.Text ? ColumnType.String : ColumnType.Int64, kind, false)
    {
        public override unsafe Vector Evaluate(EvaluationContext context)
        {
            if (Kind == VectorKind.Text)
            {
                var text = context.Arena.Allocate<Storage.Dictionaries.TextRef>(1);
                *text = context.Literals.Text(ordinal);
                return Vector.OfConstant(Kind, text, context.RowCount, false);
            }

            var value = context.Arena.Allocate<long>(1);
            *value = context.Literals.Integer(ordinal);
            return Vector.OfConstant(Kind, value, context.RowCount, false);
        }
    }

    private sealed class IsOdd() : BoundExpression(ColumnType.Bool, VectorKind.Bool, false)
    {
        public override unsafe Vector Evaluate(EvaluationContext context)
        {
            var result = context.Arena.Allocate<byte>(context.RowCount);
            for (var i = 0; i < context.RowCount; i++)
                result[i] = (byte)(context.Inputs[0].Int64[i] & 1);
            return Vector.Of(VectorKind.Bool, result, context.RowCount, false);
        }
    }
}
