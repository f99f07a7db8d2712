using System.Runtime.CompilerServices;
using Zepto.Query.Syntax;

namespace Zepto.Query.Binding;

/// <summary>Walks and rewrites expressions of the syntax tree; queries inside expressions are left alone, they have names of their own.</summary>
internal static class SyntaxRewriter
{
    /// <summary>
    /// Replaces every node for which <paramref name="replace"/> gives another; what it gives is not visited again. The rest is copied.
    /// </summary>
    public static Expression Rewrite(Expression expression, Func<Expression, Expression?> replace)
    {
        // Aliases that build on one another make deeper trees than the parser allows.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw SqlException.Parse("expression nested too deeply", expression.Position);
        if (replace(expression) is { } other)
            return other;
        Expression Inner(Expression e) => Rewrite(e, replace);
        IReadOnlyList<Expression> Each(IReadOnlyList<Expression> list) => [.. list.Select(Inner)];
        return expression switch
        {
            Unary unary => unary with { Operand = Inner(unary.Operand) },
            Binary binary => binary with { Left = Inner(binary.Left), Right = Inner(binary.Right) },
            Between between => between with { Operand = Inner(between.Operand), Low = Inner(between.Low), High = Inner(between.High) },
            InList list => list with { Operand = Inner(list.Operand), Items = Each(list.Items) },
            InQuery query => query with { Operand = Inner(query.Operand) },
            Like like => like with { Operand = Inner(like.Operand), Pattern = Inner(like.Pattern) },
            IsNull isNull => isNull with { Operand = Inner(isNull.Operand) },
            Case choice => choice with
            {
                Operand = choice.Operand is null ? null : Inner(choice.Operand),
                Arms = [.. choice.Arms.Select(arm => new CaseArm(Inner(arm.When), Inner(arm.Then)))],
                Else = choice.Else is null ? null : Inner(choice.Else),
            },
            Cast cast => cast with { Operand = Inner(cast.Operand) },
            Syntax.Tuple tuple => tuple with { Items = Each(tuple.Items) },
            FunctionCall call => call with
            {
                Arguments = Each(call.Arguments),
                WithinGroup = call.WithinGroup is null ? null : EachItem(call.WithinGroup, Inner),
                Filter = call.Filter is null ? null : Inner(call.Filter),
                Over = call.Over is null ? null : call.Over with { PartitionBy = Each(call.Over.PartitionBy), OrderBy = EachItem(call.Over.OrderBy, Inner) },
            },
            _ => expression,
        };
    }

    /// <summary>Calls <paramref name="visit"/> for the node and, where that says true, for the nodes below it, in the order of the text.</summary>
    public static void Visit(Expression expression, Func<Expression, bool> visit) =>
        Rewrite(expression, e => visit(e) ? null : e);

    /// <summary>Whether a node with some property is in the tree.</summary>
    public static bool Contains(Expression expression, Func<Expression, bool> test)
    {
        var found = false;
        Visit(expression, e => !found && !(found = test(e)));
        return found;
    }

    private static IReadOnlyList<OrderItem> EachItem(IReadOnlyList<OrderItem> items, Func<Expression, Expression> inner) =>
        [.. items.Select(item => item with { Expression = inner(item.Expression) })];
}
