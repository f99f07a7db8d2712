using Zepto.Query.Execution.Sorting;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Scans;

/// <summary>Which rows a bounded sort still wants, by its key alone: most often hardly any, so that the other columns need not be decoded.</summary>
internal static class WantedRows
{
    /// <summary>The test of the key; false for types that are not looked at.</summary>
    public static bool TryMake(ColumnId column, ColumnType type, in SortBound bound, out ValueTest test)
    {
        var operation = bound.Descending
            ? bound.OrEqual ? BinaryOperator.Greater : BinaryOperator.GreaterOrEqual
            : bound.OrEqual ? BinaryOperator.Less : BinaryOperator.LessOrEqual;
        test = default;
        if (type is ColumnType.Int64 or ColumnType.Timestamp && bound.Kind == VectorKind.Int64)
            test = new ValueTest(column, operation, bound.Integer);
        else if (type == ColumnType.Float64 && bound.Kind == VectorKind.Float64)
            test = new ValueTest(column, operation, bound.Float);
        else
            return false;
        return true;
    }
}
