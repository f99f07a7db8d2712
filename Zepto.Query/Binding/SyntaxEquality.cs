using Zepto.Query.Syntax;

namespace Zepto.Query.Binding;

/// <summary>
/// Whether two expressions of one SELECT block mean the same: names by the column they mean, functions without regard to case, positions
/// ignored. Literals that a cached plan replaces are compared by value, and the pairs that had to be equal are noted: the plan holds only
/// while they are.
/// </summary>
internal sealed class SyntaxEquality(Scope scope)
{
    /// <summary>Numbers of literals that must have equal values for this plan.</summary>
    public List<(int, int)> EqualLiterals { get; } = [];

    /// <summary>Whether the two mean the same; the pairs of literals are noted only then.</summary>
    public bool Same(Expression a, Expression b)
    {
        var noted = EqualLiterals.Count;
        if (Compare(a, b))
            return true;
        EqualLiterals.RemoveRange(noted, EqualLiterals.Count - noted);
        return false;
    }

    /// <summary>Whether the two mean the same whatever the literals of the statement are.</summary>
    public bool AlwaysSame(Expression a, Expression b) => Always(Same(a, b));

    /// <summary>Whether two windows have the same partitions and order whatever the literals of the statement are.</summary>
    public bool AlwaysSame(WindowSpecification a, WindowSpecification b) => Always(Same(a.PartitionBy, b.PartitionBy) && Same(a.OrderBy, b.OrderBy));

    /// <summary>Same expressions and directions.</summary>
    public bool Same(IReadOnlyList<OrderItem> a, IReadOnlyList<OrderItem> b)
    {
        if (a.Count != b.Count)
            return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (a[i].Descending != b[i].Descending || (a[i].NullsFirst ?? false) != (b[i].NullsFirst ?? false) || !Same(a[i].Expression, b[i].Expression))
                return false;
        }

        return true;
    }

    /// <summary>Same expressions in the same order.</summary>
    public bool Same(IReadOnlyList<Expression> a, IReadOnlyList<Expression> b)
    {
        if (a.Count != b.Count)
            return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (!Same(a[i], b[i]))
                return false;
        }

        return true;
    }

    // Of an equality object that is used for nothing else: no pairs are kept.
    private bool Always(bool same)
    {
        same &= EqualLiterals.Count == 0;
        EqualLiterals.Clear();
        return same;
    }

    private bool Compare(Expression a, Expression b) => (a, b) switch
    {
        (Literal x, Literal y) => SameLiteral(x, y),
        (ColumnName x, ColumnName y) => scope.Find(x) is { } column ? column == scope.Find(y) : x.Table == y.Table && x.Name == y.Name,
        (Star x, Star y) => x.Table == y.Table,
        (Unary x, Unary y) => x.Operator == y.Operator && Same(x.Operand, y.Operand),
        (Binary x, Binary y) => x.Operator == y.Operator && Same(x.Left, y.Left) && Same(x.Right, y.Right),
        (Between x, Between y) => x.Negated == y.Negated && Same(x.Operand, y.Operand) && Same(x.Low, y.Low) && Same(x.High, y.High),
        (InList x, InList y) => x.Negated == y.Negated && Same(x.Operand, y.Operand) && Same(x.Items, y.Items),
        (Like x, Like y) => x.Negated == y.Negated && x.IgnoreCase == y.IgnoreCase && Same(x.Operand, y.Operand) && Same(x.Pattern, y.Pattern),
        (IsNull x, IsNull y) => x.Negated == y.Negated && Same(x.Operand, y.Operand),
        (Case x, Case y) => SameCase(x, y),
        (Cast x, Cast y) => x.TypeName.Equals(y.TypeName, StringComparison.OrdinalIgnoreCase) && Same(x.Operand, y.Operand),
        (Interval x, Interval y) => x.Nanoseconds == y.Nanoseconds && x.Months == y.Months,
        (FunctionCall x, FunctionCall y) => SameCall(x, y),
        _ => false,
    };

    private bool SameLiteral(Literal x, Literal y)
    {
        if (x.Kind != y.Kind || x.Integer != y.Integer || BitConverter.DoubleToInt64Bits(x.Float) != BitConverter.DoubleToInt64Bits(y.Float)
            || !x.Text.AsSpan().SequenceEqual(y.Text))
            return false;
        if (x.Ordinal != y.Ordinal)
            EqualLiterals.Add((x.Ordinal, y.Ordinal));
        return true;
    }

    private bool SameCase(Case x, Case y)
    {
        if (x.Arms.Count != y.Arms.Count || !SameOptional(x.Operand, y.Operand) || !SameOptional(x.Else, y.Else))
            return false;
        for (var i = 0; i < x.Arms.Count; i++)
        {
            if (!Same(x.Arms[i].When, y.Arms[i].When) || !Same(x.Arms[i].Then, y.Arms[i].Then))
                return false;
        }

        return true;
    }

    private bool SameCall(FunctionCall x, FunctionCall y) =>
        x.Name.Equals(y.Name, StringComparison.OrdinalIgnoreCase) && x.Distinct == y.Distinct && Same(x.Arguments, y.Arguments)
        && Same(x.Levels ?? [], y.Levels ?? []) && SameOptional(x.Filter, y.Filter) && Same(x.WithinGroup ?? [], y.WithinGroup ?? [])
        && SameWindow(x.Over, y.Over);

    private bool SameWindow(WindowSpecification? x, WindowSpecification? y)
    {
        if (x is null || y is null)
            return x is null && y is null;
        return x.Name == y.Name && Same(x.PartitionBy, y.PartitionBy) && Same(x.OrderBy, y.OrderBy) && SameFrame(x.Frame, y.Frame);
    }

    private bool SameFrame(WindowFrame? x, WindowFrame? y)
    {
        if (x is null || y is null)
            return x is null && y is null;
        return x.Range == y.Range && SameBound(x.Start, y.Start) && SameBound(x.End, y.End);
    }

    private bool SameBound(FrameBound x, FrameBound y) => x.Kind == y.Kind && SameOptional(x.Offset, y.Offset);

    private bool SameOptional(Expression? x, Expression? y) => x is null || y is null ? x is null && y is null : Same(x, y);
}
