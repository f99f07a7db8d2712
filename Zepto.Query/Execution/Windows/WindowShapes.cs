using Zepto.Query.Expressions;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>Column shapes of window functions' results.</summary>
internal static class WindowShapes
{
    /// <summary>Counts and ranks.</summary>
    public static ColumnShape Count => new(ColumnType.Int64, VectorKind.Int64, false);

    /// <summary>Integer results that may be NULL.</summary>
    public static ColumnShape Integer => new(ColumnType.Int64, VectorKind.Int64, true);

    /// <summary>Float results that may be NULL.</summary>
    public static ColumnShape Float => new(ColumnType.Float64, VectorKind.Float64, true);

    /// <summary>The argument's own shape.</summary>
    public static ColumnShape Of(BoundExpression argument) => new(argument.Type, argument.Kind, argument.Nullable);
}
