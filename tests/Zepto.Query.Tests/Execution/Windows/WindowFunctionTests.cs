using Zepto.Query.Execution;
using Zepto.Query.Execution.Windows;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Tests.Fakes;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Execution.Windows;

/// <summary>Single functions by hand-computed values, their errors, and what a run costs.</summary>
public sealed class WindowFunctionTests : IDisposable
{
    private static readonly ModelFrame TwoRows = new(false, new ModelEdge(FrameBoundKind.Preceding, 1), new ModelEdge(FrameBoundKind.CurrentRow));

    private readonly QueryRun _run = new(1L << 28, 8);

    public WindowFunctionTests() => _run.Begin(0, 0);

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Ema_PeriodAndWeight_StartAtTheFirstValue()
    {
        var x = SourceColumn.Of([null, 10.0, 20.0, null, 40.0]);
        // Period 3 and weight 0.5 are the same.
        Assert.Equal([null, 10.0, 15.0, null, 27.5], Single(x, Call("ema", 3L)));
        Assert.Equal([null, 10.0, 15.0, null, 27.5], Single(x, Call("ema", 0.5)));
        Assert.Equal([null, 10.0, 20.0, null, 40.0], Single(x, Call("ema", 1L)));
        Assert.Equal([8.0, 10.0], Single(SourceColumn.Of([8L, 12L]), Call("ema", 3L)));
        Assert.Equal([double.PositiveInfinity, double.PositiveInfinity], Single(SourceColumn.Of([double.PositiveInfinity, 1.0]), Call("ema", 3L)));
    }

    [Fact]
    public void Delta_StartsWithTheValueItself()
    {
        Assert.Equal([5L, 2L, null, null, -3L], Single(SourceColumn.Of([5L, 7L, null, 4L, 1L]), Call("delta")));
        Assert.Equal([0.5, 1.0, null], Single(SourceColumn.Of([0.5, 1.5, null]), Call("delta")));
        Assert.Equal([1000L, 500L], Single(SourceColumn.Of([1000L, 1500L], ColumnType.Timestamp), Call("delta")));
        Assert.Equal([null, null], Single(SourceColumn.Of([null, 4L]), Call("delta")));
    }

    [Fact]
    public void Ratio_IsFloatAndStartsWithTheValueItself() =>
        Assert.Equal([4.0, 0.5, 0.0, double.PositiveInfinity, null], Single(SourceColumn.Of([4L, 2L, 0L, 3L, null]), Call("ratio")));

    [Fact]
    public void Delta_Overflow_IsAnError()
    {
        AssertFails("Integer overflow in delta", SourceColumn.Of([long.MinValue + 1, long.MaxValue]), Call("delta"));
        // The difference is the number that stands for NULL.
        AssertFails("Integer overflow in delta", SourceColumn.Of([1L, long.MinValue + 1]), Call("delta"));
        Assert.Equal([long.MaxValue, 0L], Single(SourceColumn.Of([long.MaxValue, long.MaxValue]), Call("delta")));
    }

    [Fact]
    public void Sum_OfIntegers_IsExactAndOverflowsWithAnError()
    {
        const long Most = long.MaxValue;
        Assert.Equal([Most, Most - 1, -1L, null], Single(SourceColumn.Of([Most, -1L, null, null]), new ModelCall("sum", 0, [], TwoRows)));
        Assert.Equal([Most, 0L, 0L], Single(SourceColumn.Of([Most, -Most, Most]), new ModelCall("sum", 0, [], TwoRows)));
        AssertFails("Integer overflow in sum", SourceColumn.Of([Most, 1L]), new ModelCall("sum", 0, [], TwoRows));
        AssertFails("Integer overflow in sum", SourceColumn.Of([-Most, -1L]), new ModelCall("sum", 0, [], TwoRows));
        Assert.Equal([(double)Most, (double)Most], Single(SourceColumn.Of([Most, Most]), new ModelCall("avg", 0, [], TwoRows)));
    }

    [Fact]
    public void Sum_OverflowOnlyWithoutEarlierRows_IsNoErrorWhenChunksAreStreamed()
    {
        const long Most = long.MaxValue;
        var frame = new ModelFrame(false, new ModelEdge(FrameBoundKind.Preceding, 2), new ModelEdge(FrameBoundKind.CurrentRow));
        var values = SourceColumn.Of([-Most, Most, Most, -Most, -Most]);
        Assert.Equal([-Most, 0L, Most, Most, -Most], Single(values, new ModelCall("sum", 0, [], frame), inputInOrder: true, chunkRows: 1));
    }

    [Fact]
    public void FloatSum_NaNAndHugeValuesThatLeftTheFrame_AreForgotten()
    {
        var x = SourceColumn.Of([1.0, double.NaN, 2.0, 3.0, 1e300, 0.5, 0.25, double.PositiveInfinity, double.NegativeInfinity, 1.0, 2.0]);
        Assert.Equal(
            [1.0, double.NaN, double.NaN, 5.0, 1e300, 1e300, 0.75, double.PositiveInfinity, double.NaN, double.NegativeInfinity, 3.0],
            Single(x, new ModelCall("sum", 0, [], TwoRows)));
    }

    [Fact]
    public void FloatAverage_MillionRows_DoesNotDrift()
    {
        var random = new Random(11);
        var values = Enumerable.Range(0, 1_000_000).Select(i => (double?)(i % 1000 == 0 ? 1e15 : random.NextDouble())).ToArray();
        var frame = new ModelFrame(false, new ModelEdge(FrameBoundKind.Preceding, 20), new ModelEdge(FrameBoundKind.CurrentRow));
        var results = Single(SourceColumn.Of(values), new ModelCall("avg", 0, [], frame), chunkRows: Operator.MaxChunkRows);
        for (var row = 999_999; row > 21; row -= 777)
        {
            var expected = values[(row - 20)..(row + 1)].Average()!.Value;
            Assert.Equal(expected, (double)results[row]!, Math.Abs(expected) * 1e-14);
        }
    }

    [Fact]
    public void RangeOffset_AtTheEndsOfInt64_DoesNotWrap()
    {
        var frame = new ModelFrame(true, new ModelEdge(FrameBoundKind.Preceding, 10), new ModelEdge(FrameBoundKind.Following, 10));
        var keys = SourceColumn.Of([long.MinValue + 1, long.MinValue + 11, 0L, long.MaxValue - 11, long.MaxValue]);
        Assert.Equal([2L, 2L, 1L, 1L, 1L], Single(keys, new ModelCall("count", -1, [], frame), orderBySelf: true));
        Assert.Equal([1L, 1L, 1L, 2L, 2L], Single(keys, new ModelCall("count", -1, [], frame), orderBySelf: true, descending: true));
        var ahead = new ModelFrame(true, new ModelEdge(FrameBoundKind.Following, 1), new ModelEdge(FrameBoundKind.Following, 20));
        Assert.Equal([1L, 0L, 0L, 1L, 0L], Single(keys, new ModelCall("count", -1, [], ahead), orderBySelf: true));
    }

    [Fact]
    public void RangeOffset_FractionOnAnIntegerKey_TakesTheKeysInside()
    {
        var keys = SourceColumn.Of([1L, 2L, 3L, 4L, 6L]);
        ModelFrame Frame(FrameBoundKind start, FrameBoundKind end) => new(true, new ModelEdge(start, 1.5), new ModelEdge(end, 1.5));
        Assert.Equal([2L, 3L, 3L, 2L, 1L], Single(keys, new ModelCall("count", -1, [], Frame(FrameBoundKind.Preceding, FrameBoundKind.Following)), orderBySelf: true));
        Assert.Equal([0L, 0L, 0L, 0L, 0L], Single(keys, new ModelCall("count", -1, [], Frame(FrameBoundKind.Preceding, FrameBoundKind.Preceding)), orderBySelf: true));
    }

    [Fact]
    public void Results_KeepTheArgumentsType()
    {
        var code = SourceColumn.OfCodes(["b", "a", "c"]);
        Assert.Equal(["b", "a", "a"], Single(code, new ModelCall("min", 0, [], TwoRows)));
        using var source = new RowSource(3, 3, false, code);
        var column = ExpressionBuilder.Column(0, ColumnType.Symbol, VectorKind.Code, true);
        Assert.Equal(new ColumnShape(ColumnType.Symbol, VectorKind.Code, true), Bound("max", [column]).Result);
        Assert.Equal(new ColumnShape(ColumnType.Symbol, VectorKind.Code, true), Bound("lag", [column]).Result);
        Assert.Equal(VectorKind.Text, Bound("lag", [column, ModelCall.Constant(1L), ModelCall.Constant("none")]).Result.Kind);
        Assert.Equal(ColumnType.Timestamp, Bound("lead", [ExpressionBuilder.Column(0, ColumnType.Timestamp, VectorKind.Int64, true)]).Result.Type);
        Assert.Equal(["none", "b", "a"], Single(code, Call("lag", 1L, "none")));
    }

    [Fact]
    public void Literals_OfEachRun_AreRead()
    {
        BoundExpression Literal(int ordinal) => ExpressionBuilder.Literal(new Literal(1, LiteralKind.Integer, ordinal, 1, 0, null));
        using var source = new RowSource(4, 2, false, SourceColumn.Of([1L, 2L, 3L, 4L]));
        var x = ExpressionBuilder.Column(0, ColumnType.Int64, VectorKind.Int64, true);
        var frame = new BoundFrame(false, new BoundFrameEdge(FrameBoundKind.Preceding, Literal(0)), new BoundFrameEdge(FrameBoundKind.CurrentRow, null));
        var sum = WindowFunctions.Bind("SUM", [x], frame, false, false, 1);
        var lag = WindowFunctions.Bind("Lag", [x, Literal(1), Literal(2)], null, false, false, 1);
        var plan = new WindowOperator(source, [], [], null, [x, x], [sum.Create([0]), lag.Create([1])], "", inputInOrder: true);
        foreach (var (rows, shift, other) in new[] { (1L, 1L, 9L), (0, -1, 8), (3, 3, 7) })
        {
            _run.Begin(0, 0);
            _run.Literals.SetInteger(0, rows);
            _run.Literals.SetInteger(1, shift);
            _run.Literals.SetInteger(2, other);
            var results = RowReader.Run(plan, _run);
            for (var row = 0; row < 4; row++)
            {
                Assert.Equal(Enumerable.Range(0, row + 1).Where(r => r >= row - rows).Sum(r => r + 1L), results[row][1]);
                Assert.Equal(row - shift is >= 0 and < 4 ? row - shift + 1 : other, results[row][2]);
            }
        }
    }

    [Theory]
    [InlineData("sum")]
    [InlineData("avg", 1L, 2L)]
    [InlineData("sum", "text")]
    [InlineData("ema", 1.0)]
    [InlineData("row_number", 1L)]
    [InlineData("ntile", "x")]
    [InlineData("lag", 1L, 1.5)]
    [InlineData("lag", 1L, 1L, 1L, 1L)]
    [InlineData("delta", "text")]
    public void Bind_WrongArguments_AreTypeErrors(string name, params object[] args) =>
        Assert.Equal(StatementErrorKind.TypeMismatch, Refused(name, Array.ConvertAll(args, ModelCall.Constant), null).Kind);

    [Fact]
    public void Bind_ArgumentsThatMustBeConstant_AreChecked()
    {
        var x = ExpressionBuilder.Column(0, ColumnType.Int64, VectorKind.Int64, true);
        Assert.Contains("must be a constant", Refused("ntile", [x], null).Message);
        Assert.Contains("must be a constant", Refused("lag", [x, x], null).Message);
        Assert.Contains("must be a constant", Refused("ema", [x, x], null).Message);
        Assert.Equal(StatementErrorKind.UnknownFunction, Refused("median", [x], null).Kind);
        Assert.True(WindowFunctions.IsWindowFunction("Row_Number"));
        Assert.False(WindowFunctions.IsWindowFunction("abs"));
    }

    [Fact]
    public void Bind_ImpossibleFrames_AreRefused()
    {
        var x = ExpressionBuilder.Column(0, ColumnType.Int64, VectorKind.Int64, true);
        BoundFrame Frame(bool range, FrameBoundKind start, FrameBoundKind end, object? offset = null) =>
            new(range, new BoundFrameEdge(start, ModelCall.Constant(offset)), new BoundFrameEdge(end, ModelCall.Constant(offset)));
        foreach (var (start, end) in new[]
                 {
                     (FrameBoundKind.CurrentRow, FrameBoundKind.Preceding), (FrameBoundKind.Following, FrameBoundKind.CurrentRow),
                     (FrameBoundKind.UnboundedFollowing, FrameBoundKind.UnboundedFollowing), (FrameBoundKind.UnboundedPreceding, FrameBoundKind.UnboundedPreceding),
                 })
            Assert.Contains("ends before it starts", Refused("sum", [x], Frame(false, start, end, 1L)).Message);
        Assert.Contains("constant integer", Refused("sum", [x], Frame(false, FrameBoundKind.Preceding, FrameBoundKind.CurrentRow, 1.5)).Message);
        Assert.Contains("constant number", Refused("sum", [x], Frame(true, FrameBoundKind.Preceding, FrameBoundKind.CurrentRow, "a")).Message);
        Assert.Contains("needs ORDER BY", Refused("sum", [x], Frame(true, FrameBoundKind.Preceding, FrameBoundKind.CurrentRow, 1L), hasOrder: false).Message);
        foreach (var name in new[] { "ema", "delta", "ratio" })
        {
            BoundExpression[] args = name == "ema" ? [x, ModelCall.Constant(2L)] : [x];
            Assert.Contains("takes no window frame", Refused(name, args, Frame(false, FrameBoundKind.Preceding, FrameBoundKind.CurrentRow, 1L)).Message);
        }
    }

    [Fact]
    public void Open_BadConstants_AreErrors()
    {
        var x = SourceColumn.Of([1L]);
        foreach (var n in new object?[] { 0L, -1L, 0.0, 1.5, -0.5, null })
            AssertFails("ema needs", x, Call("ema", n));
        AssertFails("ntile needs a positive number of parts, got 0", x, new ModelCall("ntile", -1, [0L], null));
        AssertFails("ntile needs", x, new ModelCall("ntile", -1, [null], null));
        foreach (var range in new[] { false, true })
        {
            AssertFails("must not be negative, got -1", x, new ModelCall("sum", 0, [], new ModelFrame(range, new ModelEdge(FrameBoundKind.Preceding, -1), new ModelEdge(FrameBoundKind.CurrentRow))));
            var edge = new BoundFrameEdge(FrameBoundKind.Preceding, ModelCall.Constant(null));
            var column = ExpressionBuilder.Column(0, ColumnType.Int64, VectorKind.Int64, true);
            var sum = WindowFunctions.Bind("sum", [column], new BoundFrame(range, edge, edge), true, false, 1).Create([0]);
            using var source = new RowSource(1, 1, false, x);
            var plan = new WindowOperator(source, [], [new WindowOrder(column, false, false)], null, [column], [sum], "");
            Assert.Contains("must not be NULL", Assert.Throws<SqlException>(() => plan.Open(_run)).Message);
        }
    }

    [Fact]
    public void RangeOffset_KeysThatCannotBeMeasured_AreRefused()
    {
        var column = ExpressionBuilder.Column(0, ColumnType.Symbol, VectorKind.Code, true);
        var edge = new BoundFrameEdge(FrameBoundKind.Preceding, ModelCall.Constant(1L));
        var count = WindowFunctions.Bind("count", [], new BoundFrame(true, edge, edge), true, true, 1).Create([]);
        using var source = new RowSource(1, 1, false, SourceColumn.OfCodes(["a"]));
        Assert.Throws<SqlException>(() => new WindowOperator(source, [], [new WindowOrder(column, false, false)], null, [], [count], ""));
    }

    [Theory]
    [InlineData("sum", true, 2)]
    [InlineData("sum", false, 6)]
    [InlineData("ema", true, 6)]
    public void Next_InputInOrderAndShortLookback_WorksChunkByChunk(string name, bool inputInOrder, int rowsReadFirst)
    {
        using var source = new RowSource(6, 2, false, SourceColumn.Of([1L, 2L, 3L, 4L, 5L, 6L]));
        var plan = Plan(source, name == "sum" ? new ModelCall("sum", 0, [], TwoRows) : Call("ema", 3L), false, false, inputInOrder);
        plan.Open(_run);
        Assert.True(plan.Next());
        Assert.Equal(rowsReadFirst, source.ServedRows);
        plan.Close();
    }

    [Fact]
    public void Next_Cancelled_Stops()
    {
        using var source = new RowSource(3, 1, false, SourceColumn.Of([1L, 2L, 3L]));
        var plan = Plan(source, Call("sum"), false, false, false);
        plan.Open(_run);
        _run.Cancel();
        Assert.Equal(StatementErrorKind.Cancelled, Assert.Throws<SqlException>(() => { plan.Next(); }).Kind);
        plan.Close();
    }

#if !DEBUG
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Run_WhenWarm_AllocatesNothing(bool inputInOrder, bool isSorted)
    {
        var random = new Random(5);
        const int Rows = 20_000;
        long?[] times = [.. Enumerable.Range(0, Rows).Select(i => (long?)(isSorted ? i / 2 : random.Next(Rows)))];
        using var source = new RowSource(
            Rows, Operator.MaxChunkRows, true, SourceColumn.Of(times), SourceColumn.OfCodes([.. Enumerable.Range(0, Rows).Select(i => i < Rows / 3 ? "a" : "b")]),
            SourceColumn.Of([.. Enumerable.Range(0, Rows).Select(i => (double?)i)]));
        var columns = source.Shape.Select((shape, i) => ExpressionBuilder.Column(i, shape.Type, shape.Kind, shape.Nullable)).ToArray();
        var frame = new ModelFrame(false, new ModelEdge(FrameBoundKind.Preceding, 20), new ModelEdge(FrameBoundKind.CurrentRow));
        var calls = new List<ModelCall> { new("avg", 0, [], frame), new("sum", 2, [], frame), new("max", 1, [], frame), new("lag", 1, [2L], null), new("delta", 0, [], null) };
        if (!inputInOrder)
        {
            var range = new ModelFrame(true, new ModelEdge(FrameBoundKind.Preceding, 50), new ModelEdge(FrameBoundKind.CurrentRow));
            calls.AddRange([new("min", 2, [], range), new("count", 2, [], null), new("rank", -1, [], null), new("ema", 2, [10L], null), new("ntile", -1, [7L], null)]);
        }

        var arguments = new List<BoundExpression>();
        var functions = new List<WindowFunction>();
        foreach (var call in calls)
        {
            var bound = call.Bind(columns, true);
            functions.Add(bound.Create([.. Enumerable.Range(arguments.Count, bound.Arguments.Length)]));
            arguments.AddRange(bound.Arguments);
        }

        var plan = new WindowOperator(source, [columns[1]], [new WindowOrder(columns[0], false, false)], null, [.. arguments], [.. functions], "", inputInOrder);
        var sum = 0L;
        for (var i = 0; i < 40; i++)
            sum += Drain(plan);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            sum += Drain(plan);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(50L * Rows, sum);
    }

    private long Drain(Operator plan)
    {
        var rows = 0L;
        _run.Begin(0, 0);
        plan.Open(_run);
        while (plan.Next())
            rows += plan.RowCount;
        plan.Close();
        return rows;
    }
#endif

    private static ModelCall Call(string name, params object?[] constants) => new(name, 0, constants, null);

    private static WindowFunction Bound(string name, BoundExpression[] args)
    {
        var call = WindowFunctions.Bind(name, args, null, false, false, 1);
        return call.Create([.. Enumerable.Range(0, call.Arguments.Length)]);
    }

    private static SqlException Refused(string name, BoundExpression[] args, BoundFrame? frame, bool hasOrder = true) =>
        Assert.Throws<SqlException>(() => WindowFunctions.Bind(name, args, frame, hasOrder, false, 7));

    private static WindowOperator Plan(RowSource source, ModelCall call, bool orderBySelf, bool descending, bool inputInOrder)
    {
        var column = ExpressionBuilder.Column(0, source.Shape[0].Type, source.Shape[0].Kind, true);
        var bound = call.Bind([column], true);
        return new WindowOperator(
            source, [], orderBySelf ? [new WindowOrder(column, descending, false)] : [], null, bound.Arguments,
            [bound.Create([.. Enumerable.Range(0, bound.Arguments.Length)])], "", inputInOrder);
    }

    private object?[] Single(
        SourceColumn column, ModelCall call, bool orderBySelf = false, bool descending = false, bool inputInOrder = false, int chunkRows = 2)
    {
        var rowCount = column.Texts?.Length ?? column.Values.Length / Vector.WidthBytes(column.Shape.Kind);
        using var source = new RowSource(rowCount, chunkRows, false, column);
        _run.Begin(0, 0);
        return [.. RowReader.Run(Plan(source, call, orderBySelf, descending, inputInOrder), _run).Select(row => row[1])];
    }

    private void AssertFails(string message, SourceColumn column, ModelCall call)
    {
        var failure = Assert.Throws<SqlException>(() => Single(column, call, orderBySelf: call.Frame is { Range: true }));
        Assert.Equal(StatementErrorKind.BadValue, failure.Kind);
        Assert.Contains(message, failure.Message);
    }
}
