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
        if (mask.IsEmpty)
            return MinPresent(values);
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

    // Less one, NULL wraps around to the largest number, so that it never wins and needs no test.
    private static long MinPresent(ReadOnlySpan<long> values)
    {
        var least = long.MaxValue;
        var i = 0;
        ref var x = ref MemoryMarshal.GetReference(values);
        if (Vector512.IsHardwareAccelerated && values.Length >= 16)
        {
            var (least0, least1) = (Vector512.Create(long.MaxValue), Vector512.Create(long.MaxValue));
            for (; i <= values.Length - 16; i += 16)
            {
                least0 = Vector512.Min(least0, Vector512.LoadUnsafe(ref x, (nuint)i) - Vector512<long>.One);
                least1 = Vector512.Min(least1, Vector512.LoadUnsafe(ref x, (nuint)i + 8) - Vector512<long>.One);
            }

            least0 = Vector512.Min(least0, least1);
            for (var lane = 0; lane < 8; lane++)
                least = Math.Min(least, least0[lane]);
        }
        else if (Vector256.IsHardwareAccelerated && values.Length >= 4)
        {
            var leasts = Vector256.Create(long.MaxValue);
            for (; i <= values.Length - 4; i += 4)
                leasts = Vector256.Min(leasts, Vector256.LoadUnsafe(ref x, (nuint)i) - Vector256<long>.One);
            for (var lane = 0; lane < 4; lane++)
                least = Math.Min(least, leasts[lane]);
        }

        for (; i < values.Length; i++)
            least = Math.Min(least, unchecked(values[i] - 1));
        return unchecked(least + 1);
    }

    /// <summary>Largest integer; NULL is below all of them.</summary>
    public static long Max(ReadOnlySpan<long> values, ReadOnlySpan<byte> mask)
    {
        Debug.Assert(mask.IsEmpty || mask.Length == values.Length);
        var most = Nulls.Int64;
        var i = 0;
        if (Vector512.IsHardwareAccelerated && mask.IsEmpty && values.Length >= 16)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            var (most0, most1) = (Vector512.Create(Nulls.Int64), Vector512.Create(Nulls.Int64));
            for (; i <= values.Length - 16; i += 16)
            {
                most0 = Vector512.Max(most0, Vector512.LoadUnsafe(ref x, (nuint)i));
                most1 = Vector512.Max(most1, Vector512.LoadUnsafe(ref x, (nuint)i + 8));
            }

            most0 = Vector512.Max(most0, most1);
            for (var lane = 0; lane < 8; lane++)
                most = Math.Max(most, most0[lane]);
        }
        else if (Vector256.IsHardwareAccelerated && values.Length >= 4)
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
        if (mask.IsEmpty && TryExtremeOfNumbers(values, isMin, out var extreme))
            return extreme;
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

    // Without NaN, and so without NULL, plain minimum and maximum do; false when there is one.
    private static bool TryExtremeOfNumbers(ReadOnlySpan<double> values, bool isMin, out double extreme)
    {
        extreme = isMin ? double.PositiveInfinity : double.NegativeInfinity;
        if (!Vector512.IsHardwareAccelerated || values.Length < 16)
            return false;
        ref var x = ref MemoryMarshal.GetReference(values);
        var (best0, best1) = (Vector512.Create(extreme), Vector512.Create(extreme));
        var numbers = Vector512<long>.AllBitsSet;
        var i = 0;
        for (; i <= values.Length - 16; i += 16)
        {
            var v0 = Vector512.LoadUnsafe(ref x, (nuint)i);
            var v1 = Vector512.LoadUnsafe(ref x, (nuint)i + 8);
            numbers &= (Vector512.Equals(v0, v0) & Vector512.Equals(v1, v1)).AsInt64();
            best0 = isMin ? Vector512.MinNative(best0, v0) : Vector512.MaxNative(best0, v0);
            best1 = isMin ? Vector512.MinNative(best1, v1) : Vector512.MaxNative(best1, v1);
        }

        if (numbers != Vector512<long>.AllBitsSet)
            return false;
        for (var lane = 0; lane < 8; lane++)
            extreme = isMin ? Math.Min(extreme, Math.Min(best0[lane], best1[lane])) : Math.Max(extreme, Math.Max(best0[lane], best1[lane]));
        for (; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]))
                return false;
            extreme = isMin ? Math.Min(extreme, values[i]) : Math.Max(extreme, values[i]);
        }

        return true;
    }
}
