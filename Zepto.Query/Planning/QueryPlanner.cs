using Zepto.Query.Binding;
using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

/// <summary>Plans queries: WITH, branches, and the SELECT blocks in them. One per statement; cold, its results are cached.</summary>
internal sealed class QueryPlanner(PlanContext context)
{
    /// <summary>Plans a query that sees the given names of WITH.</summary>
    public PlannedQuery Plan(QueryExpression query, CommonTables? outer)
    {
        var common = CommonTables.With(outer, query.With);
        switch (query.Body)
        {
            case SelectBlock block:
                return new BlockPlanner(context, this, block, query.OrderBy, query.Limit, query.Offset, common).Plan();
            case NestedQuery nested when query.OrderBy.Count == 0 && query.Limit is null && query.Offset is null:
                return Plan(nested.Query, common);
            case NestedQuery nested:
                // ORDER BY and LIMIT outside of parentheses see the result inside as a table.
                var wrapped = new SelectBlock(
                    nested.Position, false, [new SelectItem(new Star(nested.Position, null), null)], new DerivedTable(nested.Position, nested.Query, null), null, null, [], null, []);
                return new BlockPlanner(context, this, wrapped, query.OrderBy, query.Limit, query.Offset, common).Plan();
            case SetOperation operation:
                throw SqlException.Unsupported($"{NameOf(operation.Operator)} is not supported");
            default:
                throw new InvalidOperationException($"no plan for {query.Body.GetType().Name}");
        }
    }

    private static string NameOf(SetOperator operation) => operation switch
    {
        SetOperator.Union => "UNION",
        SetOperator.UnionAll => "UNION ALL",
        SetOperator.Intersect => "INTERSECT",
        _ => "EXCEPT",
    };
}
