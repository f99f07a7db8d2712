using Zepto.Query.Expressions;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Scans;

/// <summary>Evaluates an expression that is the same for every row, outside any chunk: bounds of a scan, LIMIT, window parameters.</summary>
internal static class ConstantValue
{
    /// <summary>One row of the expression's value in the run's scratch memory.</summary>
    public static Vector Of(BoundExpression expression, EvaluationContext context)
    {
        context.RowCount = 1;
        return expression.Evaluate(context);
    }

    /// <summary>The value as INT64; false when it is NULL. Floats are not accepted.</summary>
    public static bool TryInt64(BoundExpression expression, EvaluationContext context, out long value)
    {
        value = Of(expression, context).Int64[0];
        return value != Nulls.Int64;
    }

    /// <summary>The value as FLOAT64, integers widened; false when it is NULL.</summary>
    public static bool TryFloat64(BoundExpression expression, EvaluationContext context, out double value)
    {
        var vector = Of(expression, context);
        if (vector.Kind == VectorKind.Int64)
        {
            value = vector.Int64[0];
            return vector.Int64[0] != Nulls.Int64;
        }

        value = vector.Float64[0];
        return !Nulls.IsNull(value);
    }
}
