using Zepto.Query.Aggregates;
using Zepto.Query.Execution;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Aggregates;

/// <summary>What calls are refused, what errors say, and what shape results have.</summary>
public class AggregateFunctionsTests
{
    private static readonly RowOrder _noOrder = new(null, null);

    [Theory]
    [InlineData("sum", "text", "Type error: sum needs a number, not STRING at position 7")]
    [InlineData("avg", "t", "Type error: avg needs a number, not TIMESTAMP_NS at position 7")]
    [InlineData("stddev", "symbol", "Type error: stddev needs a number, not SYMBOL at position 7")]
    [InlineData("vwap", "i", "Type error: vwap takes 2 arguments, not 1, at position 7")]
    [InlineData("vwap", "i,text", "Type error: vwap needs a number, not STRING at position 7")]
    [InlineData("min", "i,f", "Type error: min takes 1 argument, not 2, at position 7")]
    [InlineData("argMin", "i", "Type error: argMin takes 2 arguments, not 1, at position 7")]
    [InlineData("percentile", "f", "Type error: percentile takes 2 arguments, not 1, at position 7")]
    [InlineData("quantile", "f,i", "Type error: the level of quantile must be a constant, at position 7")]
    [InlineData("nosuch", "i", "Unknown aggregate function: nosuch")]
    public void Bind_WrongCall_SaysWhy(string function, string columns, string message)
    {
        using var table = new AggregateTable(1, 1);
        BoundExpression[] arguments = [.. columns.Split(',').Select(table.Reference)];
        var error = Assert.Throws<SqlException>(() => AggregateFunctions.Bind(function, arguments, [], false, false, _noOrder, 7));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Bind_StarParametersAndDistinct_OnlyWhereTheyMakeSense()
    {
        using var table = new AggregateTable(1, 1);
        var (i, f) = (table.Reference("i"), table.Reference("f"));
        Assert.Throws<SqlException>(() => AggregateFunctions.Bind("sum", [], [], false, true, _noOrder, 1));
        Assert.Throws<SqlException>(() => AggregateFunctions.Bind("count", [], [], true, true, _noOrder, 1));
        Assert.Throws<SqlException>(() => AggregateFunctions.Bind("sum", [i], [f], false, false, _noOrder, 1));
        Assert.Throws<SqlException>(() => AggregateFunctions.Bind("vwap", [i, f], [], true, false, _noOrder, 1));
        Assert.True(AggregateFunctions.IsAggregate("VarPop"));
        Assert.False(AggregateFunctions.IsAggregate("round"));
    }

    [Theory]
    [InlineData("min", "n", ColumnType.Int32, VectorKind.Int64)]
    [InlineData("max", "t", ColumnType.Timestamp, VectorKind.Int64)]
    [InlineData("first", "symbol", ColumnType.Symbol, VectorKind.Code)]
    [InlineData("last", "text", ColumnType.String, VectorKind.Text)]
    [InlineData("any", "b", ColumnType.Bool, VectorKind.Bool)]
    [InlineData("sum", "n", ColumnType.Int64, VectorKind.Int64)]
    [InlineData("sum", "f", ColumnType.Float64, VectorKind.Float64)]
    [InlineData("avg", "n", ColumnType.Float64, VectorKind.Float64)]
    [InlineData("uniq", "code", ColumnType.Int64, VectorKind.Int64)]
    public void ResultShape_OfEachFamily_KeepsOrWidensTheType(string function, string column, ColumnType type, byte kind)
    {
        using var table = new AggregateTable(1, 1);
        var call = AggregateFunctions.Bind(function, [table.Reference(column)], [], false, false, _noOrder, 1);
        var shape = call.Create([.. Enumerable.Range(0, call.Arguments.Length)]).ResultShape;
        Assert.Equal((type, (VectorKind)kind), (shape.Type, shape.Kind));
    }

    [Theory]
    [InlineData(long.MaxValue, 1L)]
    [InlineData(-long.MaxValue, -1L)]
    public void Sum_BeyondInt64_IsAnErrorAndBackWithinItIsNot(long large, long step)
    {
        Assert.Equal("Integer overflow in sum", Assert.Throws<SqlException>(() => Sum(large, step)).Message);
        Assert.Equal(large, Sum(large, step, -step));
    }

    [Theory]
    [InlineData("quantile", 1.5, "quantile needs a level from 0 to 1, not 1.5")]
    [InlineData("percentile", -1.0, "percentile needs a level from 0 to 100, not -1")]
    public void Quantile_LevelOutOfRange_IsAnErrorOfTheRun(string function, double level, string message)
    {
        using var table = new AggregateTable(1, 10);
        var call = AggregateFunctions.Bind(function, [table.Reference("f"), new Constant(level)], [], false, false, _noOrder, 1);
        using var runner = new AggregateRunner(table, call, 1);
        Assert.Equal(message, Assert.Throws<SqlException>(() => { runner.Run(Feed.Groups); }).Message);
    }

    [Fact]
    public void Runs_OnceWarm_AllocateNothing()
    {
        using var table = new AggregateTable(3, 4096);
        foreach (var (function, column) in ((string, string)[])[("sum", "i"), ("min", "text"), ("last", "text"), ("uniq", "text"), ("median", "f"), ("stddev", "f")])
        {
            var call = AggregateFunctions.Bind(function, [table.Reference(column)], [], false, false, _noOrder, 1);
            using var runner = new AggregateRunner(table, call, 1);
            for (var i = 0; i < 3; i++)
                runner.FeedOnce();
            // The runtime's own work on a loop that has just got warm may allocate: the best of a few rounds is ours.
            var least = long.MaxValue;
            for (var round = 0; round < 5 && least > 0; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < 5; i++)
                    runner.FeedOnce();
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal((function, 0L), (function, least));
        }
    }

    private static unsafe long Sum(params long[] values)
    {
        using var run = new QueryRun(1 << 20, 1);
        run.Begin(0, 0);
        var function = AggregateFunctions.Bind("sum", [ExpressionBuilder.Column(0, ColumnType.Int64, VectorKind.Int64, true)], [], false, false, _noOrder, 1).Create([0]);
        function.Begin(run);
        function.EnsureGroups(1);
        long result;
        fixed (long* first = values)
        {
            function.UpdateRange(0, [Vector.Of(VectorKind.Int64, first, values.Length, false)], 0, values.Length);
            function.Result(0, 1, &result);
        }

        return result;
    }

    private sealed class Constant(double value) : BoundExpression(ColumnType.Float64, VectorKind.Float64, false)
    {
        public override bool IsConstant => true;

        public override Vector Evaluate(EvaluationContext context) => ConstantVectors.Create(context, value);
    }
}
