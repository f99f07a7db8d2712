using Zepto.Query.Aggregates;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Aggregates;

/// <summary>Every function over every kind of column, brought its rows in each way, against the plain model.</summary>
public class AggregateFeedTests
{
    private static readonly string[] _numbers = ["i", "n", "big", "f", "offset", "nan", "b", "none", "seven", "half", "nothing"];
    private static readonly string[] _all = [.. _numbers, "code", "symbol", "text", "word", "coded", "yes", "t"];

    public static TheoryData<string, string> Calls()
    {
        var calls = new TheoryData<string, string>();
        foreach (var function in (string[])["count", "uniq", "min", "max", "first", "last", "any"])
            foreach (var column in _all)
                calls.Add(function, column);
        foreach (var function in (string[])["sum", "avg", "stddev", "stddev_samp", "variance", "var_samp", "median"])
            foreach (var column in _numbers)
                calls.Add(function, column);
        foreach (var function in (string[])["argMin", "argMax"])
            foreach (var value in (string[])["i", "f", "b", "code", "text", "word", "seven"])
                foreach (var by in (string[])["i", "nan", "b", "code", "text", "t", "half", "nothing"])
                    calls.Add(function, $"{value},{by}");
        foreach (var columns in (string[])["i,n", "f,n", "f,i", "seven,n", "f,half", "none,n", "i,nothing", "n,b"])
            calls.Add("vwap", columns);
        return calls;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Call_AnyFeed_MatchesTheModel(string function, string columns)
    {
        foreach (var (seed, rowCount) in ((int, int)[])[(1, 0), (2, 1), (3, 7), (4, 500), (5, 4096)])
            Check(function, columns.Split(','), false, seed, rowCount, (x, y) => AggregateModel.Of(function, x, y));
    }

    [Theory]
    [InlineData("count")]
    [InlineData("sum")]
    [InlineData("avg")]
    [InlineData("stddev")]
    [InlineData("median")]
    public void Distinct_AnyFeed_MatchesTheModel(string function)
    {
        string[] columns = function == "count" ? _all : ["i", "n", "f", "nan", "none", "seven", "nothing"];
        foreach (var column in columns)
            foreach (var (seed, rowCount) in ((int, int)[])[(6, 1), (7, 300), (8, 4096)])
                Check(function, [column], true, seed, rowCount, (x, y) => AggregateModel.Of(function, AggregateModel.Distinct([.. x.OfType<object>()]), y));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(0.999)]
    [InlineData(1)]
    public void Quantile_AnySpelling_InterpolatesLinearly(double level)
    {
        using var table = new AggregateTable(9, 3000);
        var fraction = Constant(level);
        (string Name, BoundExpression[] Arguments, BoundExpression[] Parameters)[] calls =
        [
            ("quantile", [table.Reference("f")], [fraction]),
            ("quantile", [table.Reference("f"), fraction], []),
            ("percentile_cont", [table.Reference("f"), fraction], []),
            ("percentile", [table.Reference("f"), ExpressionBuilder.Binary(BinaryOperator.Multiply, Constant(level), ExpressionBuilder.Interval(100), 1)], []),
        ];
        foreach (var (name, arguments, parameters) in calls)
        {
            var call = AggregateFunctions.Bind(name, arguments, parameters, false, false, new RowOrder(null, null), 1);
            Check(table, call, name, 9, Of(table, ["f"], (x, _) => AggregateModel.Quantile([.. x.OfType<double>()], level)));
        }
    }

    [Fact]
    public void CountStar_AnyFeed_CountsRows()
    {
        using var table = new AggregateTable(10, 2000);
        var call = AggregateFunctions.Bind("COUNT", [], [], false, true, new RowOrder(null, null), 1);
        Check(table, call, "count(*)", 10, Of(table, ["i"], (x, _) => (long)x.Length));
    }

    [Fact]
    public void FirstAndLast_RowsOutOfOrder_GoByTimeThenSequence()
    {
        using var table = new AggregateTable(11, 2000);
        // Any columns may order rows that are brought one by one; ties of the first are told apart by the second.
        foreach (var last in (bool[])[false, true])
        {
            var order = new RowOrder(ExpressionBuilder.Function("coalesce", [table.Reference("i"), ExpressionBuilder.Interval(0)], 1), table.Reference("sequence"));
            var call = AggregateFunctions.Bind(last ? "last" : "first", [table.Reference("text")], [], false, false, order, 1);
            using var runner = new AggregateRunner(table, call, 11);
            var actual = runner.Run(Feed.Groups);
            for (var group = 0; group < AggregateTable.GroupCount; group++)
            {
                var rows = Enumerable.Range(0, table.RowCount).Where(r => table.Groups[r] == group)
                    .OrderBy(r => (long?)table["i"].Values[r] ?? 0).ThenBy(r => (long)table["sequence"].Values[r]!).ToArray();
                var expected = rows.Length == 0 ? null : table["text"].Values[last ? rows[^1] : rows[0]];
                Assert.Equal(expected, actual[group]);
            }
        }
    }

    private static FixedFloat Constant(double value) => new FixedFloat(value);

    private static void Check(string function, string[] columns, bool distinct, int seed, int rowCount, Func<object?[], object?[], object?> model)
    {
        using var table = new AggregateTable(seed, rowCount);
        RowOrder[] orders = function is "first" or "last"
            ? [new(null, null), new(null, table.Reference("sequence")), new(table.Reference("time"), table.Reference("sequence"))]
            : [new(table.Reference("time"), table.Reference("sequence"))];
        foreach (var order in orders)
        {
            var call = AggregateFunctions.Bind(function, [.. columns.Select(table.Reference)], [], distinct, false, order, 1);
            Check(table, call, $"{function}({string.Join(", ", columns)})", seed, Of(table, columns, model));
        }
    }

    private static object?[] Of(AggregateTable table, string[] columns, Func<object?[], object?[], object?> model)
    {
        var results = new object?[AggregateTable.GroupCount];
        for (var group = 0; group < results.Length; group++)
        {
            var rows = Enumerable.Range(0, table.RowCount).Where(r => table.Groups[r] == group).ToArray();
            results[group] = model([.. rows.Select(r => table[columns[0]].Values[r])], [.. rows.Select(r => table[columns[^1]].Values[r])]);
        }

        return results;
    }

    private static void Check(AggregateTable table, AggregateCall call, string text, int seed, object?[] expected)
    {
        using var runner = new AggregateRunner(table, call, seed);
        // Twice: nothing of a run stays for the next.
        foreach (var feed in (Feed[])[.. Enum.GetValues<Feed>(), .. Enum.GetValues<Feed>()])
        {
            var actual = runner.Run(feed);
            for (var group = 0; group < expected.Length; group++)
            {
                Assert.True(
                    AggregateModel.AreClose(expected[group], actual[group], 1e-6),
                    $"{text}, seed {seed}, {table.RowCount} rows, {feed}, group {group}: expected {expected[group] ?? "NULL"}, got {actual[group] ?? "NULL"}");
            }
        }
    }

    private sealed class FixedFloat(double value) : BoundExpression(Storage.Schema.ColumnType.Float64, Vectors.VectorKind.Float64, false)
    {
        public override bool IsConstant => true;

        public override Vectors.Vector Evaluate(EvaluationContext context) => ConstantVectors.Create(context, value);
    }
}
