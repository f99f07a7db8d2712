using System.Numerics;
using System.Text;

namespace Zepto.Query.Tests.Aggregates;

/// <summary>What each aggregate means, by the plainest computation over the values of a group's rows in order of time.</summary>
internal static class AggregateModel
{
    public static object? Of(string function, object?[] x, object?[] y)
    {
        var present = x.OfType<object>().ToArray();
        var numbers = present.Select(v => v is string or null ? 0 : v is bool b ? (b ? 1.0 : 0.0) : Convert.ToDouble(v)).ToArray();
        switch (function)
        {
            case "count": return (long)present.Length;
            case "uniq": return (long)Distinct(present).Length;
            case "sum" when present is [double, ..]: return numbers.Sum();
            case "sum": return present.Length == 0 ? null : (long)present.Aggregate(BigInteger.Zero, (s, v) => s + Integer(v));
            case "avg": return present.Length == 0 ? null : present[0] is double ? numbers.Average() : (double)present.Aggregate(BigInteger.Zero, (s, v) => s + Integer(v)) / present.Length;
            case "min": return present.Length == 0 ? null : present.Aggregate((a, b) => Compare(b, a) < 0 ? b : a);
            case "max": return present.Length == 0 ? null : present.Aggregate((a, b) => Compare(b, a) > 0 ? b : a);
            case "first": return x.FirstOrDefault();
            case "last": return x.LastOrDefault();
            case "any": return present.FirstOrDefault();
            case "stddev" or "stddev_pop": return Variance(numbers, 0) is { } p ? Math.Sqrt(p) : null;
            case "stddev_samp": return Variance(numbers, 1) is { } s ? Math.Sqrt(s) : null;
            case "variance" or "var_pop": return Variance(numbers, 0);
            case "var_samp": return Variance(numbers, 1);
            case "median": return Quantile(numbers, 0.5);
            case "vwap": return Vwap(x, y);
            case "argMin": return Arg(x, y, -1);
            case "argMax": return Arg(x, y, 1);
            default: throw new ArgumentException(function);
        }
    }

    public static object[] Distinct(object[] values) => [.. values.Distinct()];

    public static object? Quantile(double[] values, double level)
    {
        if (values.Length == 0)
            return null;
        var sorted = values.OrderBy(v => v, Comparer<double>.Create((a, b) => Compare(a, b))).ToArray();
        var place = level * (sorted.Length - 1);
        var (lower, upper) = (sorted[(int)Math.Floor(place)], sorted[(int)Math.Ceiling(place)]);
        return lower.Equals(upper) ? lower : lower + (upper - lower) * (place - Math.Floor(place));
    }

    /// <summary>Order of values of one type: NaN is the greatest number, text goes by its bytes.</summary>
    public static int Compare(object a, object b) => (a, b) switch
    {
        (double x, double y) => double.IsNaN(x) ? (double.IsNaN(y) ? 0 : 1) : double.IsNaN(y) ? -1 : x.CompareTo(y),
        (string x, string y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y)),
        _ => ((IComparable)a).CompareTo(b),
    };

    /// <summary>Equal up to rounding; NULL, NaN and numbers are told apart.</summary>
    public static bool AreClose(object? expected, object? actual, double tolerance) => (expected, actual) switch
    {
        (double x, double y) => x.Equals(y) || Math.Abs(x - y) <= tolerance * Math.Max(1, Math.Abs(x)),
        _ => Equals(expected, actual),
    };

    private static BigInteger Integer(object value) => value is bool b ? b ? 1 : 0 : (long)value;

    private static double? Variance(double[] values, int lost)
    {
        if (values.Length <= lost)
            return null;
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - lost);
    }

    private static object? Vwap(object?[] prices, object?[] volumes)
    {
        double turnover = 0, volume = 0;
        for (var i = 0; i < prices.Length; i++)
        {
            if (prices[i] is null || volumes[i] is null)
                continue;
            turnover += Convert.ToDouble(prices[i]) * Convert.ToDouble(volumes[i]);
            volume += Convert.ToDouble(volumes[i]);
        }

        return volume == 0 ? null : turnover / volume;
    }

    private static object? Arg(object?[] values, object?[] by, int sign)
    {
        (object? Value, object? By) best = default;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not null && by[i] is { } key && (best.By is null || Compare(key, best.By) * sign > 0))
                best = (values[i], key);
        }

        return best.Value;
    }
}
