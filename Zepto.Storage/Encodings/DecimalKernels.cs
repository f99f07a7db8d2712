using System.Runtime.Intrinsics;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Encodings;

/// <summary>
/// Integers to doubles that are decimals of a few places: n / 10^k rounded once, by a product and its exact correction instead of a division, which
/// takes several times as long. Every step is one IEEE operation, so the bits are the same on every processor; the encoder keeps only blocks
/// whose bits come back.
/// </summary>
internal static unsafe class DecimalKernels
{
    /// <summary>Most places.</summary>
    public const int MostPlaces = 15;

    private static readonly double[] Powers = [.. Enumerable.Range(0, MostPlaces + 1).Select(k => double.Parse($"1e{k}", System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>10^places.</summary>
    public static double Power(int places) => Powers[places];

    /// <summary>One number.</summary>
    public static double One(long number, int places)
    {
        if (number == Nulls.Int64)
            return Nulls.Float64;
        var power = Powers[places];
        return Divide(number, power, 1 / power);
    }

    /// <summary>Turns INT64 in place into FLOAT64, NULL into NULL.</summary>
    public static void Decode(long* values, int count, int places)
    {
        var power = Powers[places];
        var reciprocal = 1 / power;
        var done = Vector512.IsHardwareAccelerated ? Decode512(values, count, power, reciprocal) : Vector256.IsHardwareAccelerated ? Decode256(values, count, power, reciprocal) : 0;
        DecodeScalar(values, done, count, power, reciprocal);
    }

    /// <summary>As <see cref="Decode"/>, one by one.</summary>
    internal static void DecodeScalar(long* values, int first, int count, double power, double reciprocal)
    {
        for (var i = first; i < count; i++)
            ((double*)values)[i] = values[i] == Nulls.Int64 ? Nulls.Float64 : Divide(values[i], power, reciprocal);
    }

    private static double Divide(double number, double power, double reciprocal)
    {
        var quotient = number * reciprocal;
        return Math.FusedMultiplyAdd(Math.FusedMultiplyAdd(-quotient, power, number), reciprocal, quotient);
    }

    private static int Decode512(long* values, int count, double power, double reciprocal)
    {
        var (powers, reciprocals) = (Vector512.Create(power), Vector512.Create(reciprocal));
        var (nullNumber, absent) = (Vector512.Create(Nulls.Int64), Vector512.Create(Nulls.Float64Bits));
        var i = 0;
        for (; i <= count - 8; i += 8)
        {
            var integers = Vector512.Load(values + i);
            var numbers = Vector512.ConvertToDouble(integers);
            var quotient = numbers * reciprocals;
            var exact = Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(-quotient, powers, numbers), reciprocals, quotient);
            Vector512.ConditionalSelect(Vector512.Equals(integers, nullNumber), absent, exact.AsInt64()).Store(values + i);
        }

        return i;
    }

    private static int Decode256(long* values, int count, double power, double reciprocal)
    {
        var (powers, reciprocals) = (Vector256.Create(power), Vector256.Create(reciprocal));
        var (nullNumber, absent) = (Vector256.Create(Nulls.Int64), Vector256.Create(Nulls.Float64Bits));
        var i = 0;
        for (; i <= count - 4; i += 4)
        {
            var integers = Vector256.Load(values + i);
            var numbers = Vector256.ConvertToDouble(integers);
            var quotient = numbers * reciprocals;
            var exact = Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(-quotient, powers, numbers), reciprocals, quotient);
            Vector256.ConditionalSelect(Vector256.Equals(integers, nullNumber), absent, exact.AsInt64()).Store(values + i);
        }

        return i;
    }
}
