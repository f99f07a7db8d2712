using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Scans;

/// <summary>Inclusive range of timestamps, ns since the epoch, made from a scan's time bounds; empty when First is after Last.</summary>
internal readonly record struct TimeRange(long First, long Last)
{
    public static readonly TimeRange All = new(long.MinValue + 1, long.MaxValue);

    /// <summary>The intersection of all bounds; a NULL bound leaves nothing.</summary>
    public static TimeRange Of(List<ColumnBound> bounds, EvaluationContext context)
    {
        var range = All;
        foreach (var bound in bounds)
        {
            if (!TryBound(bound, context, out var first, out var last))
                return new TimeRange(1, 0);
            range = new TimeRange(Math.Max(range.First, first), Math.Min(range.Last, last));
        }

        return range;
    }

    public bool IsEmpty => First > Last;

    private static bool TryBound(in ColumnBound bound, EvaluationContext context, out long first, out long last)
    {
        (first, last) = (All.First, All.Last);
        long floor, ceiling;
        if (bound.Value.Kind == VectorKind.Float64)
        {
            if (!ConstantValue.TryFloat64(bound.Value, context, out var value) || double.IsNaN(value))
                return false;
            (floor, ceiling) = (ToInt64(Math.Floor(value)), ToInt64(Math.Ceiling(value)));
        }
        else
        {
            if (!ConstantValue.TryInt64(bound.Value, context, out floor))
                return false;
            ceiling = floor;
        }

        switch (bound.Operator)
        {
            case BinaryOperator.Equal: (first, last) = (ceiling, floor); return true;
            case BinaryOperator.Less: last = ceiling == long.MinValue ? ceiling : ceiling - 1; return true;
            case BinaryOperator.LessOrEqual: last = floor; return true;
            case BinaryOperator.Greater: first = floor == long.MaxValue ? floor : floor + 1; return floor != long.MaxValue;
            case BinaryOperator.GreaterOrEqual: first = ceiling; return true;
            default: throw new ArgumentOutOfRangeException(nameof(bound), bound.Operator, "no bound on time");
        }
    }

    private static long ToInt64(double value) =>
        value >= long.MaxValue ? long.MaxValue : value <= long.MinValue ? long.MinValue + 1 : (long)value;
}
