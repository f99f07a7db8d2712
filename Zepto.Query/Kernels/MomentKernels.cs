using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Zepto.Storage.Schema;

namespace Zepto.Query.Kernels;

/// <summary>Second moments.</summary>
internal static class MomentKernels
{
    private const int Step = 8;

    /// <summary>Sum of squared distances from a mean over the values that are not NULL; a mask (1 takes the row) may be empty for all rows.</summary>
    public static double SumSquares(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask, double mean)
    {
        Debug.Assert(mask.IsEmpty || mask.Length == values.Length);
        double sum = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && values.Length >= Step)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            ref var m = ref MemoryMarshal.GetReference(mask);
            var masked = !mask.IsEmpty;
            var means = Vector256.Create(mean);
            var even = Vector256<double>.Zero;
            var odd = Vector256<double>.Zero;
            for (; i <= values.Length - Step; i += Step)
            {
                even += Squares(ref x, ref m, masked, i, means);
                odd += Squares(ref x, ref m, masked, i + 4, means);
            }

            sum = Vector256.Sum(even + odd);
        }

        for (; i < values.Length; i++)
        {
            if (Nulls.IsNull(values[i]) || (!mask.IsEmpty && mask[i] != 1))
                continue;
            var distance = values[i] - mean;
            sum += distance * distance;
        }

        return sum;
    }

    private static Vector256<double> Squares(ref double values, ref byte mask, bool masked, int row, Vector256<double> means)
    {
        var x = Vector256.LoadUnsafe(ref values, (nuint)row);
        var take = ~Vector256.Equals(x.AsInt64(), Vector256.Create(Nulls.Float64Bits));
        if (masked)
            take &= MaskLanes.Load(ref mask, row);
        var distance = (x - means) & take.AsDouble();
        return distance * distance;
    }
}
