using System.Globalization;

namespace Zepto.Query.Tests.Execution.Aggregation;

/// <summary>One row of the tests' table. Time rises; Sequence is the arrival number, a permutation.</summary>
internal sealed record ModelRow(long Time, string Code, string? Name, long? Key, long? X, double? F, bool? B, string? Text, long Sequence);

/// <summary>The aggregates as plain LINQ over the rows of a group.</summary>
internal static class AggregateModel
{
    public static object? Count(IEnumerable<ModelRow> rows, Func<ModelRow, object?> value) => (long)rows.Count(r => value(r) is not null);

    public static object? Sum(IEnumerable<long> values) => values.Any() ? (long)values.Aggregate((Int128)0, (sum, v) => sum + v) : null;

    public static object? Sum(IEnumerable<double> values) => values.Any() ? values.Sum() : null;

    public static object? Average(IEnumerable<double> values) => values.Any() ? values.Average() : null;

    public static object? Vwap(IEnumerable<(double Price, double Volume)> values) =>
        values.Sum(v => v.Volume) is var volume && volume == 0 ? null : values.Sum(v => v.Price * v.Volume) / volume;

    public static object? Variance(IEnumerable<double> values, int lost)
    {
        var all = values.ToArray();
        if (all.Length <= lost)
            return null;
        var mean = all.Average();
        return all.Sum(v => (v - mean) * (v - mean)) / (all.Length - lost);
    }

    /// <summary>NaN is the greatest, text orders by its bytes.</summary>
    public static object? Extreme(IEnumerable<object?> values, bool isMax)
    {
        object? best = null;
        foreach (var value in values)
        {
            if (value is not null && (best is null || (isMax ? Compare(value, best) > 0 : Compare(value, best) < 0)))
                best = value;
        }

        return best;
    }

    public static object? Edge(IEnumerable<ModelRow> rows, Func<ModelRow, object?> value, bool isLast)
    {
        var ordered = rows.OrderBy(r => r.Time).ThenBy(r => r.Sequence).ToArray();
        return ordered.Length == 0 ? null : value(isLast ? ordered[^1] : ordered[0]);
    }

    public static object? Quantile(IEnumerable<double> values, double level)
    {
        var sorted = values.OrderBy(v => v, Comparer<double>.Create((a, b) => Compare(a, b))).ToArray();
        if (sorted.Length == 0)
            return null;
        var at = level * (sorted.Length - 1);
        var low = sorted[(int)at];
        var high = sorted[Math.Min((int)at + 1, sorted.Length - 1)];
        return at == (int)at || low == high ? low : low + ((high - low) * (at - (int)at));
    }

    public static object? AtExtreme(IEnumerable<ModelRow> rows, Func<ModelRow, object?> value, Func<ModelRow, object?> by, bool isMax)
    {
        var kept = rows.Where(r => value(r) is not null && by(r) is not null).ToArray();
        var best = Extreme(kept.Select(by), isMax);
        return best is null ? null : value(kept.First(r => Compare(by(r)!, best) == 0));
    }

    /// <summary>Equal keys give equal texts: -0 and 0 are one, all NaNs are one.</summary>
    public static string KeyText(IEnumerable<object?> keys) => string.Join('|', keys.Select(k => k switch
    {
        null => "NULL",
        double d => (d + 0.0 == 0 ? 0 : d).ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(k, CultureInfo.InvariantCulture),
    }));

    private static int Compare(object a, object b) => (a, b) switch
    {
        (double x, double y) => double.IsNaN(x) ? double.IsNaN(y) ? 0 : 1 : double.IsNaN(y) ? -1 : x.CompareTo(y),
        (string x, string y) => System.Text.Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(y)),
        _ => Comparer<object>.Default.Compare(a, b),
    };
}
