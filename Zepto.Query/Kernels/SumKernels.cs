using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Zepto.Storage.Schema;

namespace Zepto.Query.Kernels;

/// <summary>
/// Sums over present values; a mask (1 takes the row) may be empty for all rows. Integer sums are exact in 128 bits, so only the final result can
/// overflow. Double sums add row i into lane i mod 16 and then the lanes pairwise (0+1, 2+3, …), whatever the hardware: equal input gives equal bits.
/// </summary>
internal static class SumKernels
{
    private const int FloatLanes = 16;

    /// <summary>Exact sum of the values that are not NULL and their count.</summary>
    public static Int128 Sum(ReadOnlySpan<long> values, ReadOnlySpan<byte> mask, out long count)
    {
        Debug.Assert(mask.IsEmpty || mask.Length == values.Length);
        if (mask.IsEmpty && TrySumSmall(values, out var small))
        {
            count = values.Length;
            return small;
        }

        // Biased to unsigned, NULL is 0: it adds nothing, and each present value adds 2^63 too much. Halves are summed apart:
        // 32 bits a row leave room for 2^32 rows in a 64-bit lane.
        ulong low = 0, high = 0;
        count = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && values.Length >= 4)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            ref var m = ref MemoryMarshal.GetReference(mask);
            var bias = Vector256.Create(long.MinValue);
            var lowBits = Vector256.Create(0xFFFF_FFFFUL);
            var lows = Vector256<ulong>.Zero;
            var highs = Vector256<ulong>.Zero;
            var absent = Vector256<long>.Zero;
            for (; i <= values.Length - 4; i += 4)
            {
                var biased = Vector256.LoadUnsafe(ref x, (nuint)i) ^ bias;
                if (!mask.IsEmpty)
                    biased &= MaskLanes.Load(ref m, i);
                absent += Vector256.Equals(biased, Vector256<long>.Zero);
                lows += biased.AsUInt64() & lowBits;
                highs += biased.AsUInt64() >>> 32;
            }

            low = Vector256.Sum(lows);
            high = Vector256.Sum(highs);
            count = i + Vector256.Sum(absent);
        }

        for (; i < values.Length; i++)
        {
            if (values[i] == Nulls.Int64 || (!mask.IsEmpty && mask[i] != 1))
                continue;
            var biased = (ulong)values[i] ^ 1UL << 63;
            low += biased & 0xFFFF_FFFF;
            high += biased >> 32;
            count++;
        }

        return ((Int128)high << 32) + low - ((Int128)count << 63);
    }

    /// <summary>
    /// Sums in 64-bit lanes, four instructions a vector instead of seven; false when the values are so large that lanes may wrap, as any NULL is.
    /// </summary>
    private static bool TrySumSmall(ReadOnlySpan<long> values, out long sum)
    {
        sum = 0;
        // v ^ (v >> 63) is the magnitude: all magnitudes or-ed together bound each of them.
        long magnitudes = 0;
        var i = 0;
        ref var x = ref MemoryMarshal.GetReference(values);
        if (Vector512.IsHardwareAccelerated && values.Length >= 16)
        {
            var (sum0, sum1) = (Vector512<long>.Zero, Vector512<long>.Zero);
            var (all0, all1) = (Vector512<long>.Zero, Vector512<long>.Zero);
            for (; i <= values.Length - 16; i += 16)
            {
                var v0 = Vector512.LoadUnsafe(ref x, (nuint)i);
                var v1 = Vector512.LoadUnsafe(ref x, (nuint)i + 8);
                sum0 += v0;
                sum1 += v1;
                all0 |= v0 ^ (v0 >> 63);
                all1 |= v1 ^ (v1 >> 63);
            }

            sum = Vector512.Sum(sum0 + sum1);
            var all = all0 | all1;
            for (var lane = 0; lane < 8; lane++)
                magnitudes |= all[lane];
        }
        else if (Vector256.IsHardwareAccelerated && values.Length >= 4)
        {
            var sums = Vector256<long>.Zero;
            var all = Vector256<long>.Zero;
            for (; i <= values.Length - 4; i += 4)
            {
                var v = Vector256.LoadUnsafe(ref x, (nuint)i);
                sums += v;
                // AVX2 has no arithmetic shift of 64 bits.
                all |= v ^ Vector256.LessThan(v, Vector256<long>.Zero);
            }

            sum = Vector256.Sum(sums);
            for (var lane = 0; lane < 4; lane++)
                magnitudes |= all[lane];
        }

        for (; i < values.Length; i++)
        {
            sum += values[i];
            magnitudes |= values[i] ^ (values[i] >> 63);
        }

        return BitOperations.LeadingZeroCount((ulong)magnitudes) + BitOperations.LeadingZeroCount((uint)values.Length) > 33;
    }

    /// <summary>Sum of the values that are not NULL and their count; NaN makes the sum NaN.</summary>
    public static double Sum(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask, out long count)
    {
        Debug.Assert(mask.IsEmpty || mask.Length == values.Length);
        Span<double> lanes = stackalloc double[FloatLanes];
        lanes.Clear();
        count = 0;
        var i = 0;
        if (Vector512.IsHardwareAccelerated && mask.IsEmpty)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            var (s0, s1) = (Vector512<double>.Zero, Vector512<double>.Zero);
            var absent = Vector512<long>.Zero;
            for (; i <= values.Length - FloatLanes; i += FloatLanes)
            {
                var v0 = Vector512.LoadUnsafe(ref x, (nuint)i);
                var v1 = Vector512.LoadUnsafe(ref x, (nuint)i + 8);
                var (null0, null1) = (DoubleLanes.IsNull(v0), DoubleLanes.IsNull(v1));
                absent += null0 + null1;
                s0 += Vector512.AndNot(v0, null0.AsDouble());
                s1 += Vector512.AndNot(v1, null1.AsDouble());
            }

            s0.CopyTo(lanes);
            s1.CopyTo(lanes[8..]);
            count = i + Vector512.Sum(absent);
        }
        else if (Vector256.IsHardwareAccelerated && values.Length >= FloatLanes)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            ref var m = ref MemoryMarshal.GetReference(mask);
            var s0 = Vector256<double>.Zero;
            var s1 = Vector256<double>.Zero;
            var s2 = Vector256<double>.Zero;
            var s3 = Vector256<double>.Zero;
            var present = Vector256<long>.Zero;
            var masked = !mask.IsEmpty;
            for (; i <= values.Length - FloatLanes; i += FloatLanes)
            {
                s0 += Present(ref x, ref m, masked, i, ref present);
                s1 += Present(ref x, ref m, masked, i + 4, ref present);
                s2 += Present(ref x, ref m, masked, i + 8, ref present);
                s3 += Present(ref x, ref m, masked, i + 12, ref present);
            }

            s0.CopyTo(lanes);
            s1.CopyTo(lanes[4..]);
            s2.CopyTo(lanes[8..]);
            s3.CopyTo(lanes[12..]);
            count = -Vector256.Sum(present);
        }

        for (; i < values.Length; i++)
        {
            if (Nulls.IsNull(values[i]) || (!mask.IsEmpty && mask[i] != 1))
                continue;
            lanes[i % FloatLanes] += values[i];
            count++;
        }

        return Fold(lanes);
    }

    /// <summary>
    /// Sums of price * volume and of volume over the rows where neither is NULL, as vwap needs them; the integers are widened first.
    /// </summary>
    public static double SumProducts(ReadOnlySpan<long> prices, ReadOnlySpan<long> volumes, ReadOnlySpan<byte> mask, out double volume, out long count)
    {
        Debug.Assert(prices.Length == volumes.Length && (mask.IsEmpty || mask.Length == prices.Length));
        if (Vector512.IsHardwareAccelerated && mask.IsEmpty)
            return SumAllProducts<IntegerLanes, long>(prices, volumes, out volume, out count);
        Span<double> products = stackalloc double[FloatLanes];
        Span<double> weights = stackalloc double[FloatLanes];
        products.Clear();
        weights.Clear();
        count = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && prices.Length >= FloatLanes)
        {
            ref var p = ref MemoryMarshal.GetReference(prices);
            ref var v = ref MemoryMarshal.GetReference(volumes);
            ref var m = ref MemoryMarshal.GetReference(mask);
            var none = Vector256.Create(Nulls.Int64);
            var present = Vector256<long>.Zero;
            for (; i <= prices.Length - FloatLanes; i += FloatLanes)
            {
                for (var part = 0; part < FloatLanes; part += 4)
                {
                    var price = Vector256.LoadUnsafe(ref p, (nuint)(i + part));
                    var weight = Vector256.LoadUnsafe(ref v, (nuint)(i + part));
                    var take = ~(Vector256.Equals(price, none) | Vector256.Equals(weight, none));
                    if (!mask.IsEmpty)
                        take &= MaskLanes.Load(ref m, i + part);
                    present += take;
                    var w = Vector256.ConvertToDouble(weight & take);
                    var product = Vector256.ConvertToDouble(price & take) * w;
                    (Vector256.Create<double>(products[part..]) + product).CopyTo(products[part..]);
                    (Vector256.Create<double>(weights[part..]) + w).CopyTo(weights[part..]);
                }
            }

            count = -Vector256.Sum(present);
        }

        for (; i < prices.Length; i++)
        {
            if (prices[i] == Nulls.Int64 || volumes[i] == Nulls.Int64 || (!mask.IsEmpty && mask[i] != 1))
                continue;
            products[i % FloatLanes] += (double)prices[i] * volumes[i];
            weights[i % FloatLanes] += volumes[i];
            count++;
        }

        volume = Fold(weights);
        return Fold(products);
    }

    /// <inheritdoc cref="SumProducts(ReadOnlySpan{long}, ReadOnlySpan{long}, ReadOnlySpan{byte}, out double, out long)"/>
    public static double SumProducts(ReadOnlySpan<double> prices, ReadOnlySpan<double> volumes, ReadOnlySpan<byte> mask, out double volume, out long count)
    {
        Debug.Assert(prices.Length == volumes.Length && (mask.IsEmpty || mask.Length == prices.Length));
        if (Vector512.IsHardwareAccelerated && mask.IsEmpty)
            return SumAllProducts<DoubleLanes, double>(prices, volumes, out volume, out count);
        Span<double> products = stackalloc double[FloatLanes];
        Span<double> weights = stackalloc double[FloatLanes];
        products.Clear();
        weights.Clear();
        count = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && prices.Length >= FloatLanes)
        {
            ref var p = ref MemoryMarshal.GetReference(prices);
            ref var v = ref MemoryMarshal.GetReference(volumes);
            ref var m = ref MemoryMarshal.GetReference(mask);
            var none = Vector256.Create(Nulls.Float64Bits);
            var present = Vector256<long>.Zero;
            for (; i <= prices.Length - FloatLanes; i += FloatLanes)
            {
                for (var part = 0; part < FloatLanes; part += 4)
                {
                    var price = Vector256.LoadUnsafe(ref p, (nuint)(i + part));
                    var weight = Vector256.LoadUnsafe(ref v, (nuint)(i + part));
                    var take = ~(Vector256.Equals(price.AsInt64(), none) | Vector256.Equals(weight.AsInt64(), none));
                    if (!mask.IsEmpty)
                        take &= MaskLanes.Load(ref m, i + part);
                    present += take;
                    var w = weight & take.AsDouble();
                    var product = (price & take.AsDouble()) * w;
                    (Vector256.Create<double>(products[part..]) + product).CopyTo(products[part..]);
                    (Vector256.Create<double>(weights[part..]) + w).CopyTo(weights[part..]);
                }
            }

            count = -Vector256.Sum(present);
        }

        for (; i < prices.Length; i++)
        {
            if (Nulls.IsNull(prices[i]) || Nulls.IsNull(volumes[i]) || (!mask.IsEmpty && mask[i] != 1))
                continue;
            products[i % FloatLanes] += prices[i] * volumes[i];
            weights[i % FloatLanes] += volumes[i];
            count++;
        }

        volume = Fold(weights);
        return Fold(products);
    }

    // The lanes stay in registers: two vectors of 8 are the 16 lanes.
    private static double SumAllProducts<TLanes, T>(ReadOnlySpan<T> prices, ReadOnlySpan<T> volumes, out double volume, out long count)
        where TLanes : struct, ILanes<T>
        where T : unmanaged
    {
        ref var p = ref MemoryMarshal.GetReference(prices);
        ref var v = ref MemoryMarshal.GetReference(volumes);
        var (product0, product1) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var (weight0, weight1) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var absent = Vector512<long>.Zero;
        var i = 0;
        for (; i <= prices.Length - FloatLanes; i += FloatLanes)
        {
            var price0 = Vector512.LoadUnsafe(ref p, (nuint)i);
            var volume0 = Vector512.LoadUnsafe(ref v, (nuint)i);
            var price1 = Vector512.LoadUnsafe(ref p, (nuint)i + 8);
            var volume1 = Vector512.LoadUnsafe(ref v, (nuint)i + 8);
            var null0 = TLanes.IsNull(price0) | TLanes.IsNull(volume0);
            var null1 = TLanes.IsNull(price1) | TLanes.IsNull(volume1);
            absent += null0 + null1;
            var w0 = Vector512.AndNot(TLanes.ToDouble(volume0), null0.AsDouble());
            var w1 = Vector512.AndNot(TLanes.ToDouble(volume1), null1.AsDouble());
            product0 += Vector512.AndNot(TLanes.ToDouble(price0), null0.AsDouble()) * w0;
            product1 += Vector512.AndNot(TLanes.ToDouble(price1), null1.AsDouble()) * w1;
            weight0 += w0;
            weight1 += w1;
        }

        Span<double> products = stackalloc double[FloatLanes];
        Span<double> weights = stackalloc double[FloatLanes];
        product0.CopyTo(products);
        product1.CopyTo(products[8..]);
        weight0.CopyTo(weights);
        weight1.CopyTo(weights[8..]);
        count = i + Vector512.Sum(absent);
        for (; i < prices.Length; i++)
        {
            if (NullValue.Is(prices[i]) || NullValue.Is(volumes[i]))
                continue;
            var weight = TLanes.ToDouble(volumes[i]);
            products[i % FloatLanes] += TLanes.ToDouble(prices[i]) * weight;
            weights[i % FloatLanes] += weight;
            count++;
        }

        volume = Fold(weights);
        return Fold(products);
    }

    private static Vector256<double> Present(ref double values, ref byte mask, bool masked, int row, ref Vector256<long> present)
    {
        var x = Vector256.LoadUnsafe(ref values, (nuint)row);
        var take = ~Vector256.Equals(x.AsInt64(), Vector256.Create(Nulls.Float64Bits));
        if (masked)
            take &= MaskLanes.Load(ref mask, row);
        present += take;
        return x & take.AsDouble();
    }

    private static double Fold(Span<double> lanes)
    {
        for (var width = lanes.Length / 2; width > 0; width /= 2)
            for (var i = 0; i < width; i++)
                lanes[i] = lanes[2 * i] + lanes[(2 * i) + 1];
        return lanes[0];
    }
}

/// <summary>Eight values of a number type as doubles.</summary>
internal interface ILanes<T>
    where T : unmanaged
{
    static abstract double ToDouble(T value);

    static abstract Vector512<double> ToDouble(Vector512<T> values);

    /// <summary>All bits set in the lanes of NULLs.</summary>
    static abstract Vector512<long> IsNull(Vector512<T> values);
}

internal readonly struct IntegerLanes : ILanes<long>
{
    public static double ToDouble(long value) => value;

    public static Vector512<double> ToDouble(Vector512<long> values) => Vector512.ConvertToDouble(values);

    public static Vector512<long> IsNull(Vector512<long> values) => Vector512.Equals(values, Vector512.Create(Nulls.Int64));
}

internal readonly struct DoubleLanes : ILanes<double>
{
    public static double ToDouble(double value) => value;

    public static Vector512<double> ToDouble(Vector512<double> values) => values;

    public static Vector512<long> IsNull(Vector512<double> values) => Vector512.Equals(values.AsInt64(), Vector512.Create(Nulls.Float64Bits));
}
