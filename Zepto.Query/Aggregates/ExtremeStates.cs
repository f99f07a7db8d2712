using System.Runtime.CompilerServices;
using Zepto.Query.Kernels;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>Order and kernels of one end of a type's values.</summary>
internal interface IExtreme<T>
    where T : unmanaged
{
    /// <summary>Whether <paramref name="x"/> goes before <paramref name="best"/>; neither is NULL.</summary>
    static abstract bool IsBetter(T x, T best);

    /// <summary>The extreme of the present values; NULL without any.</summary>
    static abstract T Of(ReadOnlySpan<T> values, ReadOnlySpan<byte> mask);
}

/// <summary>min and max: the extreme value so far, NULL before the first.</summary>
internal struct ExtremeState<TExtreme, T> : IColumnState<ExtremeState<TExtreme, T>, T, T>
    where TExtreme : struct, IExtreme<T>
    where T : unmanaged
{
    private T _best;

    public static ExtremeState<TExtreme, T> Empty => new() { _best = NullValue.Of<T>() };

    public void AddRange(ReadOnlySpan<T> values, ReadOnlySpan<byte> mask) => AddIfPresent(TExtreme.Of(values, mask));

    public void AddConstant(T value, long count) => Add(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T value)
    {
        if (NullValue.Is(_best) || TExtreme.IsBetter(value, _best))
            _best = value;
    }

    public void Merge(in ExtremeState<TExtreme, T> other) => AddIfPresent(other._best);

    public readonly T Result() => _best;

    private void AddIfPresent(T value)
    {
        if (!NullValue.Is(value))
            Add(value);
    }
}

internal readonly struct LeastInteger : IExtreme<long>
{
    public static bool IsBetter(long x, long best) => x < best;

    public static long Of(ReadOnlySpan<long> values, ReadOnlySpan<byte> mask) => RangeKernels.Min(values, mask);
}

internal readonly struct GreatestInteger : IExtreme<long>
{
    public static bool IsBetter(long x, long best) => x > best;

    public static long Of(ReadOnlySpan<long> values, ReadOnlySpan<byte> mask) => RangeKernels.Max(values, mask);
}

/// <summary>NaN is the greatest double.</summary>
internal readonly struct LeastFloat : IExtreme<double>
{
    public static bool IsBetter(double x, double best) => x < best || (double.IsNaN(best) && !double.IsNaN(x));

    public static double Of(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask) => RangeKernels.Min(values, mask);
}

/// <inheritdoc cref="LeastFloat"/>
internal readonly struct GreatestFloat : IExtreme<double>
{
    public static bool IsBetter(double x, double best) => x > best || (double.IsNaN(x) && !double.IsNaN(best));

    public static double Of(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask) => RangeKernels.Max(values, mask);
}

/// <summary>false is below true.</summary>
internal readonly struct LeastBool : IExtreme<byte>
{
    public static bool IsBetter(byte x, byte best) => x < best;

    public static byte Of(ReadOnlySpan<byte> values, ReadOnlySpan<byte> mask) =>
        BoolSearch.Contains(values, mask, 0) ? (byte)0 : BoolSearch.Contains(values, mask, 1) ? (byte)1 : Nulls.Bool;
}

/// <inheritdoc cref="LeastBool"/>
internal readonly struct GreatestBool : IExtreme<byte>
{
    public static bool IsBetter(byte x, byte best) => x > best;

    public static byte Of(ReadOnlySpan<byte> values, ReadOnlySpan<byte> mask) =>
        BoolSearch.Contains(values, mask, 1) ? (byte)1 : BoolSearch.Contains(values, mask, 0) ? (byte)0 : Nulls.Bool;
}

internal static class BoolSearch
{
    /// <summary>Whether a value is among the rows that the mask takes.</summary>
    public static bool Contains(ReadOnlySpan<byte> values, ReadOnlySpan<byte> mask, byte value)
    {
        if (mask.IsEmpty)
            return values.Contains(value);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] == value && mask[i] == 1)
                return true;
        }

        return false;
    }
}
