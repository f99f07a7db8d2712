using Zepto.Query.Execution;
using Zepto.Query.Expressions;
using Zepto.Query.Tests.Fakes;
using static Zepto.Query.Tests.Execution.Aggregation.AggregateFixture;

namespace Zepto.Query.Tests.Execution.Aggregation;

/// <summary>All aggregates over random rows against the plain model: every kind of key, chunk size and way of updating; in one part and merged.</summary>
public sealed class AggregateRandomTests
{
    private const long BucketWidth = 50;

    private static readonly (Call Call, Func<IReadOnlyList<ModelRow>, object?> Expected)[] Functions =
    [
        (new("count", [], IsStar: true), rows => (long)rows.Count),
        (new("count", [X]), rows => AggregateModel.Count(rows, r => r.X)),
        (new("COUNT", [Text]), rows => AggregateModel.Count(rows, r => r.Text)),
        (new("count", [B]), rows => AggregateModel.Count(rows, r => r.B)),
        (new("sum", [X]), rows => AggregateModel.Sum(Xs(rows))),
        (new("sum", [X], HasFilter: true), rows => AggregateModel.Sum(Xs(rows).Where(x => x > 0))),
        (new("sum", [F]), rows => AggregateModel.Sum(Fs(rows))),
        (new("sum", [B]), rows => AggregateModel.Sum(rows.Where(r => r.B != null).Select(r => r.B!.Value ? 1L : 0))),
        (new("avg", [X]), rows => AggregateModel.Average(Xs(rows).Select(x => (double)x))),
        (new("avg", [F]), rows => AggregateModel.Average(Fs(rows))),
        (new("min", [X]), rows => AggregateModel.Extreme(rows.Select(r => (object?)r.X), false)),
        (new("max", [X]), rows => AggregateModel.Extreme(rows.Select(r => (object?)r.X), true)),
        (new("min", [Time]), rows => rows.Count == 0 ? null : rows.Min(r => r.Time)),
        (new("max", [Time], HasFilter: true), rows => AggregateModel.Extreme(rows.Where(r => r.X > 0).Select(r => (object?)r.Time), true)),
        (new("min", [F]), rows => AggregateModel.Extreme(rows.Select(r => (object?)r.F), false)),
        (new("max", [F]), rows => AggregateModel.Extreme(rows.Select(r => (object?)r.F), true)),
        (new("min", [B]), rows => AggregateModel.Extreme(rows.Select(r => (object?)r.B), false)),
        (new("max", [B]), rows => AggregateModel.Extreme(rows.Select(r => (object?)r.B), true)),
        (new("min", [Name]), rows => AggregateModel.Extreme(rows.Select(r => r.Name), false)),
        (new("max", [Code]), rows => AggregateModel.Extreme(rows.Select(r => r.Code), true)),
        (new("min", [Text]), rows => AggregateModel.Extreme(rows.Select(r => r.Text), false)),
        (new("max", [Text]), rows => AggregateModel.Extreme(rows.Select(r => r.Text), true)),
        (new("first", [X]), rows => AggregateModel.Edge(rows, r => r.X, false)),
        (new("last", [F]), rows => AggregateModel.Edge(rows, r => r.F, true)),
        (new("last", [Text]), rows => AggregateModel.Edge(rows, r => r.Text, true)),
        (new("first", [Name], HasFilter: true), rows => AggregateModel.Edge(rows.Where(r => r.X > 0), r => r.Name, false)),
        (new("vwap", [X, Key]), rows => AggregateModel.Vwap(rows.Where(r => r.X != null && r.Key != null).Select(r => ((double)r.X!, (double)r.Key!)))),
        (new("vwap", [F, Key]), rows => AggregateModel.Vwap(rows.Where(r => r.F != null && r.Key != null).Select(r => (r.F!.Value, (double)r.Key!)))),
        (new("variance", [X]), rows => AggregateModel.Variance(Xs(rows).Select(x => (double)x), 0)),
        (new("var_samp", [F]), rows => AggregateModel.Variance(Fs(rows), 1)),
        (new("stddev_pop", [X]), rows => AggregateModel.Variance(Xs(rows).Select(x => (double)x), 0) is double v ? Math.Sqrt(v) : null),
        (new("count", [X], Distinct: true), rows => (long)Xs(rows).Distinct().Count()),
        (new("uniq", [Text]), rows => (long)rows.Select(r => r.Text).Where(t => t != null).Distinct().Count()),
        (new("uniq", [Name]), rows => (long)rows.Select(r => r.Name).Where(t => t != null).Distinct().Count()),
        (new("sum", [X], Distinct: true), rows => AggregateModel.Sum(Xs(rows).Distinct())),
        (new("avg", [X], Distinct: true, HasFilter: true), rows => AggregateModel.Average(Xs(rows).Where(x => x > 0).Distinct().Select(x => (double)x))),
        (new("median", [X]), rows => AggregateModel.Quantile(Xs(rows).Select(x => (double)x), 0.5)),
        (new("percentile", [F], Level: 90), rows => AggregateModel.Quantile(Fs(rows), 0.9)),
        (new("quantile", [X], Level: 0.33, HasFilter: true), rows => AggregateModel.Quantile(Xs(rows).Where(x => x > 0).Select(x => (double)x), 0.33)),
        (new("argMin", [Text, X]), rows => AggregateModel.AtExtreme(rows, r => r.Text, r => r.X, false)),
        (new("argMax", [Time, Name]), rows => AggregateModel.AtExtreme(rows, r => r.Time, r => r.Name, true)),
    ];

    private static readonly (string Name, Func<BoundExpression[]> Keys, Func<ModelRow, object?[]> Values)[] Groupings =
    [
        ("none", () => [], _ => []),
        ("code", () => [Column(Code)], r => [r.Code]),
        ("nullable code", () => [Column(Name)], r => [r.Name]),
        ("integer", () => [Column(Key)], r => [r.Key]),
        ("float", () => [Column(F)], r => [r.F]),
        ("text", () => [Column(Text)], r => [r.Text]),
        ("bucket", () => [Bucket(BucketWidth)], r => [BucketOf(r)]),
        ("code and bucket", () => [Column(Code), Bucket(BucketWidth)], r => [r.Code, BucketOf(r)]),
        ("bool, bucket and text", () => [Column(B), Bucket(BucketWidth), Column(Text)], r => [r.B, BucketOf(r), r.Text]),
    ];

    public static TheoryData<int, int, bool, long?> Cases => new(
        from grouping in Enumerable.Range(0, 9)
        from chunk in new[] { (1, false), (100, true), (4096, true), (4096, false) }
        from bound in new long?[] { null, 0, 1_000_000 }
        select (grouping, chunk.Item1, chunk.Item2, bound));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Next_RandomRows_EqualsTheModel(int grouping, int chunkRows, bool constants, long? bound)
    {
        var seed = (grouping * 31) + chunkRows + (int)(bound ?? 7);
        var rows = Rows(new Random(seed), chunkRows == 1 ? 150 : 6000);
        var (name, keys, values) = Groupings[grouping];
        using var run = NewRun();
        using var source = Source(rows, chunkRows, constants, Dictionary(rows));
        var result = RowReader.Run(Operator(source, keys(), bound is { } b ? Above(b) : null, [.. Functions.Select(f => f.Call)]), run);
        Check(Expected(rows.Where(r => bound is null || r.X > bound), values, keys().Length == 0), result, keys().Length, inOrder: true, $"seed {seed}, by {name}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    public void MergeFrom_RowsInThreeParts_EqualsOnePart(int grouping)
    {
        var seed = 77 + grouping;
        var random = new Random(seed);
        var rows = Rows(random, 5000);
        var dictionary = Dictionary(rows);
        var (name, keys, values) = Groupings[grouping];
        // argMin and argMax take the first of equal rows, which parts do not know.
        var functions = Functions.Where(f => !f.Call.Name.StartsWith("arg", StringComparison.Ordinal)).ToArray();
        var parts = Enumerable.Range(0, 3).Select(_ => new List<ModelRow>()).ToArray();
        foreach (var row in rows)
            parts[random.Next(3)].Add(row);
        var runs = parts.Select(_ => NewRun()).ToArray();
        var sources = parts.Select(p => Source(p, 256, true, dictionary)).ToArray();
        var operators = sources.Select(s => Operator(s, keys(), null, [.. functions.Select(f => f.Call)])).ToArray();
        for (var i = 0; i < 3; i++)
        {
            operators[i].Open(runs[i]);
            operators[i].Consume();
        }

        operators[0].MergeFrom(operators[1]);
        operators[0].MergeFrom(operators[2]);
        var result = new List<object?[]>();
        while (operators[0].Next())
        {
            for (var row = 0; row < operators[0].RowCount; row++)
                result.Add(Array.ConvertAll(operators[0].Columns, c => RowReader.Value(c, row)));
        }

        foreach (var op in operators)
            op.Close();
        var expected = Expected(rows, values, keys().Length == 0).Select(e => (e.Keys, e.Values.Where((_, i) => functions.Contains(Functions[i])).ToArray())).ToList();
        Check(expected, result, keys().Length, inOrder: false, $"seed {seed}, by {name}");
        foreach (var source in sources)
            source.Dispose();
        foreach (var run in runs)
            run.Dispose();
    }

    private static QueryRun NewRun()
    {
        var run = new QueryRun(1L << 30, 4);
        run.Begin(0, 0);
        return run;
    }

    private static List<ModelRow> Rows(Random random, int count)
    {
        var sequences = Enumerable.Range(0, count).Select(i => (long)i).ToArray();
        random.Shuffle(sequences);
        // Ties of the time arrive in order, as they do in a table.
        var time = -1000L;
        var rows = new List<ModelRow>();
        for (var i = 0; i < count; i++)
        {
            time += random.Next(4) == 0 ? random.Next(12) : 0;
            rows.Add(new ModelRow(
                time, $"S{i / 700 % 3}", random.Next(9) == 0 ? null : $"näme{random.Next(6)}", random.Next(9) == 0 ? null : random.Next(1, 40),
                random.Next(6) == 0 ? null : random.Next(-500, 500), Number(random), random.Next(4) switch { 0 => null, 1 => true, _ => false },
                random.Next(7) == 0 ? null : $"text {random.Next(5)}", 0));
        }

        var at = 0;
        return [.. rows.GroupBy(r => r.Time).SelectMany(ties =>
        {
            var numbers = sequences.AsSpan(at, ties.Count()).ToArray();
            Array.Sort(numbers);
            at += numbers.Length;
            return ties.Select((r, i) => r with { Sequence = numbers[i] });
        })];
    }

    private static double? Number(Random random) => random.Next(60) switch
    {
        0 => double.NaN,
        1 => -0.0,
        2 => 0.0,
        3 => -double.NaN,
        < 10 => null,
        _ => random.Next(-200, 200) / 8.0,
    };

    private static IEnumerable<long> Xs(IEnumerable<ModelRow> rows) => rows.Where(r => r.X != null).Select(r => r.X!.Value);

    private static IEnumerable<double> Fs(IEnumerable<ModelRow> rows) => rows.Where(r => r.F != null).Select(r => r.F!.Value);

    private static object? BucketOf(ModelRow row) => (long)Math.Floor(row.Time / (double)BucketWidth) * BucketWidth;

    private static List<(object?[] Keys, object?[] Values)> Expected(IEnumerable<ModelRow> rows, Func<ModelRow, object?[]> keys, bool always)
    {
        var groups = rows.GroupBy(r => AggregateModel.KeyText(keys(r))).Select(g => (Keys: keys(g.First()), Rows: g.ToList())).ToList();
        if (always && groups.Count == 0)
            groups.Add(([], []));
        return [.. groups.Select(g => (g.Keys, Functions.Select(f => f.Expected(g.Rows)).ToArray()))];
    }

    private static void Check(List<(object?[] Keys, object?[] Values)> expected, List<object?[]> result, int keyCount, bool inOrder, string what)
    {
        Assert.True(expected.Count == result.Count, $"{what}: {expected.Count} groups expected, {result.Count} came");
        var byKey = result.ToDictionary(r => AggregateModel.KeyText(r[..keyCount]));
        for (var i = 0; i < expected.Count; i++)
        {
            var key = AggregateModel.KeyText(expected[i].Keys);
            var row = inOrder ? result[i] : byKey[key];
            Assert.Equal(key, AggregateModel.KeyText(row[..keyCount]));
            for (var f = 0; f < expected[i].Values.Length; f++)
            {
                var (wanted, got) = (expected[i].Values[f], row[keyCount + f]);
                var same = wanted is double x && got is double y
                    ? (double.IsNaN(x) && double.IsNaN(y)) || Math.Abs(x - y) <= 1e-9 * Math.Max(1, Math.Abs(x))
                    : Equals(wanted, got);
                Assert.True(same, $"{what}, group {key}, function {f}: {wanted ?? "NULL"} expected, {got ?? "NULL"} came");
            }
        }
    }
}
