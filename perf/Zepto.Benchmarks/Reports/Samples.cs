namespace Zepto.Benchmarks.Reports;

/// <summary>Measurements of one thing, one a round.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public void Add(double value) => _values.Add(value);

    public int Count => _values.Count;

    /// <summary>The middle one, or the mean of the middle two; NaN without any.</summary>
    public double Median
    {
        get
        {
            if (_values.Count == 0)
                return double.NaN;
            var sorted = _values.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>Greatest less least, as a fraction of the median: how far to trust it.</summary>
    public double Spread => _values.Count == 0 ? double.NaN : (_values.Max() - _values.Min()) / Median;
}
