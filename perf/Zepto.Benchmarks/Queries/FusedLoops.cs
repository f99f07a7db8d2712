using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Zepto.Benchmarks.Queries;

/// <summary>
/// Hand-written loops over plain arrays: eight rows a step, four steps in flight, one pass for everything a query needs. They know nothing of
/// NULL, types or plans, and so show what memory and arithmetic cost.
/// </summary>
internal static class FusedLoops
{
    private const int Lanes = 8;
    private const int Step = 4 * Lanes;

    public static long Sum(ReadOnlySpan<long> values)
    {
        ref var x = ref MemoryMarshal.GetReference(values);
        var (s0, s1, s2, s3) = (Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero);
        var i = 0;
        for (; i <= values.Length - Step; i += Step)
        {
            s0 += Load(ref x, i);
            s1 += Load(ref x, i + Lanes);
            s2 += Load(ref x, i + 2 * Lanes);
            s3 += Load(ref x, i + 3 * Lanes);
        }

        var sum = Vector512.Sum(s0 + s1 + s2 + s3);
        for (; i < values.Length; i++)
            sum += values[i];
        return sum;
    }

    /// <summary>Sums of x * y and of y.</summary>
    public static (long Products, long Weights) SumProducts(ReadOnlySpan<long> values, ReadOnlySpan<long> weights)
    {
        ref var x = ref MemoryMarshal.GetReference(values);
        ref var y = ref MemoryMarshal.GetReference(weights);
        var (p0, p1, w0, w1) = (Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero);
        var i = 0;
        for (; i <= values.Length - 2 * Lanes; i += 2 * Lanes)
        {
            var y0 = Load(ref y, i);
            var y1 = Load(ref y, i + Lanes);
            p0 += Load(ref x, i) * y0;
            p1 += Load(ref x, i + Lanes) * y1;
            w0 += y0;
            w1 += y1;
        }

        var products = Vector512.Sum(p0 + p1);
        var sum = Vector512.Sum(w0 + w1);
        for (; i < values.Length; i++)
        {
            products += values[i] * weights[i];
            sum += weights[i];
        }

        return (products, sum);
    }

    public static long CountGreater(ReadOnlySpan<long> values, long bound)
    {
        ref var x = ref MemoryMarshal.GetReference(values);
        var bounds = Vector512.Create(bound);
        var (c0, c1, c2, c3) = (Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero);
        var i = 0;
        for (; i <= values.Length - Step; i += Step)
        {
            c0 -= Vector512.GreaterThan(Load(ref x, i), bounds);
            c1 -= Vector512.GreaterThan(Load(ref x, i + Lanes), bounds);
            c2 -= Vector512.GreaterThan(Load(ref x, i + 2 * Lanes), bounds);
            c3 -= Vector512.GreaterThan(Load(ref x, i + 3 * Lanes), bounds);
        }

        var count = Vector512.Sum(c0 + c1 + c2 + c3);
        for (; i < values.Length; i++)
            count += values[i] > bound ? 1 : 0;
        return count;
    }

    /// <summary>Least and greatest price and sum of volumes.</summary>
    public static (long Low, long High, long Volume) Bar(ReadOnlySpan<long> prices, ReadOnlySpan<long> volumes)
    {
        ref var p = ref MemoryMarshal.GetReference(prices);
        ref var v = ref MemoryMarshal.GetReference(volumes);
        var lows = Vector512.Create(long.MaxValue);
        var highs = Vector512.Create(long.MinValue);
        var sums = Vector512<long>.Zero;
        var i = 0;
        for (; i <= prices.Length - Lanes; i += Lanes)
        {
            var price = Load(ref p, i);
            lows = Vector512.Min(lows, price);
            highs = Vector512.Max(highs, price);
            sums += Load(ref v, i);
        }

        var (low, high, volume) = (long.MaxValue, long.MinValue, Vector512.Sum(sums));
        for (var lane = 0; lane < Lanes; lane++)
        {
            low = Math.Min(low, lows[lane]);
            high = Math.Max(high, highs[lane]);
        }

        for (; i < prices.Length; i++)
        {
            low = Math.Min(low, prices[i]);
            high = Math.Max(high, prices[i]);
            volume += volumes[i];
        }

        return (low, high, volume);
    }

    /// <summary>Puts the greatest values into <paramref name="top"/>, which is ascending and holds the greatest of earlier calls.</summary>
    public static void KeepTop(ReadOnlySpan<long> values, Span<long> top)
    {
        ref var x = ref MemoryMarshal.GetReference(values);
        var i = 0;
        for (; i <= values.Length - 2 * Lanes; i += 2 * Lanes)
        {
            if (!Vector512.GreaterThanAny(Vector512.Max(Load(ref x, i), Load(ref x, i + Lanes)), Vector512.Create(top[0])))
                continue;
            foreach (var value in values.Slice(i, 2 * Lanes))
                Insert(value, top);
        }

        foreach (var value in values[i..])
            Insert(value, top);
    }

    /// <summary>Average of each value and up to <paramref name="width"/> - 1 before it.</summary>
    public static void MovingAverage(ReadOnlySpan<long> values, int width, Span<double> averages)
    {
        long sum = 0;
        var head = Math.Min(width, values.Length);
        for (var i = 0; i < head; i++)
        {
            sum += values[i];
            averages[i] = (double)sum / (i + 1);
        }

        var reciprocal = 1.0 / width;
        for (var i = head; i < values.Length; i++)
        {
            sum += values[i] - values[i - width];
            averages[i] = sum * reciprocal;
        }
    }

    /// <summary>Sum of the right value that is the last not after each left time, and how many left rows have one.</summary>
    public static (long Count, long Sum) AsofSum(ReadOnlySpan<long> leftTimes, ReadOnlySpan<long> rightTimes, ReadOnlySpan<long> rightValues)
    {
        long sum = 0;
        var right = 0;
        var first = 0;
        while (first < leftTimes.Length && (rightTimes.IsEmpty || leftTimes[first] < rightTimes[0]))
            first++;
        for (var left = first; left < leftTimes.Length; left++)
        {
            var time = leftTimes[left];
            while (right + 1 < rightTimes.Length && rightTimes[right + 1] <= time)
                right++;
            sum += rightValues[right];
        }

        return (leftTimes.Length - first, sum);
    }

    /// <summary>Index of the first time that is not before <paramref name="time"/>, from <paramref name="start"/> on.</summary>
    public static int LowerBound(ReadOnlySpan<long> times, int start, long time)
    {
        // Doubling steps first: bars are short beside the day.
        var step = 1;
        var low = start;
        while (low + step < times.Length && times[low + step] < time)
        {
            low += step;
            step *= 2;
        }

        var high = Math.Min(low + step, times.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (times[middle] < time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static void Insert(long value, Span<long> top)
    {
        if (value <= top[0])
            return;
        var i = 0;
        for (; i + 1 < top.Length && top[i + 1] < value; i++)
            top[i] = top[i + 1];
        top[i] = value;
    }

    private static Vector512<long> Load(ref long values, int index) => Vector512.LoadUnsafe(ref values, (nuint)index);
}
