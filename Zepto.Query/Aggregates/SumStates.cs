using Zepto.Query.Kernels;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>An exact sum of integers and how many there are.</summary>
internal struct IntegerTotal
{
    public Int128 Sum;
    public long Count;

    public void AddRange(ReadOnlySpan<long> values, ReadOnlySpan<byte> mask)
    {
        Sum += SumKernels.Sum(values, mask, out var count);
        Count += count;
    }

    public void AddConstant(long value, long count)
    {
        Sum += (Int128)value * count;
        Count += count;
    }

    public void Add(long value)
    {
        Sum += value;
        Count++;
    }

    public void Merge(in IntegerTotal other)
    {
        Sum += other.Sum;
        Count += other.Count;
    }
}

/// <summary>A sum of doubles and how many there are.</summary>
internal struct FloatTotal
{
    public double Sum;
    public long Count;

    public void AddRange(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask)
    {
        Sum += SumKernels.Sum(values, mask, out var count);
        Count += count;
    }

    public void AddConstant(double value, long count)
    {
        Sum += value * count;
        Count += count;
    }

    public void Add(double value)
    {
        Sum += value;
        Count++;
    }

    public void Merge(in FloatTotal other)
    {
        Sum += other.Sum;
        Count += other.Count;
    }
}

/// <summary>sum of integers: exact, an error when the result does not fit INT64; NULL without values.</summary>
internal struct IntegerSum : IColumnState<IntegerSum, long, long>
{
    private IntegerTotal _total;

    public static IntegerSum Empty => default;

    public void AddRange(ReadOnlySpan<long> values, ReadOnlySpan<byte> mask) => _total.AddRange(values, mask);

    public void AddConstant(long value, long count) => _total.AddConstant(value, count);

    public void Add(long value) => _total.Add(value);

    public void Merge(in IntegerSum other) => _total.Merge(other._total);

    public readonly long Result()
    {
        if (_total.Count == 0)
            return Nulls.Int64;
        // The least INT64 stands for NULL.
        if (_total.Sum > long.MaxValue || _total.Sum <= long.MinValue)
            throw SqlException.Value("Integer overflow in sum");
        return (long)_total.Sum;
    }
}

/// <summary>sum of floats; NULL without values.</summary>
internal struct FloatSum : IColumnState<FloatSum, double, double>
{
    private FloatTotal _total;

    public static FloatSum Empty => default;

    public void AddRange(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask) => _total.AddRange(values, mask);

    public void AddConstant(double value, long count) => _total.AddConstant(value, count);

    public void Add(double value) => _total.Add(value);

    public void Merge(in FloatSum other) => _total.Merge(other._total);

    public readonly double Result() => _total.Count == 0 ? Nulls.Float64 : _total.Sum;
}

/// <summary>avg of integers: summed exactly before the division; NULL without values.</summary>
internal struct IntegerAverage : IColumnState<IntegerAverage, long, double>
{
    private IntegerTotal _total;

    public static IntegerAverage Empty => default;

    public void AddRange(ReadOnlySpan<long> values, ReadOnlySpan<byte> mask) => _total.AddRange(values, mask);

    public void AddConstant(long value, long count) => _total.AddConstant(value, count);

    public void Add(long value) => _total.Add(value);

    public void Merge(in IntegerAverage other) => _total.Merge(other._total);

    public readonly double Result() => _total.Count == 0 ? Nulls.Float64 : (double)_total.Sum / _total.Count;
}

/// <summary>avg of floats; NULL without values.</summary>
internal struct FloatAverage : IColumnState<FloatAverage, double, double>
{
    private FloatTotal _total;

    public static FloatAverage Empty => default;

    public void AddRange(ReadOnlySpan<double> values, ReadOnlySpan<byte> mask) => _total.AddRange(values, mask);

    public void AddConstant(double value, long count) => _total.AddConstant(value, count);

    public void Add(double value) => _total.Add(value);

    public void Merge(in FloatAverage other) => _total.Merge(other._total);

    public readonly double Result() => _total.Count == 0 ? Nulls.Float64 : _total.Sum / _total.Count;
}
