using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Zepto.Storage.Schema;

namespace Zepto.Query.Kernels;

/// <summary>
/// Smallest and largest present values; NULL when there is none. NaN is the greatest double: the minimum is NaN only when nothing else is
/// present. A mask (1 takes the row) may be empty for all rows.
/// </summary>
internal static class RangeKernels
{
    /// <summary>Smallest integer.</summary>
    public static long Min(ReadOnlySpan<long> values, ReadOnlySpan<byte> mask)
    {
        Debug.Assert(mask.IsEmpty || mask.Length == values.Length);
        var least = long.MaxValue;
        var any = false;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && values.Length >= 4)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            ref var m = ref MemoryMarshal.GetReference(mask);
            var none = Vector256.Create(Nulls.Int64);
            var leasts = Vector256.Create(long.MaxValue);
            var present = Vector256<long>.Zero;
            for (; i <= values.Length - 4; i += 4)
            {
                var value = Vector256.LoadUnsafe(ref x, (nuint)i);
                var take = ~Vector256.Equals(value, none);
                if (!mask.IsEmpty)
                    take &= MaskLanes.Load(ref m, i);
                present |= take;
                leasts = Vector256.Min(leasts, Vector256.ConditionalSelect(take, value, Vector256.Create(long.MaxValue)));
            }

            any = present != Vector256<long>.Zero;
            for (var lane = 0; lane < 4; lane++)
                least = Math.Min(least, leasts[lane]);
        }

        for (; i < values.Length; i++)
        {
            if (values[i] == Nulls.Int64 || (!mask.IsEmpty && mask[i] != 1))
                continue;
            least = Math.Min(least, values[i]);
            any = true;
        }

        return any ? least : Nulls.Int64;
    }

    /// <summary>Largest integer; NULL is below all of them.</summary>
    public static long Max(ReadOnlySpan<long> values, ReadOnlySpan<byte> mask)
    {
        Debug.Assert(mask.IsEmpty || mask.Length == values.Length);
        var most = Nulls.Int64;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && values.Length >= 4)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            ref var m = ref MemoryMarshal.GetReference(mask);
            var none = Vector256.Create(Nulls.Int64);
            var mosts = none;
            for (; i <= values.Length - 4; i += 4)
            {
                var value = Vector256.LoadUnsafe(ref x, (nuint)i);
                if (!mask.IsEmpty)
                    value = Vector256.ConditionalSelect(MaskLanes.Load(ref m, i), value, none);
                mosts = Vector256.Max(mosts, value);
            }

            for (var lane = 0; lane < 4; lane++)
                most = Math.Max(most, mosts[lane]);
        }

        for (; i < values.Length; i++)
        {
            if (mask.IsEmpty || mask[i] == 1)
                most = Math.Max(most, values[i]);
        }

        return most;
    }

    /// <summary>Smallest double.</summary>
    public static double Min(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask) => Extreme(values, mask, isMin: true);

    /// <summary>Largest double.</summary>
    public static double Max(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask) => Extreme(values, mask, isMin: false);

    private static double Extreme(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask, bool isMin)
    {
        Debug.Assert(mask.IsEmpty || mask.Length == values.Length);
        var neutral = isMin ? double.PositiveInfinity : double.NegativeInfinity;
        var best = neutral;
        var anyNumber = false;
        var anyNaN = false;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && values.Length >= 4)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            ref var m = ref MemoryMarshal.GetReference(mask);
            var none = Vector256.Create(Nulls.Float64Bits);
            var neutrals = Vector256.Create(neutral);
            var bests = neutrals;
            var numbers = Vector256<long>.Zero;
            var nans = Vector256<long>.Zero;
            for (; i <= values.Length - 4; i += 4)
            {
                var value = Vector256.LoadUnsafe(ref x, (nuint)i);
                var take = ~Vector256.Equals(value.AsInt64(), none);
                if (!mask.IsEmpty)
                    take &= MaskLanes.Load(ref m, i);
                var isNumber = Vector256.Equals(value, value).AsInt64();
                nans |= Vector256.AndNot(take, isNumber);
                take &= isNumber;
                numbers |= take;
                value = Vector256.ConditionalSelect(take.AsDouble(), value, neutrals);
                bests = isMin ? Vector256.Min(bests, value) : Vector256.Max(bests, value);
            }

            anyNumber = numbers != Vector256<long>.Zero;
            anyNaN = nans != Vector256<long>.Zero;
            for (var lane = 0; lane < 4; lane++)
                best = isMin ? Math.Min(best, bests[lane]) : Math.Max(best, bests[lane]);
        }

        for (; i < values.Length; i++)
        {
            var value = values[i];
            if (Nulls.IsNull(value) || (!mask.IsEmpty && mask[i] != 1))
                continue;
            if (double.IsNaN(value))
            {
                anyNaN = true;
                continue;
            }

            anyNumber = true;
            best = isMin ? Math.Min(best, value) : Math.Max(best, value);
        }

        if (isMin)
            return anyNumber ? best : anyNaN ? double.NaN : Nulls.Float64;
        return anyNaN ? double.NaN : anyNumber ? best : Nulls.Float64;
    }
}
