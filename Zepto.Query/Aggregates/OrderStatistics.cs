namespace Zepto.Query.Aggregates;

/// <summary>Order statistics.</summary>
internal static class OrderStatistics
{
    private const int SmallRange = 24;

    /// <summary>Rearranges the values so that the one at <paramref name="index"/> stands where sorting would put it, none before it above and none after it below.</summary>
    public static long Select(Span<long> values, int index)
    {
        var (low, high) = (0, values.Length - 1);
        // Each good pivot halves the range; when many are bad the rest is sorted.
        var patience = 2 * (int)Math.Log2(values.Length + 1);
        while (high - low > SmallRange && patience-- > 0)
        {
            var pivot = Median(values[low], values[low + (high - low) / 2], values[high]);
            var (left, right) = (low, high);
            while (left <= right)
            {
                while (values[left] < pivot)
                    left++;
                while (values[right] > pivot)
                    right--;
                if (left > right)
                    break;
                (values[left], values[right]) = (values[right], values[left]);
                left++;
                right--;
            }

            if (index <= right)
                high = right;
            else if (index >= left)
                low = left;
            else
                return values[index];
        }

        values[low..(high + 1)].Sort();
        return values[index];
    }

    /// <summary>Linear interpolation between the two values nearest to a level of 0..1; at least one value; they are rearranged.</summary>
    public static (long Lower, long Upper, double Share) Quantile(Span<long> values, double level)
    {
        var place = level * (values.Length - 1);
        var index = (int)Math.Floor(place);
        var lower = Select(values, index);
        if (index + 1 >= values.Length || place == index)
            return (lower, lower, 0);
        var upper = long.MaxValue;
        foreach (var value in values[(index + 1)..])
            upper = Math.Min(upper, value);
        return (lower, upper, place - index);
    }

    private static long Median(long a, long b, long c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
