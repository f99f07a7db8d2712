using Zepto.Query.Execution.Windows;
using Zepto.Query.Kernels;

namespace Zepto.Query.Aggregates;

/// <summary>Which measure of spread is wanted.</summary>
internal interface ISpread
{
    /// <summary>How a result comes from the moments.</summary>
    static abstract VarianceFold Fold { get; }
}

internal readonly struct PopulationVariance : ISpread
{
    public static VarianceFold Fold => new(0, root: false);
}

internal readonly struct SampleVariance : ISpread
{
    public static VarianceFold Fold => new(1, root: false);
}

internal readonly struct PopulationDeviation : ISpread
{
    public static VarianceFold Fold => new(0, root: true);
}

internal readonly struct SampleDeviation : ISpread
{
    public static VarianceFold Fold => new(1, root: true);
}

/// <summary>Variance and standard deviation: moments of each run of values about its own mean, joined as the window functions join theirs.</summary>
internal struct VarianceState<TSpread> : IColumnState<VarianceState<TSpread>, double, double>
    where TSpread : struct, ISpread
{
    private Moments _moments;

    public static VarianceState<TSpread> Empty => default;

    public void AddRange(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask)
    {
        var sum = SumKernels.Sum(values, mask, out var count);
        if (count == 0)
            return;
        var mean = sum / count;
        Join(new Moments { Count = count, Mean = mean, Squares = MomentKernels.SumSquares(values, mask, mean) });
    }

    // The distance from itself is 0, but NaN for a value that is not finite.
    public void AddConstant(double value, long count) => Join(new Moments { Count = count, Mean = value, Squares = value - value });

    public void Add(double value)
    {
        _moments.Count++;
        var distance = value - _moments.Mean;
        _moments.Mean += distance / _moments.Count;
        _moments.Squares += distance * (value - _moments.Mean);
    }

    public void Merge(in VarianceState<TSpread> other) => Join(other._moments);

    public readonly double Result() => TSpread.Fold.Result(_moments);

    private void Join(in Moments moments) => _moments = TSpread.Fold.Combine(_moments, moments);
}
