using System.Diagnostics;
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

    /// <summary>Sum of the values that are not NULL and their count; NaN makes the sum NaN.</summary>
    public static double Sum(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask, out long count)
    {
        Debug.Assert(mask.IsEmpty || mask.Length == values.Length);
        Span<double> lanes = stackalloc double[FloatLanes];
        lanes.Clear();
        count = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated && values.Length >= FloatLanes)
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
