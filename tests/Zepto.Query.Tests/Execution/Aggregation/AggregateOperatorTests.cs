using Zepto.Query.Aggregates;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Aggregation;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Tests.Fakes;
using static Zepto.Query.Tests.Execution.Aggregation.AggregateFixture;

namespace Zepto.Query.Tests.Execution.Aggregation;

public sealed class AggregateOperatorTests : IDisposable
{
    private static readonly ModelRow Plain = new(0, "S", "n", 1, 1, 1, true, "t", 0);
    private readonly QueryRun _run = new(1L << 28, 4);

    public AggregateOperatorTests() => _run.Begin(0, 0);

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Next_NoRowsWithoutKeys_GivesOneRow()
    {
        Call[] calls = [new("count", [], IsStar: true), new("sum", [X]), new("avg", [F]), new("min", [Text]), new("last", [Code]), new("median", [X]),
            new("stddev", [X]), new("uniq", [X]), new("vwap", [X, Key]), new("argMax", [X, F])];
        Assert.Equal([[0L, null, null, null, null, null, null, 0L, null, null]], Run([], [], calls));
    }

    [Fact]
    public void Next_NoRowsWithKeys_GivesNoRow() => Assert.Empty(Run([], [Column(Code)], [new Call("count", [], IsStar: true)]));

    [Fact]
    public void Next_NoFunctions_GivesDistinctKeysInOrderOfAppearance()
    {
        ModelRow[] rows = [Plain with { X = 3 }, Plain with { X = null }, Plain with { X = 3 }, Plain with { X = 1 }, Plain with { X = null }];
        Assert.Equal([[3L], [null], [1L]], Run(rows, [Column(X)], []));
    }

    [Fact]
    public void Next_MoreGroupsThanAChunkHas_GivesAllInOrder()
    {
        var rows = Enumerable.Range(0, 40_000).Select(i => Plain with { Key = i % 20_000, X = i }).ToArray();
        var result = Run(rows, [Column(Key)], [new Call("sum", [X]), new Call("max", [Text])]);
        Assert.Equal(20_000, result.Count);
        Assert.All(result.Index(), r => Assert.Equal([(long)r.Index, (2L * r.Index) + 20_000, "t"], r.Item));
    }

    [Fact]
    public void Sum_BeyondInt64AtTheEnd_IsAnError()
    {
        ModelRow[] rows = [Plain with { X = long.MaxValue }, Plain with { X = 1 }];
        Assert.Equal("Integer overflow in sum", Assert.Throws<SqlException>(() => Run(rows, [], [new Call("sum", [X])])).Message);
        // On the way it may be beyond.
        Assert.Equal([[long.MaxValue - 4]], Run([.. rows, Plain with { X = -5 }], [], [new Call("sum", [X])]));
        Assert.Equal([[(double)long.MaxValue]], Run([rows[0], rows[0]], [], [new Call("avg", [X])]));
    }

    [Fact]
    public void Sum_LeastInt64_IsAnErrorBecauseItMeansNull()
    {
        ModelRow[] rows = [Plain with { X = -long.MaxValue }, Plain with { X = -1 }];
        Assert.Throws<SqlException>(() => Run(rows, [], [new Call("sum", [X])]));
    }

    [Fact]
    public void FirstAndLast_EqualTimes_FollowArrivalAcrossChunks()
    {
        ModelRow[] rows = [Plain with { X = 1, Sequence = 5 }, Plain with { X = 2, Sequence = 9 }, Plain with { X = null, Sequence = 2 }];
        Assert.Equal([[null, 2L]], Run(rows, [], [new Call("first", [X]), new Call("last", [X])], chunkRows: 1));
    }

    [Fact]
    public void FirstAndLast_WithoutTimeAndSequence_FollowRowOrder()
    {
        ModelRow[] rows = [Plain with { X = 7, Sequence = 9 }, Plain with { X = 8, Sequence = 5 }, Plain with { X = null, Sequence = 2 }];
        Call[] calls = [new("first", [X], ByRowOrder: true), new("last", [X], ByRowOrder: true)];
        Assert.Equal([[7L, null]], Run(rows, [], calls, chunkRows: 2));
        Assert.Equal([[7L, 8L]], Run(rows, [], calls, chunkRows: 2, above: 0));
        Assert.Equal([[1L, 7L, null]], Run(rows, [Column(Key)], calls, chunkRows: 2));
    }

    [Fact]
    public void Variance_LargeMean_KeepsItsDigits()
    {
        var rows = Enumerable.Range(0, 1000).Select(i => Plain with { F = 1e9 + (i % 2) }).ToArray();
        Assert.Equal(0.25, (double)Run(rows, [], [new Call("variance", [F])], chunkRows: 64)[0][0]!, 1e-9);
        Assert.Equal(0.25, (double)Run(rows, [Column(Text)], [new Call("variance", [F])], chunkRows: 64)[0][1]!, 1e-9);
    }

    [Fact]
    public void Variance_OneRow_IsZeroOfThePopulationAndNullOfASample() =>
        Assert.Equal([[0.0, null, 0.0, null]], Run([Plain], [],
            [new Call("var_pop", [X]), new Call("var_samp", [X]), new Call("stddev", [X]), new Call("stddev_samp", [X])]));

    [Fact]
    public void MinAndMax_OnlyNaN_AreNaN()
    {
        ModelRow[] rows = [Plain with { F = null }, Plain with { F = double.NaN }];
        Assert.Equal([[double.NaN, double.NaN]], Run(rows, [], [new Call("min", [F]), new Call("max", [F])]));
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1, 29_999.0)]
    [InlineData(0.5, 14_999.5)]
    public void Quantile_ManyValues_IsExact(double level, double expected)
    {
        // Far apart, close together and equal values: several rounds of the search.
        var random = new Random(5);
        var numbers = Enumerable.Range(0, 30_000).Select(i => (long?)i).ToArray();
        random.Shuffle(numbers);
        var rows = numbers.Select(x => Plain with { X = x, Key = x < 15_000 ? x : x << 40 }).ToArray();
        Assert.Equal([[expected]], Run(rows, [], [new Call("quantile", [X], Level: level)]));
        Assert.Equal([[14_998L + 0.5]], Run(rows, [], [new Call("quantile", [Key], Level: 14_998.5 / 29_999)]).Select(r => new object?[] { Math.Round((double)r[0]!, 6) }));
    }

    [Theory]
    [InlineData("percentile", 100.5, "percentile needs a level from 0 to 100, not 100.5")]
    [InlineData("quantile", -0.1, "quantile needs a level from 0 to 1, not -0.1")]
    public void Quantile_LevelOutOfRange_IsAnError(string name, double level, string message) =>
        Assert.Equal(message, Assert.Throws<SqlException>(() => Run([Plain], [], [new Call(name, [X], Level: level)])).Message);

    [Fact]
    public void Next_PredicateThatGuardsAnArgument_ComputesItForKeptRowsOnly()
    {
        ModelRow[] rows = [Plain with { X = 0 }, Plain with { X = 5 }];
        using var source = Source(rows, 10, constants: false, Dictionary(rows));
        var quotient = ExpressionBuilder.Function("intDiv", [Integer(10), Column(X)], 1);
        var bound = AggregateFunctions.Bind("sum", [quotient], [], false, false, new RowOrder(null, null), 1);
        Assert.Equal([[2L]], RowReader.Run(new AggregateOperator(source, [], Above(0), bound.Arguments, [bound.Create([0])], "Aggregate"), _run));
    }

    [Fact]
    public void Next_FilterThatGuardsAnArgument_ComputesItForKeptRowsOnly()
    {
        ModelRow[] rows = [Plain with { X = 0 }, Plain with { X = 5 }];
        using var source = Source(rows, 10, constants: false, Dictionary(rows));
        var quotient = ExpressionBuilder.Function("intDiv", [Integer(10), Column(X)], 1);
        var bound = AggregateFunctions.Bind("sum", [quotient], [], false, false, new RowOrder(null, null), 1);
        var function = bound.Create([0]);
        function.FilterArgument = 1;
        Assert.Equal([[2L]], RowReader.Run(new AggregateOperator(source, [], null, [.. bound.Arguments, Above(0)], [function], "Aggregate"), _run));
    }

    [Fact]
    public void Run_OnceWarm_AllocatesNothing()
    {
#if DEBUG
        Assert.Skip("unoptimised code allocates");
#endif
        var rows = Enumerable.Range(0, 9000).Select(i => Plain with { Time = i, Key = i % 50, X = i % 7, F = i, Text = $"t{i % 11}", Sequence = i }).ToArray();
        Call[] calls = [new("count", [], IsStar: true), new("sum", [X]), new("avg", [F]), new("min", [F]), new("max", [Text]), new("first", [X]), new("last", [Text]),
            new("vwap", [F, X]), new("stddev", [F], HasFilter: true), new("uniq", [Text]), new("sum", [X], Distinct: true), new("median", [F]), new("argMax", [Text, F])];
        using var source = Source(rows, 4096, constants: true, Dictionary(rows));
        BoundExpression[][] keyLists = [[], [Column(Code)], [Column(Key)], [Column(Code), Bucket(500)]];
        var plans = keyLists.Select(keys => Operator(source, keys, Above(2), calls)).ToArray();
        foreach (var plan in plans)
        {
            var least = long.MaxValue;
            for (var round = 0; round < 8 && least > 0; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < 20; i++)
                    Drain(plan);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal(0, least);
        }
    }

    private void Drain(AggregateOperator plan)
    {
        _run.Begin(0, 0);
        plan.Open(_run);
        while (plan.Next())
        {
        }

        plan.Close();
    }

    private List<object?[]> Run(IReadOnlyList<ModelRow> rows, BoundExpression[] keys, Call[] calls, int chunkRows = 4096, long? above = null)
    {
        using var source = Source(rows, chunkRows, constants: false, Dictionary(rows));
        return RowReader.Run(Operator(source, keys, above is { } bound ? Above(bound) : null, calls), _run);
    }
}
