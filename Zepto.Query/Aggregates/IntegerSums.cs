using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>Exact sums of 64-bit integers.</summary>
internal static class IntegerSums
{
    /// <summary>
    /// Sum of values without NULLs. High and low halves are summed apart in 64-bit lanes: neither can wrap within 2^31 values, so the fast loop needs
    /// no overflow check.
    /// </summary>
    public static Int128 Of(ReadOnlySpan<long> values)
    {
        var vectors = MemoryMarshal.Cast<long, Vector256<long>>(values);
        var low = Vector256<ulong>.Zero;
        var high = Vector256<long>.Zero;
        var mask = Vector256.Create(0xFFFF_FFFFUL);
        foreach (var vector in vectors)
        {
            low += vector.AsUInt64() & mask;
            // Sign-extends the upper halves: AVX2 has no 64-bit arithmetic shift, so the odd 32-bit lanes are widened by hand.
            high += UpperHalves(vector);
        }

        var sum = ((Int128)Vector256.Sum(high) << 32) + Vector256.Sum(low);
        foreach (var value in values[(vectors.Length * Vector256<long>.Count)..])
            sum += value;
        return sum;
    }

    /// <summary>Sum of the values that are not NULL.</summary>
    public static Int128 OfPresent(ReadOnlySpan<long> values)
    {
        Int128 sum = 0;
        foreach (var value in values)
        {
            if (value != Nulls.Int64)
                sum += value;
        }

        return sum;
    }

    private static Vector256<long> UpperHalves(Vector256<long> vector)
    {
        var sign = Vector256.LessThan(vector, Vector256<long>.Zero) & Vector256.Create(unchecked((long)0xFFFF_FFFF_0000_0000));
        return (vector.AsUInt64() >>> 32).AsInt64() | sign;
    }
}
