using Zepto.Query.Binding;
using Zepto.Query.Execution.Joins;
using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

/// <summary>Reads a join's kind and condition. ASOF joins are run; the other kinds are refused by name.</summary>
internal sealed class JoinPlanner(Join join)
{
    public TableSource Plan(TableSource left, TableSource right)
    {
        if (join.Kind is not (JoinKind.Asof or JoinKind.AsofLeft or JoinKind.Aj or JoinKind.Aj0))
            throw SqlException.Unsupported($"{NameOf(join.Kind)} JOIN is not supported; ASOF JOIN, AJ JOIN and AJ0 JOIN are");
        var source = new AsofJoinSource(left, right, join.Kind != JoinKind.Asof, join.Kind == JoinKind.Aj0);
        if (join.Using is { } names)
            ReadUsing(source, names);
        else
            ReadCondition(source, join.On!);
        if (!source.HasTime)
            throw SqlException.Type("ASOF JOIN needs one inequality between the sides, such as t.timestamp >= q.timestamp,", join.Position);
        return source;
    }

    private static string NameOf(JoinKind kind) => kind switch
    {
        JoinKind.Inner => "INNER",
        JoinKind.Left => "LEFT",
        JoinKind.Right => "RIGHT",
        JoinKind.Full => "FULL",
        JoinKind.Cross => "CROSS",
        JoinKind.Window => "WINDOW",
        JoinKind.Union => "UNION",
        _ => "PLUS",
    };

    // As DuckDB reads it: all names are equal but the last, by which the right row is the latest one not after the left.
    private void ReadUsing(AsofJoinSource source, IReadOnlyList<string> names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            var name = new ColumnName(join.Position, null, names[i]);
            source.Left.Scope.Get(name);
            var column = source.Right.Scope.Get(name);
            if (column.Table is null)
                throw SqlException.Parse($"USING needs a name for the query on its right, such as (SELECT …) AS q; {names[i]} cannot be told apart otherwise", join.Position);
            column.NeedsTable = true;
            var other = name with { Table = column.Table };
            if (i == names.Count - 1)
                source.SetTime(name, other, AsofComparison.GreaterOrEqual);
            else
                source.AddKey(name, other);
        }
    }

    private static void ReadCondition(AsofJoinSource source, Expression condition)
    {
        foreach (var conjunct in Conjunction.Split(condition))
        {
            if (conjunct is not Binary { Operator: >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual and not BinaryOperator.NotEqual } comparison)
                throw Unusable(conjunct);
            var (left, right, operation) = (comparison.Left, comparison.Right, comparison.Operator);
            if (Reads(source.Right, left) && Reads(source.Left, right))
            {
                (left, right) = (right, left);
                operation = operation.Swap();
            }

            if (!Reads(source.Left, left) || !Reads(source.Right, right))
                throw Unusable(conjunct);
            if (operation == BinaryOperator.Equal)
                source.AddKey(left, right);
            else if (source.HasTime)
                throw SqlException.Type("ASOF JOIN takes one inequality,", conjunct.Position);
            else
                source.SetTime(left, right, ComparisonOf(operation));
        }
    }

    // Whether all names belong to a side, at least one.
    private static bool Reads(TableSource side, Expression expression)
    {
        var count = 0;
        var all = !SyntaxRewriter.Contains(expression, e => e is ColumnName name && ++count > 0 && side.Scope.Find(name) is null);
        return all && count > 0;
    }

    private static SqlException Unusable(Expression conjunct) =>
        SqlException.Type("the ON of an ASOF JOIN takes equalities and one inequality, each between a column of the left and one of the right table; this one is neither,", conjunct.Position);

    private static AsofComparison ComparisonOf(BinaryOperator operation) => operation switch
    {
        BinaryOperator.GreaterOrEqual => AsofComparison.GreaterOrEqual,
        BinaryOperator.Greater => AsofComparison.Greater,
        BinaryOperator.LessOrEqual => AsofComparison.LessOrEqual,
        _ => AsofComparison.Less,
    };
}
