using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Zepto.Storage.Schema;

namespace Zepto.Query.Kernels;

/// <summary>Counts that need no mask: present values, and rows that satisfy a comparison with a scalar.</summary>
internal static class CountKernels
{
    /// <summary>Values that are not NULL.</summary>
    public static long CountPresent(ReadOnlySpan<long> values) => values.Length - CountEqual(values, Nulls.Int64);

    /// <inheritdoc cref="CountPresent(ReadOnlySpan{long})"/>
    public static long CountPresent(ReadOnlySpan<double> values) =>
        values.Length - CountEqual(MemoryMarshal.Cast<double, long>(values), Nulls.Float64Bits);

    /// <summary>Rows for which the comparison is true; NULL never is. The scalar is not NULL.</summary>
    public static long CountWhere(ReadOnlySpan<long> values, long scalar, Comparison comparison)
    {
        // NULL is the smallest integer, so it needs care only where small values match.
        switch (comparison)
        {
            case Comparison.Equal: return CountEqual(values, scalar);
            case Comparison.NotEqual: return CountPresent(values) - CountEqual(values, scalar);
            case Comparison.Greater: return CountGreater(values, scalar);
            case Comparison.GreaterOrEqual: return CountGreater(values, scalar - 1);
            case Comparison.Less: return CountPresent(values) - CountGreater(values, scalar - 1);
            default: return CountPresent(values) - CountGreater(values, scalar);
        }
    }

    private static long CountEqual(ReadOnlySpan<long> values, long scalar)
    {
        long count = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && values.Length >= 4)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            var scalars = Vector256.Create(scalar);
            var counts = Vector256<long>.Zero;
            for (; i <= values.Length - 4; i += 4)
                counts -= Vector256.Equals(Vector256.LoadUnsafe(ref x, (nuint)i), scalars);
            count = Vector256.Sum(counts);
        }

        for (; i < values.Length; i++)
            count += values[i] == scalar ? 1 : 0;
        return count;
    }

    private static long CountGreater(ReadOnlySpan<long> values, long scalar)
    {
        long count = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && values.Length >= 4)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            var scalars = Vector256.Create(scalar);
            var counts = Vector256<long>.Zero;
            for (; i <= values.Length - 4; i += 4)
                counts -= Vector256.GreaterThan(Vector256.LoadUnsafe(ref x, (nuint)i), scalars);
            count = Vector256.Sum(counts);
        }

        for (; i < values.Length; i++)
            count += values[i] > scalar ? 1 : 0;
        return count;
    }
}
