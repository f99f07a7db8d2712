using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Zepto.Query.Kernels;

/// <summary>
/// Comparisons of 8- and 4-byte values into byte masks: 0, 1, or 2 where an operand is NULL. Doubles are ordered as a total order: NaN equals
/// NaN and is greater than every number. Three primitives and their complements give all six comparisons.
/// </summary>
internal static class CompareKernels
{
    private const int BlockRows = 32;

    /// <summary>Each value with one scalar, which is not NULL. <paramref name="nulls"/> false promises that no value is NULL.</summary>
    public static void Compare(ReadOnlySpan<long> values, long scalar, Comparison comparison, bool nulls, Span<byte> mask) =>
        Dispatch<long, EqualInteger<long>, LessInteger<long>, LessOrEqualInteger<long>>(values, new ReadOnlySpan<long>(in scalar), true, comparison, nulls, mask);

    /// <inheritdoc cref="Compare(ReadOnlySpan{long}, long, Comparison, bool, Span{byte})"/>
    public static void Compare(ReadOnlySpan<double> values, double scalar, Comparison comparison, bool nulls, Span<byte> mask) =>
        Dispatch<double, EqualFloat, LessFloat, LessOrEqualFloat>(values, new ReadOnlySpan<double>(in scalar), true, comparison, nulls, mask);

    /// <inheritdoc cref="Compare(ReadOnlySpan{long}, long, Comparison, bool, Span{byte})"/>
    public static void Compare(ReadOnlySpan<int> codes, int scalar, Comparison comparison, bool nulls, Span<byte> mask) =>
        Dispatch<int, EqualInteger<int>, LessInteger<int>, LessOrEqualInteger<int>>(codes, new ReadOnlySpan<int>(in scalar), true, comparison, nulls, mask);

    /// <summary>Row by row; both sides have the mask's length.</summary>
    public static void Compare(ReadOnlySpan<long> left, ReadOnlySpan<long> right, Comparison comparison, bool nulls, Span<byte> mask) =>
        Dispatch<long, EqualInteger<long>, LessInteger<long>, LessOrEqualInteger<long>>(left, right, false, comparison, nulls, mask);

    /// <inheritdoc cref="Compare(ReadOnlySpan{long}, ReadOnlySpan{long}, Comparison, bool, Span{byte})"/>
    public static void Compare(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Comparison comparison, bool nulls, Span<byte> mask) =>
        Dispatch<double, EqualFloat, LessFloat, LessOrEqualFloat>(left, right, false, comparison, nulls, mask);

    /// <inheritdoc cref="Compare(ReadOnlySpan{long}, ReadOnlySpan{long}, Comparison, bool, Span{byte})"/>
    public static void Compare(ReadOnlySpan<int> left, ReadOnlySpan<int> right, Comparison comparison, bool nulls, Span<byte> mask) =>
        Dispatch<int, EqualInteger<int>, LessInteger<int>, LessOrEqualInteger<int>>(left, right, false, comparison, nulls, mask);

    /// <summary>1 where a value is NULL, else 0.</summary>
    public static void IsNull(ReadOnlySpan<long> values, Span<byte> mask)
    {
        var none = NullValue.Of<long>();
        Run<long, EqualInteger<long>>(values, new ReadOnlySpan<long>(in none), true, 0, false, mask);
    }

    /// <inheritdoc cref="IsNull(ReadOnlySpan{long}, Span{byte})"/>
    public static void IsNull(ReadOnlySpan<double> values, Span<byte> mask) => IsNull(MemoryMarshal.Cast<double, long>(values), NullValue.Of<double>(), mask);

    /// <inheritdoc cref="IsNull(ReadOnlySpan{long}, Span{byte})"/>
    public static void IsNull(ReadOnlySpan<int> codes, Span<byte> mask)
    {
        var none = 0;
        Run<int, EqualInteger<int>>(codes, new ReadOnlySpan<int>(in none), true, 0, false, mask);
    }

    private static void IsNull(ReadOnlySpan<long> bits, double none, Span<byte> mask)
    {
        var noneBits = BitConverter.DoubleToInt64Bits(none);
        Run<long, EqualInteger<long>>(bits, new ReadOnlySpan<long>(in noneBits), true, 0, false, mask);
    }

    private static void Dispatch<T, TEqual, TLess, TLessOrEqual>(
        ReadOnlySpan<T> left, ReadOnlySpan<T> right, bool scalar, Comparison comparison, bool nulls, Span<byte> mask)
        where T : unmanaged
        where TEqual : struct, IComparison<T>
        where TLess : struct, IComparison<T>
        where TLessOrEqual : struct, IComparison<T>
    {
        switch (comparison)
        {
            case Comparison.Equal: Run<T, TEqual>(left, right, scalar, 0, nulls, mask); break;
            case Comparison.NotEqual: Run<T, TEqual>(left, right, scalar, 1, nulls, mask); break;
            case Comparison.Less: Run<T, TLess>(left, right, scalar, 0, nulls, mask); break;
            case Comparison.GreaterOrEqual: Run<T, TLess>(left, right, scalar, 1, nulls, mask); break;
            case Comparison.LessOrEqual: Run<T, TLessOrEqual>(left, right, scalar, 0, nulls, mask); break;
            default: Run<T, TLessOrEqual>(left, right, scalar, 1, nulls, mask); break;
        }
    }

    private static void Run<T, TOp>(ReadOnlySpan<T> left, ReadOnlySpan<T> right, bool scalar, byte flip, bool nulls, Span<byte> mask)
        where T : unmanaged
        where TOp : struct, IComparison<T>
    {
        Debug.Assert(mask.Length >= left.Length && (scalar || right.Length == left.Length));
        mask = mask[..left.Length];
        var i = 0;
        if (Vector256.IsHardwareAccelerated && left.Length >= BlockRows)
        {
            ref var x = ref MemoryMarshal.GetReference(left);
            ref var y = ref MemoryMarshal.GetReference(right);
            ref var m = ref MemoryMarshal.GetReference(mask);
            var flips = Vector256.Create(flip);
            for (; i <= left.Length - BlockRows; i += BlockRows)
            {
                var result = (Block<T, TOp>(ref Unsafe.Add(ref x, i), ref scalar ? ref y : ref Unsafe.Add(ref y, i), scalar) & Vector256<byte>.One) ^ flips;
                if (nulls)
                {
                    var isNull = NullBlock(ref Unsafe.Add(ref x, i));
                    if (!scalar)
                        isNull |= NullBlock(ref Unsafe.Add(ref y, i));
                    result = Vector256.ConditionalSelect(isNull, Vector256.Create((byte)2), result);
                }

                result.StoreUnsafe(ref m, (nuint)i);
            }
        }

        for (; i < left.Length; i++)
        {
            var y = right[scalar ? 0 : i];
            mask[i] = nulls && (NullValue.Is(left[i]) || NullValue.Is(y)) ? (byte)2 : (byte)((TOp.Test(left[i], y) ? 1 : 0) ^ flip);
        }
    }

    // 32 results of 0 or 255.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Block<T, TOp>(ref T x, ref T y, bool scalar)
        where T : unmanaged
        where TOp : struct, IComparison<T>
    {
        if (Unsafe.SizeOf<T>() == 8)
        {
            return Vector256.Narrow(
                Vector256.Narrow(Pair<T, TOp>(ref x, ref y, 0, scalar), Pair<T, TOp>(ref x, ref y, 8, scalar)),
                Vector256.Narrow(Pair<T, TOp>(ref x, ref y, 16, scalar), Pair<T, TOp>(ref x, ref y, 24, scalar))).AsByte();
        }

        return Vector256.Narrow(
            Vector256.Narrow(One<T, TOp>(ref x, ref y, 0, scalar).AsInt32(), One<T, TOp>(ref x, ref y, 8, scalar).AsInt32()),
            Vector256.Narrow(One<T, TOp>(ref x, ref y, 16, scalar).AsInt32(), One<T, TOp>(ref x, ref y, 24, scalar).AsInt32())).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Pair<T, TOp>(ref T x, ref T y, int offset, bool scalar)
        where T : unmanaged
        where TOp : struct, IComparison<T> =>
        Vector256.Narrow(One<T, TOp>(ref x, ref y, offset, scalar).AsInt64(), One<T, TOp>(ref x, ref y, offset + 4, scalar).AsInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> One<T, TOp>(ref T x, ref T y, int offset, bool scalar)
        where T : unmanaged
        where TOp : struct, IComparison<T> =>
        TOp.Test(Vector256.LoadUnsafe(ref x, (nuint)offset), scalar ? Vector256.Create(y) : Vector256.LoadUnsafe(ref y, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> NullBlock<T>(ref T x) where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() == 8)
        {
            var none = Unsafe.BitCast<T, long>(NullValue.Of<T>());
            return Block<long, EqualInteger<long>>(ref Unsafe.As<T, long>(ref x), ref none, true);
        }

        var zero = 0;
        return Block<int, EqualInteger<int>>(ref Unsafe.As<T, int>(ref x), ref zero, true);
    }
}

/// <summary>One primitive comparison, for a pair and for a vector of pairs; a vector lane is all ones or zero.</summary>
internal interface IComparison<T> where T : unmanaged
{
    static abstract bool Test(T x, T y);

    static abstract Vector256<T> Test(Vector256<T> x, Vector256<T> y);
}

internal readonly struct EqualInteger<T> : IComparison<T> where T : unmanaged, IBinaryInteger<T>
{
    public static bool Test(T x, T y) => x == y;

    public static Vector256<T> Test(Vector256<T> x, Vector256<T> y) => Vector256.Equals(x, y);
}

internal readonly struct LessInteger<T> : IComparison<T> where T : unmanaged, IBinaryInteger<T>
{
    public static bool Test(T x, T y) => x < y;

    public static Vector256<T> Test(Vector256<T> x, Vector256<T> y) => Vector256.LessThan(x, y);
}

internal readonly struct LessOrEqualInteger<T> : IComparison<T> where T : unmanaged, IBinaryInteger<T>
{
    public static bool Test(T x, T y) => x <= y;

    public static Vector256<T> Test(Vector256<T> x, Vector256<T> y) => ~Vector256.GreaterThan(x, y);
}

internal readonly struct EqualFloat : IComparison<double>
{
    public static bool Test(double x, double y) => x == y || (double.IsNaN(x) && double.IsNaN(y));

    public static Vector256<double> Test(Vector256<double> x, Vector256<double> y) =>
        Vector256.Equals(x, y) | (Vector256.IsNaN(x) & Vector256.IsNaN(y));
}

internal readonly struct LessFloat : IComparison<double>
{
    public static bool Test(double x, double y) => x < y || (double.IsNaN(y) && !double.IsNaN(x));

    public static Vector256<double> Test(Vector256<double> x, Vector256<double> y) =>
        Vector256.LessThan(x, y) | Vector256.AndNot(Vector256.IsNaN(y), Vector256.IsNaN(x));
}

internal readonly struct LessOrEqualFloat : IComparison<double>
{
    public static bool Test(double x, double y) => x <= y || double.IsNaN(y);

    public static Vector256<double> Test(Vector256<double> x, Vector256<double> y) => Vector256.LessThanOrEqual(x, y) | Vector256.IsNaN(y);
}
