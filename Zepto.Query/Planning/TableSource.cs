using Zepto.Query.Binding;
using Zepto.Query.Execution;
using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

/// <summary>
/// Something in FROM while a block is planned: first only its names, so that the planner can say what is used, then its operator.
/// </summary>
internal abstract class TableSource(Scope scope)
{
    /// <summary>All its columns; <see cref="Build"/> sets the index of those that are used.</summary>
    public Scope Scope { get; } = scope;

    /// <summary>
    /// Makes the operator. Conditions that it takes care of are removed from <paramref name="conjuncts"/>; the columns of those that stay are
    /// read, because the caller filters by them.
    /// </summary>
    public abstract Operator Build(List<Expression> conjuncts);

    /// <summary>Marks the columns that an expression reads; unknown names are errors.</summary>
    public static void MarkUsed(Scope scope, Expression expression) => SyntaxRewriter.Visit(expression, e =>
    {
        if (e is ColumnName name)
            scope.Get(name).IsUsed = true;
        return true;
    });
}

/// <summary>No FROM: one row without columns.</summary>
internal sealed class NoTableSource() : TableSource(Scope.Empty)
{
    public override Operator Build(List<Expression> conjuncts) => new Execution.Rows.SingleRowOperator();
}

/// <summary>A subquery or a name defined by WITH; planned by itself already.</summary>
internal sealed class DerivedTableSource(PlannedQuery query, string? alias) : TableSource(NamesOf(query, alias))
{
    public override Operator Build(List<Expression> conjuncts)
    {
        for (var i = 0; i < Scope.Columns.Count; i++)
            Scope.Columns[i].Index = i;
        return query.Root;
    }

    private static Scope NamesOf(PlannedQuery query, string? alias) =>
        new([.. query.Names.Select((name, i) => new ScopeColumn(alias, name, query.Root.Shape[i]))]);
}
