namespace Zepto.Benchmarks.Reports;

/// <summary>Measurements of one thing, one a round.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public void Add(double value) => _values.Add(value);

    public int Count => _values.Count;

    /// <summary>The middle one, or the mean of the middle two; NaN without any.</summary>
    public double Median => MedianOf(_values);

    /// <summary>Greatest less least, as a fraction of the median: how far to trust it.</summary>
    public double Spread => _values.Count == 0 ? double.NaN : (_values.Max() - _values.Min()) / Median;

    /// <summary>The median of the rounds' own ratios; what slows the whole machine for a while weighs on both sides of one.</summary>
    /// <param name="other">Measurements of the same rounds.</param>
    public double RatioTo(Samples other) => MedianOf(_values.Zip(other._values, (mine, others) => mine / others));

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
