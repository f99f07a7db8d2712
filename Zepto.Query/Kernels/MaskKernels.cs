using System.Numerics;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Zepto.Query.Kernels;

/// <summary>Three-valued logic on byte masks of 0, 1 and 2 (NULL), and counts of them.</summary>
internal static class MaskKernels
{
    /// <summary>AND row by row; the target may be one of the operands.</summary>
    public static void And(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> target)
    {
        Debug.Assert(left.Length == right.Length && target.Length >= left.Length);
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var two = Vector256.Create((byte)2);
            for (; i <= left.Length - 32; i += 32)
            {
                var x = Vector256.Create(left[i..]);
                var y = Vector256.Create(right[i..]);
                var isFalse = Vector256.Equals(x, Vector256<byte>.Zero) | Vector256.Equals(y, Vector256<byte>.Zero);
                Vector256.AndNot(Vector256.Min(x | y, two), isFalse).CopyTo(target[i..]);
            }
        }

        for (; i < left.Length; i++)
            target[i] = And(left[i], right[i]);
    }

    /// <summary>OR row by row; the target may be one of the operands.</summary>
    public static void Or(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> target)
    {
        Debug.Assert(left.Length == right.Length && target.Length >= left.Length);
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= left.Length - 32; i += 32)
            {
                var x = Vector256.Create(left[i..]);
                var y = Vector256.Create(right[i..]);
                var isTrue = Vector256.Equals(x, Vector256<byte>.One) | Vector256.Equals(y, Vector256<byte>.One);
                Vector256.ConditionalSelect(isTrue, Vector256<byte>.One, x | y).CopyTo(target[i..]);
            }
        }

        for (; i < left.Length; i++)
            target[i] = Or(left[i], right[i]);
    }

    /// <summary>NOT row by row; the target may be the operand.</summary>
    public static void Not(ReadOnlySpan<byte> values, Span<byte> target)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var two = Vector256.Create((byte)2);
            for (; i <= values.Length - 32; i += 32)
            {
                var x = Vector256.Create(values[i..]);
                Vector256.ConditionalSelect(Vector256.Equals(x, two), two, x ^ Vector256<byte>.One).CopyTo(target[i..]);
            }
        }

        for (; i < values.Length; i++)
            target[i] = Not(values[i]);
    }

    public static byte And(byte x, byte y) => x == 0 || y == 0 ? (byte)0 : (x | y) == 1 ? (byte)1 : (byte)2;

    public static byte Or(byte x, byte y) => x == 1 || y == 1 ? (byte)1 : (byte)(x | y);

    public static byte Not(byte x) => x == 2 ? x : (byte)(x ^ 1);

    /// <summary>Rows that are true.</summary>
    public static long CountTrue(ReadOnlySpan<byte> mask)
    {
        long count = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= mask.Length - 32; i += 32)
                count += BitOperations.PopCount(Vector256.Equals(Vector256.Create(mask[i..]), Vector256<byte>.One).ExtractMostSignificantBits());
        }

        for (; i < mask.Length; i++)
            count += mask[i] == 1 ? 1 : 0;
        return count;
    }

    /// <summary>Bytes that are not zero.</summary>
    public static long CountNonZero(ReadOnlySpan<byte> mask)
    {
        long count = 0;
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= mask.Length - 32; i += 32)
                count += 32 - BitOperations.PopCount(Vector256.Equals(Vector256.Create(mask[i..]), Vector256<byte>.Zero).ExtractMostSignificantBits());
        }

        for (; i < mask.Length; i++)
            count += mask[i] != 0 ? 1 : 0;
        return count;
    }
}
