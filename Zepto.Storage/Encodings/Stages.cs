using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zepto.Storage.Encodings;

/// <summary>What becomes of the number that a code stands for.</summary>
internal interface IStage
{
    /// <summary>One number.</summary>
    long One(long number);

    /// <summary>Four numbers.</summary>
    Vector256<long> Four(Vector256<long> numbers);

    /// <summary>Eight numbers.</summary>
    Vector512<long> Eight(Vector512<long> numbers);
}

/// <summary>The number is the value.</summary>
internal readonly struct IntegerStage : IStage
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long One(long number) => number;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<long> Four(Vector256<long> numbers) => numbers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<long> Eight(Vector512<long> numbers) => numbers;
}

/// <summary>The value is the number as a double.</summary>
internal readonly struct WholeStage : IStage
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long One(long number) => BitConverter.DoubleToInt64Bits(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<long> Four(Vector256<long> numbers) => Vector256.ConvertToDouble(numbers).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<long> Eight(Vector512<long> numbers) => Vector512.ConvertToDouble(numbers).AsInt64();
}

/// <summary>
/// The value is the double nearest to number / 10^places: by a product and its exact correction instead of a division, which takes several times as
/// long. Every step is one IEEE operation, so the bits are the same on every processor; the encoder keeps only blocks whose bits come back.
/// </summary>
internal readonly struct DecimalStage(int places) : IStage
{
    /// <summary>Most places.</summary>
    public const int MostPlaces = 15;

    private static readonly double[] Powers = [.. Enumerable.Range(0, MostPlaces + 1).Select(k => double.Parse($"1e{k}", CultureInfo.InvariantCulture))];
    private readonly double _power = Powers[places];
    private readonly double _reciprocal = 1 / Powers[places];

    /// <summary>10^places.</summary>
    public static double Power(int places) => Powers[places];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long One(long number)
    {
        var quotient = number * _reciprocal;
        return BitConverter.DoubleToInt64Bits(Math.FusedMultiplyAdd(Math.FusedMultiplyAdd(-quotient, _power, number), _reciprocal, quotient));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<long> Four(Vector256<long> numbers)
    {
        var dividend = Vector256.ConvertToDouble(numbers);
        var reciprocal = Vector256.Create(_reciprocal);
        var quotient = dividend * reciprocal;
        return Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(-quotient, Vector256.Create(_power), dividend), reciprocal, quotient).AsInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<long> Eight(Vector512<long> numbers)
    {
        var dividend = Vector512.ConvertToDouble(numbers);
        var reciprocal = Vector512.Create(_reciprocal);
        var quotient = dividend * reciprocal;
        return Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(-quotient, Vector512.Create(_power), dividend), reciprocal, quotient).AsInt64();
    }
}
