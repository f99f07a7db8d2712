using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Joins;

/// <summary>Column shapes that joins derive from their inputs.</summary>
internal static class JoinShapes
{
    /// <summary>An internal column of row or group numbers.</summary>
    public static ColumnShape RowNumber => new(ColumnType.Int32, VectorKind.Code, false);

    /// <summary>Left columns, then right columns; a side whose rows can be missing is nullable.</summary>
    public static ColumnShape[] Combine(ColumnShape[] left, bool leftCanMiss, ColumnShape[] right, bool rightCanMiss)
    {
        var shape = new ColumnShape[left.Length + right.Length];
        for (var i = 0; i < shape.Length; i++)
        {
            var source = i < left.Length ? left[i] : right[i - left.Length];
            shape[i] = source with { Nullable = source.Nullable || (i < left.Length ? leftCanMiss : rightCanMiss) };
        }

        return shape;
    }

    /// <summary>Forms of the given columns.</summary>
    public static VectorKind[] Kinds(ColumnShape[] shape, int[] columns)
    {
        var kinds = new VectorKind[columns.Length];
        for (var i = 0; i < columns.Length; i++)
            kinds[i] = shape[columns[i]].Kind;
        return kinds;
    }
}
