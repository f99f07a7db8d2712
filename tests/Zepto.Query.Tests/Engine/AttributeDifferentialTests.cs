using System.Globalization;
using Zepto.Query.Engine;

namespace Zepto.Query.Tests.Engine;

/// <summary>Random statements on a table with attributes and on a copy without any: every answer is the same, whatever rows come, go or change meanwhile.</summary>
public sealed class AttributeDifferentialTests
{
    private static readonly string[] s_columns = ["seq", "n", "f", "g", "v", "w", "t2"];

    [Theory]
    [InlineData(20261124, 0)]
    [InlineData(20261125, 300)]
    public void RandomStatements_WithAndWithoutAttributes_AnswerTheSame(int seed, int inlineMicroseconds)
    {
        var random = new Random(seed);
        using var engine = new TestEngine(new EngineOptions { InlineMicroseconds = inlineMicroseconds, QueryThreads = 2 }, compacts: false);
        foreach (var table in new[] { "a", "b" })
            engine.Rows($"CREATE TABLE {table} (k SYMBOL, id INT64, seq INT64, n INT32, f FLOAT64, g FLOAT32, v STRING, w SYMBOL, t2 TIMESTAMP, ts TIMESTAMP) WITH (timestamp = ts)");
        foreach (var (column, attribute) in new[] { ("seq", "SORTED"), ("n", "GROUPED"), ("f", "SORTED"), ("g", "PARTED"), ("v", "GROUPED"), ("w", "PARTED"), ("t2", "SORTED"), ("ts", "SORTED") })
            engine.Rows($"ALTER TABLE a SET ATTRIBUTE {column} {attribute}");
        var rows = 0;
        for (var i = 0; i < 12; i++)
            Both(engine, seed, Insert(random, ref rows, 2500, 0));
        for (var round = 0; round < 60; round++)
        {
            for (var i = 0; i < 12; i++)
                AssertSame(engine, seed, Query(random, rows));
            Change(engine, random, seed, ref rows);
        }
    }

    private static void Change(TestEngine engine, Random random, int seed, ref int rows)
    {
        switch (random.Next(8))
        {
            case 0 or 1:
                Both(engine, seed, Insert(random, ref rows, random.Next(1, 400), 0));
                break;
            case 2:
                Both(engine, seed, Insert(random, ref rows, random.Next(1, 20), random.Next(1, rows)));
                break;
            case 3:
                Both(engine, seed, $"UPDATE {{0}} SET n = {random.Next(1000)}, v = 'v{random.Next(300)}', seq = seq + {random.Next(3)} WHERE {Conditions(random, rows, atLeast: 2)}");
                break;
            case 4:
                Both(engine, seed, $"DELETE FROM {{0}} WHERE {Conditions(random, rows, atLeast: 3)}");
                break;
            case 5:
                Both(engine, seed, "OPTIMIZE TABLE {0} FINAL");
                break;
            default:
                var column = s_columns[random.Next(s_columns.Length)];
                var attribute = new[] { "SORTED", "PARTED", "GROUPED", "GROUPED", "NONE" }[random.Next(5)];
                // Refused where the rows or the type forbid it; then everything is as before.
                engine.Run($"ALTER TABLE a SET ATTRIBUTE {column} {attribute}");
                break;
        }
    }

    private static void AssertSame(TestEngine engine, int seed, string sql)
    {
        var (expected, expectedKind, expectedError) = engine.Run(string.Format(CultureInfo.InvariantCulture, sql, "b"));
        var (actual, kind, error) = engine.Run(string.Format(CultureInfo.InvariantCulture, sql, "a"));
        Assert.True(kind == expectedKind && error == expectedError, $"seed {seed}: {sql}\n{kind} {error}\n{expectedKind} {expectedError}");
        Assert.True(expected.AsSpan().SequenceEqual(actual),
            $"seed {seed}: {sql}\n{string.Join('\n', engine.Rows("SHOW CREATE TABLE a"))}\nexpected {string.Join("; ", expected.Take(20))}\nactual   {string.Join("; ", actual.Take(20))}");
    }

    private static void Both(TestEngine engine, int seed, string sql)
    {
        foreach (var table in new[] { "a", "b" })
        {
            var (_, kind, error) = engine.Run(string.Format(CultureInfo.InvariantCulture, sql, table));
            Assert.True(kind == Results.StatementErrorKind.None, $"seed {seed}: {sql[..Math.Min(300, sql.Length)]}: {error}");
        }
    }

    /// <summary>Rows with ascending values, values that lie together, and others; late ones break what they can.</summary>
    private static string Insert(Random random, ref int rows, int count, int lateBy)
    {
        var values = new List<string>();
        for (var i = 0; i < count; i++, rows++)
        {
            var place = Math.Max(0, rows - lateBy);
            var seq = Null(random, 0, $"{(lateBy > 0 ? random.Next(rows) : place / 2)}");
            values.Add(string.Create(CultureInfo.InvariantCulture,
                $"('{"ABC"[random.Next(3)]}', {rows}, {seq}, {Null(random, 30, $"{random.Next(1000)}")}, {place * 0.25}, {place / 700}, {Null(random, 20, $"'v{random.Next(300)}'")}, 'w{place / 900}', {place * 10L}, {place})"));
        }

        return "INSERT INTO {0} VALUES " + string.Join(", ", values);
    }

    private static string Null(Random random, int oneOf, string value) => oneOf > 0 && random.Next(oneOf) == 0 ? "NULL" : value;

    private static string Query(Random random, int rows)
    {
        var where = Conditions(random, rows, atLeast: 1);
        return random.Next(7) switch
        {
            0 => $"SELECT * FROM {{0}} WHERE {where} ORDER BY id",
            1 => $"SELECT k, id, n, v, w, g FROM {{0}} WHERE {where} ORDER BY ts DESC, id LIMIT 20",
            2 => $"SELECT w, count(*) AS c, sum(n) AS s, min(g) AS m FROM {{0}} WHERE {where} GROUP BY w ORDER BY w",
            3 => $"SELECT id, seq, f FROM {{0}} WHERE {where} ORDER BY f DESC, id LIMIT 7",
            4 => $"SELECT k, first(n) AS a, last(v) AS b FROM {{0}} WHERE {where} GROUP BY k ORDER BY k",
            _ => $"SELECT count(*) AS c, count(n) AS d, sum(n) AS s, min(f) AS m, max(t2) AS x, sum(id) AS i FROM {{0}} WHERE {where}",
        };
    }

    private static string Conditions(Random random, int rows, int atLeast) =>
        string.Join(" AND ", Enumerable.Range(0, atLeast + random.Next(2)).Select(_ => Condition(random, rows)));

    private static string Condition(Random random, int rows)
    {
        var (first, last) = (random.Next(rows), random.Next(1, 1 + (rows / 10)));
        return random.Next(15) switch
        {
            0 => $"seq {Comparison(random)} {first / 2}",
            1 => $"seq BETWEEN {first / 2} AND {(first + last) / 2}",
            2 => $"seq IN ({first / 2}, {last}, {first}, -5)",
            3 => $"n = {random.Next(1000)}",
            4 => $"n {Comparison(random)} {random.Next(1000)}{(random.Next(2) == 0 ? ".5" : "")}",
            5 => $"n IN ({string.Join(", ", Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(1000)))})",
            6 => string.Create(CultureInfo.InvariantCulture, $"f {Comparison(random)} {first * 0.25}"),
            7 => string.Create(CultureInfo.InvariantCulture, $"f BETWEEN {first * 0.25} AND {(first + last) * 0.25}"),
            8 => $"g = {first / 700}",
            9 => $"g IN ({first / 700}, {last / 700}, 0.5)",
            10 => $"v {(random.Next(4) == 0 ? Comparison(random) : "=")} 'v{random.Next(330)}'",
            11 => $"v IN ('v{random.Next(300)}', 'v{random.Next(300)}', 'none', 'v{random.Next(300)}')",
            12 => $"w = 'w{first / 900}'",
            13 => $"t2 {Comparison(random)} {first * 10L}",
            _ => $"w IN ('w{first / 900}', 'w{last / 900}') AND k = '{"ABC"[random.Next(3)]}'",
        };
    }

    private static string Comparison(Random random) => new[] { "=", "<", "<=", ">", ">=" }[random.Next(5)];
}
