using Zepto.Query.Planning;
using Zepto.Query.Syntax;

namespace Zepto.Query.Access;

/// <summary>
/// Finds every stored table that a query names anywhere: joins, subqueries in FROM and in expressions, all branches, and names of WITH whether they
/// are used or not. A name that WITH defines there is no table. Kinds of nodes that it does not know are refused, so that a new one cannot be a way round.
/// </summary>
internal sealed class TableReferences(Action<string> found)
{
    /// <summary>Visits a query that sees the given names of WITH.</summary>
    public void Visit(QueryExpression query, CommonTables? outer = null)
    {
        // The same environments as planning has: each name sees those before it and not itself.
        var common = CommonTables.With(outer, query.With);
        for (var table = common; table is not null && table != outer; table = table.Outer)
            Visit(table.Query, table.DefinedIn);
        Visit(query.Body, common);
        VisitAll(query.OrderBy.Select(item => item.Expression), common);
        Visit(query.Limit, common);
        Visit(query.Offset, common);
    }

    /// <summary>Visits an expression.</summary>
    public void Visit(Expression? expression, CommonTables? common)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw SqlException.Parse("expression nested too deeply", expression?.Position ?? 0);
        switch (expression)
        {
            case null or Literal or ColumnName or Star or QueryParameter or Interval: break;
            case Unary unary: Visit(unary.Operand, common); break;
            case Binary binary:
                Visit(binary.Left, common);
                Visit(binary.Right, common);
                break;
            case Between between: VisitAll([between.Operand, between.Low, between.High], common); break;
            case InList list:
                Visit(list.Operand, common);
                VisitAll(list.Items, common);
                break;
            case InQuery inQuery:
                Visit(inQuery.Operand, common);
                Visit(inQuery.Query, common);
                break;
            case Like like: VisitAll([like.Operand, like.Pattern], common); break;
            case IsNull isNull: Visit(isNull.Operand, common); break;
            case Case choice:
                Visit(choice.Operand, common);
                foreach (var arm in choice.Arms)
                    VisitAll([arm.When, arm.Then], common);
                Visit(choice.Else, common);
                break;
            case Cast cast: Visit(cast.Operand, common); break;
            case ScalarQuery scalar: Visit(scalar.Query, common); break;
            case Exists exists: Visit(exists.Query, common); break;
            case Syntax.Tuple tuple: VisitAll(tuple.Items, common); break;
            case FunctionCall call: Visit(call, common); break;
            default: throw Unknown(expression);
        }
    }

    private void Visit(FunctionCall call, CommonTables? common)
    {
        VisitAll(call.Arguments, common);
        VisitAll(call.Levels ?? [], common);
        VisitAll((call.WithinGroup ?? []).Select(item => item.Expression), common);
        Visit(call.Filter, common);
        if (call.Over is not null)
            Visit(call.Over, common);
    }

    private void Visit(WindowSpecification window, CommonTables? common)
    {
        VisitAll(window.PartitionBy, common);
        VisitAll(window.OrderBy.Select(item => item.Expression), common);
        Visit(window.Frame?.Start.Offset, common);
        Visit(window.Frame?.End.Offset, common);
    }

    private void Visit(QueryBody body, CommonTables? common)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw SqlException.Parse("query nested too deeply", body.Position);
        switch (body)
        {
            case SelectBlock block:
                VisitAll(block.Items.Select(item => item.Expression), common);
                Visit(block.From, common);
                Visit(block.Where, common);
                VisitAll(block.GroupBy, common);
                Visit(block.Having, common);
                foreach (var window in block.Windows)
                    Visit(window.Specification, common);
                break;
            case NestedQuery nested: Visit(nested.Query, common); break;
            case SetOperation operation:
                Visit(operation.Left, common);
                Visit(operation.Right, common);
                break;
            default: throw Unknown(body);
        }
    }

    private void Visit(TableExpression? table, CommonTables? common)
    {
        switch (table)
        {
            case null: break;
            case NamedTable named:
                if (named.Database is not null || CommonTables.Find(common, named.Name) is null)
                    found(NameOf(named));
                break;
            case DerivedTable derived: Visit(derived.Query, common); break;
            case Join join:
                Visit(join.Left, common);
                Visit(join.Right, common);
                Visit(join.On, common);
                break;
            default: throw Unknown(table);
        }
    }

    /// <summary>The name by which a table is allowed: with its database, when that is not the default one.</summary>
    public static string NameOf(NamedTable named) => named.Database is null or "default" ? named.Name : $"{named.Database}.{named.Name}";

    private void VisitAll(IEnumerable<Expression> expressions, CommonTables? common)
    {
        foreach (var expression in expressions)
            Visit(expression, common);
    }

    private static InvalidOperationException Unknown(SyntaxNode node) => new($"tables below {node.GetType().Name} cannot be found");
}
