namespace Zepto.Server.Tests.Differential;

/// <summary>Random SELECT statements over <see cref="SmallTable"/>, each with a total order of its rows.</summary>
/// <param name="random">Decides a statement's shape.</param>
/// <param name="literals">Decides the literals in it.</param>
internal sealed class RandomQueries(Random random, Random literals)
{
    private readonly RandomExpressions _expressions = new(random, literals);

    public Sql Next() => random.Next(12) switch
    {
        0 or 1 or 2 => Rows(),
        3 => Distinct(),
        4 or 5 or 6 => Groups(),
        7 => Whole(),
        8 or 9 => Windows(),
        10 => Derived(),
        _ => Overflowing(),
    };

    private Sql Rows() => Sql.Of("SELECT id, {0} FROM small{1} ORDER BY {2}, id{3}", List(3, Any), Where(), OrderKeys(), Limit());

    private Sql Distinct()
    {
        var count = random.Next(1, 4);
        return Sql.Of($"SELECT DISTINCT {{0}} FROM small{{1}} ORDER BY {Ordinals(count)}{{2}}", Items(count, () => _expressions.Any(1)), Where(), Limit());
    }

    private Sql Groups()
    {
        var keys = random.Next(1, 4);
        var having = random.Next(3) == 0 ? Sql.Of(" HAVING {0}", Having()) : "";
        return Sql.Of(
            $"SELECT {{0}}, {{1}} FROM small{{2}} GROUP BY {Ordinals(keys)}{{3}} ORDER BY {Ordinals(keys)}{{4}}",
            Items(keys, Key), List(3, _expressions.Aggregate), Where(), having, Limit());
    }

    private Sql Whole() => Sql.Of("SELECT {0} FROM small{1}", List(4, _expressions.Aggregate), Where());

    private Sql Windows() => Sql.Of("SELECT id, {0} FROM small{1} ORDER BY id{2}", List(3, _expressions.Window), Where(), Limit());

    // The outer query sees some columns under their own names and some computed ones.
    private Sql Derived()
    {
        var inner = Sql.Of("SELECT id, ts, k, flag, {0} AS a, {1} AS b, {2} AS f, {3} AS g FROM small{4}",
            _expressions.Integer(1), _expressions.Integer(1), _expressions.Float(1), _expressions.Text(1), Where());
        var outer = random.Next(2) == 0
            ? Sql.Of("SELECT id, {0} FROM {1}{2} ORDER BY id", List(3, Any), "inside", Where())
            : Sql.Of("SELECT {0} AS key, count(*), sum(a), min(f), max(g) FROM {1}{2} GROUP BY key ORDER BY key", Key(), "inside", Where());
        return random.Next(2) == 0
            ? Sql.Of("WITH inside AS ({0}) {1}", inner, outer)
            : new Sql(outer.Server.Replace("FROM inside", $"FROM ({inner.Server}) AS inside"), outer.Reference.Replace("FROM inside", $"FROM ({inner.Reference}) AS inside"));
    }

    // Fails in both, unless no row is large enough.
    private Sql Overflowing() => random.Next(2) == 0
        ? Sql.Of("SELECT id, {0} * 4000000000000000000 FROM small ORDER BY id", _expressions.Integer(1))
        : Sql.Of("SELECT k, sum(a + 9223372036854775000 * {0}) FROM small GROUP BY k ORDER BY k", _expressions.Integer(1));

    private Sql Any() => _expressions.Any(3);

    private Sql Key() => random.Next(6) switch
    {
        0 or 1 => "k",
        2 => "flag",
        3 => _expressions.Text(1),
        4 => Sql.Of("xbar(ts, 20000000000)", "(ts // 20000000000) * 20000000000"),
        _ => _expressions.Integer(1),
    };

    private Sql Having() => random.Next(3) switch
    {
        0 => $"count(*) > {literals.Next(1, 40)}",
        1 => "sum(a) > 0",
        _ => Sql.Of("min({0}) < 2 OR max(f) IS NULL", _expressions.Number(0)),
    };

    private Sql Where() => random.Next(3) == 0 ? "" : Sql.Of(" WHERE {0}", _expressions.Condition(random.Next(1, 4)));

    private Sql OrderKeys() => Sql.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
        Sql.Of("{0}" + _expressions.Pick("", " ASC", " DESC", " NULLS FIRST", " DESC NULLS LAST", " DESC NULLS FIRST"), OrderKey())));

    // A number would be an ordinal, so keys are never bare literals.
    private Sql OrderKey() => random.Next(3) == 0 ? _expressions.Pick("a", "b", "f", "g", "k", "ts", "flag") : Sql.Of("coalesce({0}, NULL)", _expressions.Any(1));

    private Sql Limit() => random.Next(4) switch
    {
        0 => $" LIMIT {literals.Next(0, 50)}",
        1 => $" LIMIT {literals.Next(1, 50)} OFFSET {literals.Next(0, 300)}",
        _ => "",
    };

    private Sql List(int most, Func<Sql> item) => Items(random.Next(1, most + 1), item);

    private static Sql Items(int count, Func<Sql> item) => Sql.Join(", ", Enumerable.Range(0, count).Select(_ => item()).ToArray());

    private static string Ordinals(int count) => string.Join(", ", Enumerable.Range(1, count));
}
