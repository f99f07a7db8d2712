using System.Runtime.CompilerServices;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>A sum and how many values are in it.</summary>
internal struct FloatSum
{
    public double Sum;
    public long Count;
}

/// <summary>Shared by sum and avg of FLOAT64: NULLs add nothing.</summary>
internal static class FloatSums
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatSum Of(double value) => Nulls.IsNull(value) ? default : new FloatSum { Sum = value, Count = 1 };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatSum Combine(FloatSum earlier, FloatSum later) =>
        new() { Sum = earlier.Sum + later.Sum, Count = earlier.Count + later.Count };
}

/// <summary>sum of FLOAT64.</summary>
internal readonly struct SumFold : IFold<double, FloatSum, double>
{
    public FloatSum Empty => default;

    public FloatSum Of(double value) => FloatSums.Of(value);

    public FloatSum Combine(FloatSum earlier, FloatSum later) => FloatSums.Combine(earlier, later);

    public double Result(FloatSum state) => state.Count == 0 ? Nulls.Float64 : state.Sum;
}

/// <summary>avg of FLOAT64.</summary>
internal readonly struct AverageFold : IFold<double, FloatSum, double>
{
    public FloatSum Empty => default;

    public FloatSum Of(double value) => FloatSums.Of(value);

    public FloatSum Combine(FloatSum earlier, FloatSum later) => FloatSums.Combine(earlier, later);

    public double Result(FloatSum state) => state.Count == 0 ? Nulls.Float64 : state.Sum / state.Count;
}

/// <summary>Count, mean and sum of squared distances from the mean.</summary>
internal struct Moments
{
    public long Count;
    public double Mean;
    public double Squares;
}

/// <summary>Variance and standard deviation; runs are joined by the formula of Chan, Golub and LeVeque, which does not cancel.</summary>
/// <param name="lost">Degrees of freedom lost: 0 for a population, 1 for a sample.</param>
/// <param name="root">The standard deviation is wanted.</param>
internal readonly struct VarianceFold(int lost, bool root) : IFold<double, Moments, double>
{
    public Moments Empty => default;

    public Moments Of(double value) => Nulls.IsNull(value) ? default : new Moments { Count = 1, Mean = value };

    public Moments Combine(Moments earlier, Moments later)
    {
        if (earlier.Count == 0)
            return later;
        if (later.Count == 0)
            return earlier;
        var count = earlier.Count + later.Count;
        var share = (double)later.Count / count;
        var distance = later.Mean - earlier.Mean;
        return new Moments
        {
            Count = count,
            Mean = earlier.Mean + (distance * share),
            Squares = earlier.Squares + later.Squares + (distance * distance * share * earlier.Count),
        };
    }

    public double Result(Moments state)
    {
        if (state.Count <= lost)
            return Nulls.Float64;
        // The distance from an infinity cannot be told, however the runs were joined.
        if (!double.IsFinite(state.Mean))
            return double.NaN;
        var variance = state.Squares / (state.Count - lost);
        return root ? Math.Sqrt(variance) : variance;
    }
}
