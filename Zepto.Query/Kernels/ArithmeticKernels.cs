using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Zepto.Storage.Schema;

namespace Zepto.Query.Kernels;

/// <summary>
/// + - * / over 8-byte values. An operand of length 1 with its scalar flag stands for every row and is never expanded. NULL operands give NULL;
/// <c>nulls</c> false promises there are none.
/// </summary>
internal static class ArithmeticKernels
{
    /// <summary>Integers; false when a result does not fit INT64 or equals its NULL (the target is then without meaning).</summary>
    public static bool TryApply<TOp>(
        ReadOnlySpan<long> left, bool leftScalar, ReadOnlySpan<long> right, bool rightScalar, bool nulls, Span<long> target)
        where TOp : struct, IIntegerOperation
    {
        Debug.Assert((leftScalar || left.Length == target.Length) && (rightScalar || right.Length == target.Length));
        var i = 0;
        long overflow = 0;
        if (Vector256.IsHardwareAccelerated && TOp.HasVector && target.Length >= 4)
        {
            ref var x = ref MemoryMarshal.GetReference(left);
            ref var y = ref MemoryMarshal.GetReference(right);
            ref var t = ref MemoryMarshal.GetReference(target);
            var none = Vector256.Create(Nulls.Int64);
            var overflows = Vector256<long>.Zero;
            for (; i <= target.Length - 4; i += 4)
            {
                var a = leftScalar ? Vector256.Create(x) : Vector256.LoadUnsafe(ref x, (nuint)i);
                var b = rightScalar ? Vector256.Create(y) : Vector256.LoadUnsafe(ref y, (nuint)i);
                var bad = Vector256<long>.Zero;
                var result = TOp.Apply(a, b, ref bad);
                bad |= Vector256.Equals(result, none);
                if (nulls)
                {
                    var isNull = Vector256.Equals(a, none) | Vector256.Equals(b, none);
                    bad = Vector256.AndNot(bad, isNull);
                    result = Vector256.ConditionalSelect(isNull, none, result);
                }

                overflows |= bad;
                result.StoreUnsafe(ref t, (nuint)i);
            }

            overflow = overflows.ExtractMostSignificantBits();
        }

        for (; i < target.Length; i++)
        {
            var a = left[leftScalar ? 0 : i];
            var b = right[rightScalar ? 0 : i];
            if (nulls && (a == Nulls.Int64 || b == Nulls.Int64))
            {
                target[i] = Nulls.Int64;
                continue;
            }

            var result = TOp.Apply(a, b, ref overflow);
            if (result == Nulls.Int64)
                overflow |= 1;
            target[i] = result;
        }

        return overflow == 0;
    }

    /// <summary>Doubles.</summary>
    public static void Apply<TOp>(
        ReadOnlySpan<double> left, bool leftScalar, ReadOnlySpan<double> right, bool rightScalar, bool nulls, Span<double> target)
        where TOp : struct, IFloatOperation
    {
        Debug.Assert((leftScalar || left.Length == target.Length) && (rightScalar || right.Length == target.Length));
        var i = 0;
        if (Vector256.IsHardwareAccelerated && target.Length >= 4)
        {
            ref var x = ref MemoryMarshal.GetReference(left);
            ref var y = ref MemoryMarshal.GetReference(right);
            ref var t = ref MemoryMarshal.GetReference(target);
            var none = Vector256.Create(Nulls.Float64Bits);
            for (; i <= target.Length - 4; i += 4)
            {
                var a = leftScalar ? Vector256.Create(x) : Vector256.LoadUnsafe(ref x, (nuint)i);
                var b = rightScalar ? Vector256.Create(y) : Vector256.LoadUnsafe(ref y, (nuint)i);
                var result = TOp.Apply(a, b);
                if (nulls)
                {
                    var isNull = Vector256.Equals(a.AsInt64(), none) | Vector256.Equals(b.AsInt64(), none);
                    result = Vector256.ConditionalSelect(isNull, none, result.AsInt64()).AsDouble();
                }

                result.StoreUnsafe(ref t, (nuint)i);
            }
        }

        for (; i < target.Length; i++)
        {
            var a = left[leftScalar ? 0 : i];
            var b = right[rightScalar ? 0 : i];
            target[i] = nulls && (Nulls.IsNull(a) || Nulls.IsNull(b)) ? Nulls.Float64 : TOp.Apply(a, b);
        }
    }

    /// <summary>Integers widened to doubles; NULL stays NULL.</summary>
    public static void ToFloat(ReadOnlySpan<long> values, bool nulls, Span<double> target)
    {
        Debug.Assert(target.Length >= values.Length);
        var i = 0;
        if (Vector256.IsHardwareAccelerated && values.Length >= 4)
        {
            ref var x = ref MemoryMarshal.GetReference(values);
            ref var t = ref MemoryMarshal.GetReference(target);
            var none = Vector256.Create(Nulls.Int64);
            for (; i <= values.Length - 4; i += 4)
            {
                var a = Vector256.LoadUnsafe(ref x, (nuint)i);
                var result = Vector256.ConvertToDouble(a);
                if (nulls)
                    result = Vector256.ConditionalSelect(Vector256.Equals(a, none).AsDouble(), Vector256.Create(Nulls.Float64Bits).AsDouble(), result);
                result.StoreUnsafe(ref t, (nuint)i);
            }
        }

        for (; i < values.Length; i++)
            target[i] = nulls && values[i] == Nulls.Int64 ? Nulls.Float64 : values[i];
    }
}

/// <summary>An integer operation that reports overflow by a non-zero word, or lanes with the sign bit set.</summary>
internal interface IIntegerOperation
{
    static abstract bool HasVector { get; }

    static abstract string Name { get; }

    static abstract long Apply(long x, long y, ref long overflow);

    static abstract Vector256<long> Apply(Vector256<long> x, Vector256<long> y, ref Vector256<long> overflow);
}

/// <summary>An operation on doubles.</summary>
internal interface IFloatOperation
{
    static abstract double Apply(double x, double y);

    static abstract Vector256<double> Apply(Vector256<double> x, Vector256<double> y);
}

internal readonly struct AddIntegers : IIntegerOperation
{
    public static bool HasVector => true;

    public static string Name => "addition";

    public static long Apply(long x, long y, ref long overflow)
    {
        var sum = unchecked(x + y);
        overflow |= ((x ^ sum) & (y ^ sum)) >>> 63;
        return sum;
    }

    public static Vector256<long> Apply(Vector256<long> x, Vector256<long> y, ref Vector256<long> overflow)
    {
        var sum = x + y;
        overflow |= (x ^ sum) & (y ^ sum);
        return sum;
    }
}

internal readonly struct SubtractIntegers : IIntegerOperation
{
    public static bool HasVector => true;

    public static string Name => "subtraction";

    public static long Apply(long x, long y, ref long overflow)
    {
        var difference = unchecked(x - y);
        overflow |= ((x ^ y) & (x ^ difference)) >>> 63;
        return difference;
    }

    public static Vector256<long> Apply(Vector256<long> x, Vector256<long> y, ref Vector256<long> overflow)
    {
        var difference = x - y;
        overflow |= (x ^ y) & (x ^ difference);
        return difference;
    }
}

/// <summary>Multiplication has no 64-bit vector form before AVX-512; one 128-bit product a row.</summary>
internal readonly struct MultiplyIntegers : IIntegerOperation
{
    public static bool HasVector => false;

    public static string Name => "multiplication";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Apply(long x, long y, ref long overflow)
    {
        var high = Math.BigMul(x, y, out long low);
        overflow |= high ^ (low >> 63);
        return low;
    }

    public static Vector256<long> Apply(Vector256<long> x, Vector256<long> y, ref Vector256<long> overflow) => throw new UnreachableException();
}

internal readonly struct AddFloats : IFloatOperation
{
    public static double Apply(double x, double y) => x + y;

    public static Vector256<double> Apply(Vector256<double> x, Vector256<double> y) => x + y;
}

internal readonly struct SubtractFloats : IFloatOperation
{
    public static double Apply(double x, double y) => x - y;

    public static Vector256<double> Apply(Vector256<double> x, Vector256<double> y) => x - y;
}

internal readonly struct MultiplyFloats : IFloatOperation
{
    public static double Apply(double x, double y) => x * y;

    public static Vector256<double> Apply(Vector256<double> x, Vector256<double> y) => x * y;
}

internal readonly struct DivideFloats : IFloatOperation
{
    public static double Apply(double x, double y) => x / y;

    public static Vector256<double> Apply(Vector256<double> x, Vector256<double> y) => x / y;
}
