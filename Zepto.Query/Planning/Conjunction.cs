using Zepto.Query.Binding;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;

namespace Zepto.Query.Planning;

/// <summary>Conditions joined by AND.</summary>
internal static class Conjunction
{
    /// <summary>The parts of a condition that must all be true; none for no condition.</summary>
    public static List<Expression> Split(Expression? condition)
    {
        var parts = new List<Expression>();
        Collect(condition, parts);
        return parts;
    }

    /// <summary>Binds the parts as one condition; null for none.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="binder">Binds over the columns of the source.</param>
    /// <param name="source">What was built with the parts; a stored table may have answered some of them.</param>
    public static BoundExpression? Bind(IReadOnlyList<Expression> parts, ExpressionBinder binder, TableSource? source = null)
    {
        var table = source as BaseTableSource;
        var whole = table is not null && parts.Any(table.IsMasked) ? table.Mask : null;
        foreach (var part in parts)
        {
            if (table is not null && table.IsMasked(part))
                continue;
            var bound = Conversions.ToBool(binder.Bind(part), part.Position);
            whole = whole is null ? bound : ExpressionBuilder.Binary(BinaryOperator.And, whole, bound, part.Position);
        }

        return whole;
    }

    /// <summary>Text for EXPLAIN.</summary>
    public static string TextOf(IReadOnlyList<Expression> parts) => string.Join(" AND ", parts.Select(ExpressionText.Of));

    private static void Collect(Expression? condition, List<Expression> parts)
    {
        if (condition is Binary { Operator: BinaryOperator.And } and)
        {
            Collect(and.Left, parts);
            Collect(and.Right, parts);
        }
        else if (condition is not null)
        {
            parts.Add(condition);
        }
    }
}
