using System.Runtime.InteropServices;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>NULLs of vectors of any kind.</summary>
internal static class NullTests
{
    /// <summary>Whether a row is NULL.</summary>
    public static bool IsNull(in Vector vector, int row)
    {
        if (!vector.MayHaveNulls)
            return false;
        row = vector.IsConstant ? 0 : row;
        return vector.Kind switch
        {
            VectorKind.Int64 => vector.Int64[row] == Nulls.Int64,
            VectorKind.Float64 => Nulls.IsNull(vector.Float64[row]),
            VectorKind.Bool => vector.Bool[row] == Nulls.Bool,
            VectorKind.Code => vector.Codes[row] == Nulls.Code,
            _ => vector.Text[row].IsNull,
        };
    }

    /// <summary>Rows of a range that are not NULL.</summary>
    public static int CountPresent(in Vector vector, int start, int count)
    {
        if (!vector.MayHaveNulls)
            return count;
        if (vector.IsConstant)
            return IsNull(vector, 0) ? 0 : count;
        return count - vector.Kind switch
        {
            VectorKind.Int64 => vector.Int64.Slice(start, count).Count(Nulls.Int64),
            VectorKind.Float64 => MemoryMarshal.Cast<double, long>(vector.Float64.Slice(start, count)).Count(Nulls.Float64Bits),
            VectorKind.Bool => vector.Bool.Slice(start, count).Count(Nulls.Bool),
            VectorKind.Code => vector.Codes.Slice(start, count).Count(Nulls.Code),
            _ => CountNullTexts(vector, start, count),
        };
    }

    private static int CountNullTexts(in Vector vector, int start, int count)
    {
        var nulls = 0;
        foreach (var text in vector.Text.Slice(start, count))
            nulls += text.IsNull ? 1 : 0;
        return nulls;
    }
}
