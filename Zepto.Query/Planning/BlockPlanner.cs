using Zepto.Query.Aggregates;
using Zepto.Query.Binding;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Aggregation;
using Zepto.Query.Execution.Rows;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

/// <summary>
/// Plans one SELECT block in the order in which SQL computes it: FROM, WHERE, GROUP BY, HAVING, windows, select list, DISTINCT, ORDER BY, LIMIT.
/// </summary>
internal sealed class BlockPlanner(
    PlanContext context, QueryPlanner queries, SelectBlock block, IReadOnlyList<OrderItem> orderBy, Expression? limit, Expression? offset, CommonTables? common)
{
    public PlannedQuery Plan()
    {
        context.CountBlock();
        if (block.Sample is not null)
            throw SqlException.Unsupported("SAMPLE is not supported");
        var source = new TablePlanner(context, queries).Resolve(block.From, common);
        var names = new SelectNames(block, source.Scope, context);
        var groupBy = block.GroupBy.Select(names.GroupItem).ToArray();
        var having = block.Having is null ? null : names.Expand(block.Having);
        var order = orderBy.Select(item => (Item: item, Expression: names.OrderItem(item.Expression, out var output), Output: output)).ToArray();
        var where = Conjunction.Split(block.Where is null ? null : names.Expand(block.Where));

        // All that is computed from grouped or plain rows, for finding the aggregates and windows in it.
        var outputs = names.Items.Select(i => i.Expression).Concat(order.Select(o => o.Expression)).ToArray();
        var windows = new WindowPlanner(source, block.Windows, outputs, names);
        var aggregates = new AggregatePlanner(source, groupBy, [.. outputs, .. windows.Parts, .. having is null ? [] : new[] { having }], having is not null);
        foreach (var expression in outputs.Concat(groupBy))
            TableSource.MarkUsed(source.Scope, expression);
        if (having is not null)
            TableSource.MarkUsed(source.Scope, having);
        foreach (var conjunct in where)
            CheckNames(source.Scope, conjunct);
        if (source is BaseTableSource table)
        {
            table.NeedsOrder = aggregates.NeedsOrder || windows.NeedsOrder;
            table.UsesMask = true;
            table.OnlyEdges = where.Count == 0 && aggregates.NeedsOnlyEdges(table);
        }

        var equality = new SyntaxEquality(source.Scope);
        var binder = new ExpressionBinder(source.Scope, equality);
        Operator root;
        if (aggregates.IsGrouped)
        {
            root = aggregates.Build(where, binder);
            if (having is not null)
            {
                binder.Clause = "in HAVING";
                root = new FilterOperator(root, Conversions.ToBool(binder.Bind(having), having.Position), ExpressionText.Of(having));
            }
        }
        else
        {
            root = source.Build(where);
            binder.Clause = "in WHERE";
            if (Conjunction.Bind(where, binder, source) is { } predicate)
                root = new FilterOperator(root, predicate, Conjunction.TextOf(where));
        }

        root = windows.Build(root, binder);
        binder.Clause = "here";
        var result = Finish(root, names, order, binder, equality);
        context.EqualLiterals.AddRange(equality.EqualLiterals);
        return result;
    }

    private static void CheckNames(Scope scope, Expression expression) => SyntaxRewriter.Visit(expression, e =>
    {
        if (e is ColumnName name)
            scope.Get(name);
        return true;
    });

    private PlannedQuery Finish(
        Operator root, SelectNames names, (OrderItem Item, Expression Expression, int Output)[] order, ExpressionBinder binder, SyntaxEquality equality)
    {
        var outputs = names.Items.Select(item => binder.Bind(item.Expression)).ToList();
        var keys = new SortKey[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            var (item, expression, output) = order[i];
            if (output < 0)
                output = FindOutput(names, expression, equality);
            if (output < 0)
            {
                if (block.Distinct)
                    throw SqlException.Type("with SELECT DISTINCT, ORDER BY takes only columns of the select list,", expression.Position);
                output = outputs.Count;
                outputs.Add(binder.Bind(expression));
            }

            keys[i] = new SortKey(output, item.Descending, item.NullsFirst ?? false);
        }

        root = new ProjectOperator(root, [.. outputs]);
        if (block.Distinct)
            root = new AggregateOperator(root, References(root, root.Shape.Length), null, [], [], "Distinct");
        var rows = Constant(limit, "LIMIT");
        var skipped = Constant(offset, "OFFSET");
        if (keys.Length > 0)
            root = new SortOperator(root, keys, long.MaxValue);
        if (rows is not null || skipped is not null)
            root = new LimitOperator(root, rows, skipped);
        if (outputs.Count > names.Items.Count)
            root = new ProjectOperator(root, References(root, names.Items.Count));
        return new PlannedQuery(root, [.. names.Items.Select(i => i.Name)]);
    }

    private static int FindOutput(SelectNames names, Expression expression, SyntaxEquality equality)
    {
        for (var i = 0; i < names.Items.Count; i++)
        {
            if (equality.Same(names.Items[i].Expression, expression))
                return i;
        }

        return -1;
    }

    private static BoundExpression[] References(Operator input, int count) =>
        [.. Enumerable.Range(0, count).Select(i => ExpressionBinder.Reference(i, input.Shape[i]))];

    private static BoundExpression? Constant(Expression? expression, string clause)
    {
        if (expression is null)
            return null;
        var bound = new ExpressionBinder(Scope.Empty, new SyntaxEquality(Scope.Empty)) { Clause = $"in {clause}" }.Bind(expression);
        if (bound is not NullConstant && !TypeNames.IsInteger(bound.Type))
            throw SqlException.Type($"{clause} needs a whole number, not {TypeNames.Keyword(bound.Type)},", expression.Position);
        return bound;
    }
}
