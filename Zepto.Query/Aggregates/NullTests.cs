using System.Runtime.InteropServices;
using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>NULLs of vectors of any kind.</summary>
internal static unsafe class NullTests
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

    /// <summary>Rows that the mask takes (byte 1) and that are not NULL.</summary>
    public static int CountPresent(in Vector vector, ReadOnlySpan<byte> mask)
    {
        if (!vector.MayHaveNulls)
            return mask.Count((byte)1);
        if (vector.IsConstant)
            return IsNull(vector, 0) ? 0 : mask.Count((byte)1);
        return vector.Kind switch
        {
            VectorKind.Int64 => CountPresent<long>(vector, mask),
            VectorKind.Float64 => CountPresent<double>(vector, mask),
            VectorKind.Bool => CountPresent<byte>(vector, mask),
            VectorKind.Code => CountPresent<int>(vector, mask),
            _ => CountPresent<TextRef>(vector, mask),
        };
    }

    private static int CountPresent<T>(in Vector vector, ReadOnlySpan<byte> mask) where T : unmanaged
    {
        var values = (T*)vector.Data;
        var count = 0;
        for (var i = 0; i < mask.Length; i++)
            count += mask[i] == 1 && !NullValue.Is(values[i]) ? 1 : 0;
        return count;
    }

    private static int CountNullTexts(in Vector vector, int start, int count)
    {
        var nulls = 0;
        foreach (var text in vector.Text.Slice(start, count))
            nulls += text.IsNull ? 1 : 0;
        return nulls;
    }
}
