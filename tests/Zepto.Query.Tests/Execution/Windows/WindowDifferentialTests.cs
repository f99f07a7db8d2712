using Zepto.Query.Execution;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Execution.Windows;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Tests.Fakes;

namespace Zepto.Query.Tests.Execution.Windows;

/// <summary>Random windows over random rows against the plain meaning of the functions.</summary>
public class WindowDifferentialTests
{
    // Columns of the input.
    private const int Id = 0, Group = 1, Time = 2, Whole = 3, Real = 4, Flag = 5, Code = 6, Text = 7, Sequence = 8;

    private static readonly string[] Words = ["", "a", "b", "zz", "zebra crossing", "zebra crossings", "ämter", "0123456789"];

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 40)]
    [InlineData(2, 60)]
    [InlineData(9, 200)]
    [InlineData(60, 200)]
    [InlineData(300, 40)]
    public void Results_RandomWindows_EqualTheDefinition(int rowCount, int rounds)
    {
        for (var seed = 0; seed < rounds; seed++)
            Check(seed, rowCount, groups: 1 + (seed % 4), inputInOrder: false);
    }

    [Theory]
    [InlineData(Operator.MaxChunkRows + 100, 60, 4)]
    [InlineData(RowBuffer.BlockRows + Operator.MaxChunkRows + 5, 300, 4)]
    public void Results_ManyRows_EqualTheDefinition(int rowCount, int groups, int rounds)
    {
        for (var seed = 0; seed < rounds; seed++)
            Check(1000 + seed, rowCount, groups, inputInOrder: false);
    }

    [Theory]
    [InlineData(9, 3, 200)]
    [InlineData(80, 5, 200)]
    [InlineData(400, 2, 30)]
    [InlineData(9000, 150, 2)]
    public void Results_InputInWindowOrder_EqualTheDefinition(int rowCount, int groups, int rounds)
    {
        for (var seed = 0; seed < rounds; seed++)
            Check(2000 + seed, rowCount, groups, inputInOrder: true);
    }

    private static void Check(int seed, int rowCount, int groups, bool inputInOrder)
    {
        var random = new Random(seed);
        var rows = Rows(random, rowCount, groups);
        int[] partitionBy = random.Next(3) switch { 0 when rowCount < 1000 => [], 1 => [Group, Flag], _ => [Group] };
        var orderBy = OrderBy(random);
        var hasTieBreak = random.Next(2) == 0;
        var partitions = Partitions(rows, partitionBy, orderBy, hasTieBreak);
        if (inputInOrder)
        {
            rows = [.. partitions.SelectMany(p => p)];
            partitions = Partitions(rows, partitionBy, orderBy, hasTieBreak);
        }

        var calls = Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomCall(random, orderBy, inputInOrder)).ToArray();
        using var run = new QueryRun(1L << 30, 4);
        using var source = Source(rows, inputInOrder || random.Next(2) == 0 ? random.Next(1, 20) : Operator.MaxChunkRows, random.Next(2) == 0);
        var plan = Plan(source, partitionBy, orderBy, hasTieBreak, calls, inputInOrder);
        for (var again = 0; again < 2; again++)
        {
            run.Begin(0, 0);
            var actual = RowReader.Run(plan, run);
            Compare(partitions, orderBy, calls, actual, $"seed {seed}, {rowCount} rows, order {string.Join(", ", orderBy)}, in order {inputInOrder}");
        }

        Assert.Equal(0, source.OpenCount);
    }

    private static void Compare(List<List<object?[]>> partitions, SortKey[] orderBy, ModelCall[] calls, List<object?[]> actual, string what)
    {
        Assert.Equal(partitions.Sum(p => p.Count), actual.Count);
        var at = 0;
        foreach (var partition in partitions)
        {
            var model = new WindowModel(partition.ConvertAll(row => Array.ConvertAll(orderBy, key => row[key.Column])), orderBy is [{ Descending: true }, ..]);
            var arguments = Array.ConvertAll(calls, call => call.Column < 0 ? [] : partition.ConvertAll(row => row[call.Column]));
            for (var row = 0; row < partition.Count; row++, at++)
            {
                for (var column = 0; column < partition[row].Length; column++)
                    Assert.True(Equals(partition[row][column], actual[at][column]), $"{what}: row {at} column {column}: {partition[row][column]} became {actual[at][column]}");
                for (var call = 0; call < calls.Length; call++)
                {
                    var expected = calls[call].Expected(model, arguments[call], row);
                    var result = actual[at][partition[row].Length + call];
                    Assert.True(AreEqual(expected, result, calls[call].IsApproximate), $"{what}: row {at} {calls[call]}: expected {expected ?? "NULL"}, got {result ?? "NULL"}");
                }
            }
        }
    }

    private static bool AreEqual(object? expected, object? actual, bool approximate)
    {
        if (approximate && expected is double e && actual is double a && double.IsFinite(e))
            return Math.Abs(e - a) <= 1e-9 * Math.Max(1, Math.Abs(e));
        return expected is 0.0 ? actual is 0.0 : Equals(expected, actual);
    }

    private static List<object?[]> Rows(Random random, int rowCount, int groups)
    {
        // Fewer distinct times than rows give peers; quarters make sums of doubles exact.
        var times = random.Next(2) == 0 ? Math.Max(rowCount / 4, 1) : rowCount * 10;
        var strange = random.Next(3) == 0;
        var rows = new List<object?[]>();
        for (var i = 0; i < rowCount; i++)
        {
            double real = strange && random.Next(6) == 0
                ? new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity }[random.Next(3)]
                : random.Next(-40, 40) / 4.0;
            rows.Add(
            [
                (long)i,
                Maybe(random, 12, (long)random.Next(groups)),
                Maybe(random, 10, (long)random.Next(times)),
                Maybe(random, 5, (long)random.Next(-50, 50)),
                Maybe(random, 5, real),
                Maybe(random, 5, random.Next(2) == 0),
                Maybe(random, 6, Words[random.Next(Words.Length)]),
                Maybe(random, 6, Words[random.Next(Words.Length)]),
                (long)random.Next(rowCount * 100),
            ]);
        }

        return rows;
    }

    private static object? Maybe(Random random, int rarity, object value) => random.Next(rarity) == 0 ? null : value;

    private static SortKey[] OrderBy(Random random)
    {
        SortKey Key(int column) => new(column, random.Next(2) == 0, random.Next(2) == 0);
        return random.Next(8) switch
        {
            0 => [],
            1 => [Key(Code), Key(Time)],
            2 => [Key(Text)],
            3 => [Key(Flag), Key(Real)],
            4 => [Key(Real)],
            _ => [Key(Time)],
        };
    }

    private static List<List<object?[]>> Partitions(List<object?[]> rows, int[] partitionBy, SortKey[] orderBy, bool hasTieBreak)
    {
        var partitions = new List<List<object?[]>>();
        foreach (var group in rows.GroupBy(row => string.Join('|', partitionBy.Select(column => row[column] ?? "NULL"))))
        {
            var ordered = group.OrderBy(_ => 0);
            foreach (var key in orderBy)
                ordered = ordered.ThenBy(row => row[key.Column], Comparer<object?>.Create((l, r) => WindowModel.Compare(l, r, key.Descending, key.NullsFirst)));
            if (hasTieBreak)
                ordered = ordered.ThenBy(row => (long)row[Sequence]!);
            partitions.Add([.. ordered]);
        }

        return partitions;
    }

    private static ModelCall RandomCall(Random random, SortKey[] orderBy, bool inOrder)
    {
        var frame = RandomFrame(random, orderBy);
        int[] any = inOrder && random.Next(3) > 0 ? [Whole, Real, Flag, Code] : [Whole, Real, Flag, Code, Text, Time];
        var value = any[random.Next(any.Length)];
        var number = random.Next(2) == 0 ? Whole : Real;
        switch (random.Next(16))
        {
            case 0: return new ModelCall("count", random.Next(3) == 0 ? -1 : value, [], frame);
            case 1: return new ModelCall("sum", number, [], frame);
            case 2: return new ModelCall("avg", number, [], frame);
            case 3: return new ModelCall("min", value, [], frame);
            case 4: return new ModelCall("max", value, [], frame);
            case 5: return new ModelCall("first_value", value, [], frame);
            case 6: return new ModelCall("last_value", value, [], frame);
            case 7: return new ModelCall("row_number", -1, [], null);
            case 8: return new ModelCall(random.Next(2) == 0 ? "rank" : "dense_rank", -1, [], null);
            case 9: return new ModelCall("ntile", -1, [(long)random.Next(1, 12)], null);
            case 10 or 11: return Shift(random, value);
            case 12: return new ModelCall("ema", number, [random.Next(2) == 0 ? (long)random.Next(1, 10) : 0.25], null);
            case 13: return new ModelCall("delta", number, [], null);
            case 14: return new ModelCall("ratio", number, [], null);
            default: return new ModelCall(random.Next(2) == 0 ? "stddev" : "var_samp", number, [], frame);
        }
    }

    private static ModelCall Shift(Random random, int column)
    {
        object?[] constants = random.Next(3) switch
        {
            0 => [],
            1 => [random.Next(8) == 0 ? null : (long)random.Next(-3, 30)],
            _ => [(long)random.Next(0, 5), column switch { Real => 7.5, Flag => true, Code or Text => "elsewhere", _ => 77L }],
        };
        return new ModelCall(random.Next(2) == 0 ? "lag" : "lead", column, constants, null);
    }

    private static ModelFrame? RandomFrame(Random random, SortKey[] orderBy)
    {
        if (random.Next(5) == 0)
            return null;
        var range = random.Next(2) == 0;
        var canMeasure = !range || (orderBy.Length == 1 && orderBy[0].Column is Time or Real);
        while (true)
        {
            var (start, end) = (Edge(random, range), Edge(random, range));
            if (start.Kind > end.Kind || start.Kind == FrameBoundKind.UnboundedFollowing || end.Kind == FrameBoundKind.UnboundedPreceding)
                continue;
            if (canMeasure || !(HasOffset(start) || HasOffset(end)))
                return new ModelFrame(range, start, end);
        }
    }

    private static bool HasOffset(ModelEdge edge) => edge.Kind is FrameBoundKind.Preceding or FrameBoundKind.Following;

    private static ModelEdge Edge(Random random, bool range) =>
        new((FrameBoundKind)random.Next(5), random.Next(6) == 0 ? 1_000_000 : range && random.Next(3) == 0 ? random.Next(40) / 4.0 : random.Next(8));

    private static RowSource Source(List<object?[]> rows, int chunkRows, bool constants) => new(
        rows.Count, chunkRows, constants,
        SourceColumn.Of(Longs(rows, Id)), SourceColumn.Of(Longs(rows, Group)), SourceColumn.Of(Longs(rows, Time), Storage.Schema.ColumnType.Timestamp),
        SourceColumn.Of(Longs(rows, Whole)), SourceColumn.Of(rows.Select(r => (double?)r[Real]).ToArray()),
        SourceColumn.Of(rows.Select(r => (bool?)r[Flag]).ToArray()), SourceColumn.OfCodes([.. rows.Select(r => (string?)r[Code])]),
        SourceColumn.OfText([.. rows.Select(r => (string?)r[Text])]), SourceColumn.Of(Longs(rows, Sequence)));

    private static long?[] Longs(List<object?[]> rows, int column) => [.. rows.Select(r => (long?)r[column])];

    private static WindowOperator Plan(
        RowSource source, int[] partitionBy, SortKey[] orderBy, bool hasTieBreak, ModelCall[] calls, bool inputInOrder)
    {
        var columns = source.Shape.Select((shape, i) => ExpressionBuilder.Column(i, shape.Type, shape.Kind, shape.Nullable)).ToArray();
        var arguments = new List<BoundExpression>();
        var functions = new List<WindowFunction>();
        foreach (var call in calls)
        {
            var bound = call.Bind(columns, orderBy.Length > 0);
            functions.Add(bound.Create([.. Enumerable.Range(arguments.Count, bound.Arguments.Length)]));
            arguments.AddRange(bound.Arguments);
        }

        return new WindowOperator(
            source, Array.ConvertAll(partitionBy, c => columns[c]), Array.ConvertAll(orderBy, k => new WindowOrder(columns[k.Column], k.Descending, k.NullsFirst)),
            hasTieBreak ? columns[Sequence] : null, [.. arguments], [.. functions], "test", inputInOrder);
    }
}
