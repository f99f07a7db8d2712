namespace Zepto.Server.Tests.Differential;

/// <summary>
/// Random expressions of known type over the columns of <see cref="SmallTable"/>. They avoid what the two dialects do differently on purpose:
/// integer division by zero, roots of negative numbers, texts of floats.
/// </summary>
/// <param name="random">Decides the statement's shape.</param>
/// <param name="literals">Decides the literals in it.</param>
internal sealed class RandomExpressions(Random random, Random literals)
{
    public Sql Any(int depth) => random.Next(8) switch
    {
        0 or 1 or 2 => Integer(depth),
        3 or 4 => Float(depth),
        5 or 6 => Text(depth),
        _ => Condition(depth),
    };

    public Sql Number(int depth) => random.Next(2) == 0 ? Integer(depth) : Float(depth);

    public Sql Integer(int depth)
    {
        if (depth <= 0)
            return random.Next(4) == 0 ? SmallInteger() : Column("id", "a", "b", "a", "b");
        return random.Next(16) switch
        {
            0 => Sql.Of("({0} + {1})", Integer(depth - 1), Integer(depth - 1)),
            1 => Sql.Of("({0} - {1})", Integer(depth - 1), Integer(depth - 1)),
            2 => Sql.Of("({0} * {1})", Integer(depth - 1), Integer(0)),
            3 => Sql.Of("({0} // {1})", Integer(depth - 1), NonZero()),
            4 => Sql.Of("intDiv({0}, {1})", "({0} // {1})", Integer(depth - 1), NonZero()),
            5 => Sql.Of("({0} % {1})", Integer(depth - 1), NonZero()),
            6 => Sql.Of("(- {0})", Integer(depth - 1)),
            7 => Sql.Of("abs({0})", Integer(depth - 1)),
            8 => Sql.Of("CASE WHEN {0} THEN {1} ELSE {2} END", Condition(depth - 1), Integer(depth - 1), Integer(depth - 1)),
            9 => Sql.Of("CASE WHEN {0} THEN {1} END", Condition(depth - 1), Integer(depth - 1)),
            10 => Sql.Of("coalesce({0}, {1})", Integer(depth - 1), Integer(depth - 1)),
            11 => Sql.Of("nullIf({0}, {1})", Integer(depth - 1), SmallInteger()),
            12 => Sql.Of(Pick("least({0}, {1})", "greatest({0}, {1})"), Integer(depth - 1), Integer(depth - 1)),
            13 => Sql.Of("length({0})", Text(depth - 1)),
            14 => Sql.Of("xbar({0}, 7)", "CAST(floor({0} / 7.0e0) * 7 AS BIGINT)", Integer(depth - 1)),
            _ => Sql.Of("CAST({0} AS BIGINT)", Float(depth - 1)),
        };
    }

    public Sql Float(int depth)
    {
        if (depth <= 0)
            return random.Next(4) == 0 ? $"{literals.Next(-8, 9) / 4.0:0.00}e0" : "f";
        return random.Next(12) switch
        {
            0 => Sql.Of("({0} + {1})", Float(depth - 1), Number(depth - 1)),
            1 => Sql.Of("({0} - {1})", Number(depth - 1), Float(depth - 1)),
            2 => Sql.Of("({0} * {1})", Float(depth - 1), Number(0)),
            3 => Sql.Of("({0} / nullIf({1}, 0))", Number(depth - 1), Integer(depth - 1)),
            4 => Sql.Of("sqrt(abs({0}))", Number(depth - 1)),
            5 => Sql.Of(Pick("floor({0})", "ceil({0})", "round({0})", "round({0}, 1)"), Float(depth - 1)),
            6 => Sql.Of("CASE WHEN {0} THEN {1} ELSE {2} END", Condition(depth - 1), Float(depth - 1), Float(depth - 1)),
            7 => Sql.Of("coalesce({0}, {1})", Float(depth - 1), Float(depth - 1)),
            8 => Sql.Of("CAST({0} AS DOUBLE)", Integer(depth - 1)),
            9 => Sql.Of("if({0}, {1}, {2})", Condition(depth - 1), Float(depth - 1), Float(depth - 1)),
            10 => Sql.Of("ln(abs({0}) + 1)", Number(depth - 1)),
            _ => Sql.Of(Pick("least({0}, {1})", "greatest({0}, {1})"), Float(depth - 1), Float(depth - 1)),
        };
    }

    public Sql Text(int depth)
    {
        if (depth <= 0)
            return random.Next(5) == 0 ? Literal("'x'", "'abc'", "''", "'it''s'") : Column("k", "g");
        return random.Next(10) switch
        {
            0 => Sql.Of("upper({0})", Text(depth - 1)),
            1 => Sql.Of("lower({0})", Text(depth - 1)),
            2 => Sql.Of("({0} || {1})", Text(depth - 1), Text(depth - 1)),
            3 => Sql.Of("concat({0}, {1})", Text(depth - 1), Text(depth - 1)),
            4 => Sql.Of($"substr({{0}}, {literals.Next(1, 4)}, {literals.Next(0, 4)})", Text(depth - 1)),
            5 => Sql.Of("replace({0}, 'b', '--')", Text(depth - 1)),
            6 => Sql.Of("trim({0})", Text(depth - 1)),
            7 => Sql.Of("CASE WHEN {0} THEN {1} ELSE {2} END", Condition(depth - 1), Text(depth - 1), Text(depth - 1)),
            8 => Sql.Of("coalesce({0}, {1})", Text(depth - 1), Text(depth - 1)),
            _ => Sql.Of("CAST({0} AS VARCHAR)", Integer(depth - 1)),
        };
    }

    public Sql Condition(int depth)
    {
        if (depth <= 0)
            return random.Next(3) == 0 ? "flag" : Sql.Of("({0} {1} {2})", Column("a", "b", "id"), Comparison(), SmallInteger());
        return random.Next(14) switch
        {
            0 => Sql.Of("({0} AND {1})", Condition(depth - 1), Condition(depth - 1)),
            1 => Sql.Of("({0} OR {1})", Condition(depth - 1), Condition(depth - 1)),
            2 => Sql.Of("(NOT {0})", Condition(depth - 1)),
            3 => Sql.Of("({0} {1} {2})", Number(depth - 1), Comparison(), Number(depth - 1)),
            4 => Sql.Of("({0} {1} {2})", Text(depth - 1), Comparison(), Text(depth - 1)),
            5 => Sql.Of(Pick("({0} BETWEEN {1} AND {2})", "({0} NOT BETWEEN {1} AND {2})"), Number(depth - 1), Number(0), Number(0)),
            6 => Sql.Of(Pick("({0} IN ({1}, {2}, 3))", "({0} NOT IN ({1}, {2}, 3))", "({0} IN ({1}, NULL))"), Integer(depth - 1), SmallInteger(), SmallInteger()),
            7 => Sql.Of(Pick("({0} IN ('A', 'abc', 'B'))", "({0} NOT IN ('A', 'b', ''))"), Text(depth - 1)),
            8 => Sql.Of($"({{0}} {Pick("LIKE", "NOT LIKE", "ILIKE")} {{1}})", Text(depth - 1), Literal("'a%'", "'%b%'", "'_'", "'%'", "''", "'a_c%'")),
            9 => Sql.Of(Pick("({0} IS NULL)", "({0} IS NOT NULL)"), Any(depth - 1)),
            10 => Sql.Of(Pick("(k = {0})", "(k != {0})", "(k > {0})", "(k IN ({0}, 'C', 'nope'))"), Literal("'A'", "'B'", "'AB'", "'nope'")),
            11 => Sql.Of($"(ts {Comparison()} {SmallTable.StartNs + literals.Next(SmallTable.RowCount) * SmallTable.StepNs})"),
            12 => Sql.Of("startsWith({0}, 'a')", "starts_with({0}, 'a')", Text(depth - 1)),
            _ => Sql.Of("(position({0}, 'b') > 1)", "(strpos({0}, 'b') > 1)", Text(depth - 1)),
        };
    }

    /// <summary>An aggregate over rows of the table.</summary>
    public Sql Aggregate()
    {
        var call = random.Next(19) switch
        {
            0 => "count(*)",
            1 => Sql.Of("count({0})", Any(1)),
            2 => Sql.Of("count(DISTINCT {0})", Any(1)),
            3 or 4 => Sql.Of("sum({0})", Number(2)),
            5 => Sql.Of("avg({0})", Number(1)),
            6 or 7 => Sql.Of("min({0})", Number(1)),
            8 => Sql.Of("max({0})", Number(1)),
            9 => Sql.Of(Pick("min({0})", "max({0})"), Text(1)),
            10 => Sql.Of("stddev({0})", "stddev_pop({0})", Number(1)),
            11 => Sql.Of("var_samp({0})", Number(0)),
            12 => Sql.Of("median({0})", Number(1)),
            13 => Sql.Of("percentile({0}, 90)", "quantile_cont({0}, 0.9)", Number(0)),
            14 => Sql.Of("sum(CASE WHEN {0} THEN 1 ELSE 0 END)", Condition(1)),
            15 => Sql.Of("argMin({0}, id)", "arg_min({0}, id)", Column("a", "b", "f", "g")),
            16 => Sql.Of("vwap({0}, {1})", "sum(({0}) * ({1})) / nullif(sum({1}) FILTER (WHERE ({0}) IS NOT NULL), 0)", "f", "abs(id)"),
            _ => Sql.Of(Pick("first", "last") + "({0})", Column("a", "f", "g", "id", "k")) is var edge
                ? new Sql(edge.Server, edge.Reference[..^1] + " ORDER BY ts, id)")
                : default,
        };
        // DuckDB takes FILTER behind the call only, so the ratio that stands for vwap has none.
        return random.Next(6) == 0 && !call.Server.StartsWith("vwap", StringComparison.Ordinal) ? Sql.Of("{0} FILTER (WHERE {1})", call, Condition(1)) : call;
    }

    /// <summary>A window function over rows of the table.</summary>
    public Sql Window()
    {
        var partition = Pick("", "", "PARTITION BY k ", "PARTITION BY b ", "PARTITION BY k, flag ");
        var direction = Pick("", " DESC", " NULLS FIRST", " DESC NULLS FIRST");
        Sql key = Column("a", "f", "ts", "g", "id");
        var ordered = Sql.Of($"OVER ({partition}ORDER BY {{0}}{direction}, id", key);
        var peers = Sql.Of($"OVER ({partition}ORDER BY {{0}}{direction}", key);
        return random.Next(12) switch
        {
            0 => Sql.Of(Pick("rank()", "dense_rank()") + " {0})", peers),
            1 => Sql.Of("row_number() {0})", ordered),
            2 => Sql.Of($"{Pick("lag", "lead")}({{0}}, {literals.Next(0, 4)}) {{1}})", Column("a", "f", "g", "k"), ordered),
            3 => Sql.Of($"{Pick("lag", "lead")}({{0}}, {literals.Next(1, 4)}, -1) {{1}})", Column("a", "b"), ordered),
            4 => Sql.Of($"ntile({literals.Next(1, 7)}) {{0}})", ordered),
            5 => Sql.Of("delta({0}) {1})", "CASE WHEN row_number() {1}) = 1 THEN {0} ELSE {0} - lag({0}) {1}) END", Column("a", "f"), ordered),
            6 => Sql.Of("ratio({0}) {1})", "CASE WHEN row_number() {1}) = 1 THEN {0} ELSE {0} / lag({0}) {1}) END", "(abs(f) + 1)", ordered),
            7 => Sql.Of($"{Running()} OVER ({partition.TrimEnd()})", WindowArgument()),
            8 => Sql.Of($"{Running()} {{1}})", WindowArgument(), peers),
            9 => Sql.Of($"{Running()} OVER ({partition}ORDER BY {Pick("a", "id", "f")} RANGE {Frame()})", WindowArgument()),
            _ => Sql.Of($"{Pick(Running(), Running(), "first_value({0})", "last_value({0})")} {{1}} ROWS {Frame()})", WindowArgument(), ordered),
        };
    }

    public string Pick(params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];

    private Sql Literal(params ReadOnlySpan<string> choices) => choices[literals.Next(choices.Length)];

    private string Running() => Pick("sum({0})", "avg({0})", "min({0})", "max({0})", "count({0})");

    private Sql WindowArgument() => random.Next(4) == 0 ? Number(1) : Column("a", "b", "f");

    private string Frame() => random.Next(7) switch
    {
        0 => $"{literals.Next(0, 6)} PRECEDING",
        1 => "UNBOUNDED PRECEDING",
        2 => $"BETWEEN {literals.Next(0, 6)} PRECEDING AND {literals.Next(0, 4)} FOLLOWING",
        3 => "BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
        4 => "BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
        5 => $"BETWEEN {literals.Next(3, 6)} PRECEDING AND {literals.Next(1, 4)} PRECEDING",
        _ => $"BETWEEN {literals.Next(0, 3)} FOLLOWING AND {literals.Next(3, 6)} FOLLOWING",
    };

    private Sql Column(params ReadOnlySpan<string> names) => Pick(names);

    private Sql SmallInteger() => $"{literals.Next(-9, 10)}";

    private Sql NonZero() => Literal("2", "3", "-2", "7", "10", "-5");

    private string Comparison() => Pick("=", "!=", "<", "<=", ">", ">=");
}
