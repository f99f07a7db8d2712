namespace Zepto.Server.Tests.Differential;

/// <summary>
/// Random INSERT … SELECT, UPDATE and DELETE over <see cref="SmallTable"/>. Ids stay unique and rise in the order of arrival; values stay in ranges that
/// the next statements can compute with; the number of rows stays about the same.
/// </summary>
internal sealed class RandomChanges(Random random)
{
    private const int IdStep = 10_000;
    private readonly RandomExpressions _expressions = new(random, random);
    private int _inserts;

    public Sql Next() => random.Next(5) switch
    {
        0 => Insert(),
        1 => Delete(),
        _ => Update(),
    };

    private Sql Update()
    {
        var assignments = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Assignment()).DistinctBy(a => a.Server[..a.Server.IndexOf('=')]);
        var where = random.Next(6) == 0 ? "" : Sql.Of(" WHERE {0}", _expressions.Condition(random.Next(1, 3)));
        return random.Next(4) == 0
            ? Sql.Of("ALTER TABLE small UPDATE {0}{1}", "UPDATE small SET {0}{1}", Sql.Join(", ", assignments), where)
            : Sql.Of("UPDATE small SET {0}{1}", Sql.Join(", ", assignments), where);
    }

    private Sql Assignment() => random.Next(10) switch
    {
        0 or 1 => Sql.Of("a = {0}", Integer()),
        2 => Sql.Of("b = {0}", random.Next(3) == 0 ? "NULL" : Integer()),
        3 or 4 => Sql.Of("f = {0}", Float()),
        5 => Sql.Of("g = {0}", Text()),
        6 => Sql.Of("flag = {0}", _expressions.Condition(1)),
        7 => Sql.Of("k = CASE WHEN {0} THEN {1} ELSE k END", _expressions.Condition(1), _expressions.Pick("'A'", "'B'", "'new'", "'ccc'")),
        8 => Sql.Of("ts = {0}", (Sql)$"ts + {random.Next(-30, 30) * SmallTable.StepNs * (random.Next(3) == 0 ? 3_600 : 1)}"),
        _ => Sql.Of("ts = {0}, k = {1}", (Sql)$"{SmallTable.StartNs} + id % 100 * {SmallTable.StepNs}", _expressions.Pick("'A'", "'B'", "concat(k, '')")),
    };

    private Sql Delete() =>
        Sql.Of(_expressions.Pick("DELETE FROM small WHERE {0} AND id % 7 = {1}", "DELETE FROM small WHERE ({0} OR k = 'new') AND id % 9 = {1}"),
            _expressions.Condition(random.Next(1, 3)), $"{random.Next(7)}");

    // The ids of the rows that come are above all others.
    private Sql Insert()
    {
        var first = ++_inserts * IdStep;
        var ids = $"row_number() OVER (ORDER BY id) + {first}";
        var where = _expressions.Condition(random.Next(1, 3));
        return random.Next(3) == 0
            ? Sql.Of($"INSERT INTO small (id, ts, k, a, g) SELECT {ids} AS n, ts + 1, k, {{0}}, {{1}} FROM small WHERE {{2}} ORDER BY n LIMIT 40", Integer(), Text(), where)
            : Sql.Of($"INSERT INTO small SELECT {ids} AS n, k, ts, {{0}}, b, {{1}}, g, {{2}} FROM small WHERE {{3}} ORDER BY n LIMIT 40", Integer(), Float(), _expressions.Condition(1), where);
    }

    private Sql Integer() => Sql.Of("{0} % 1009", _expressions.Integer(2));

    private Sql Float() => Sql.Of("CASE WHEN abs({0}) < 100000 THEN round({0} * 4) / 4 END", _expressions.Float(2));

    private Sql Text() => Sql.Of("substr({0}, 1, 12)", _expressions.Text(2));
}
