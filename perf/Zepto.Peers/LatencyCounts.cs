namespace Zepto.Peers;

/// <summary>Counts of latencies in tenths of a microsecond up to 100 ms, longer ones in the last.</summary>
internal sealed class LatencyCounts
{
    private const double StepUs = 0.1;

    private readonly int[] _counts = new int[1_000_000];
    private long _total;

    public void Add(TimeSpan latency)
    {
        _counts[(int)Math.Min(latency.TotalMicroseconds / StepUs, _counts.Length - 1)]++;
        _total++;
    }

    /// <summary>The latency in microseconds that this fraction of the requests did not exceed.</summary>
    public double Quantile(double fraction)
    {
        var below = (long)(_total * fraction);
        var step = 0;
        for (; step < _counts.Length - 1 && below >= _counts[step]; step++)
            below -= _counts[step];
        return step * StepUs;
    }
}
