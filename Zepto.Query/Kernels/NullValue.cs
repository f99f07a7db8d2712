using System.Runtime.CompilerServices;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Kernels;

/// <summary>The value that stands for NULL in each element type of a vector; the tests on types fold away when compiled.</summary>
internal static unsafe class NullValue
{
    /// <summary>NULL as a stored value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(long))
            return Unsafe.BitCast<long, T>(Nulls.Int64);
        if (typeof(T) == typeof(double))
            return Unsafe.BitCast<double, T>(Nulls.Float64);
        if (typeof(T) == typeof(byte))
            return Unsafe.BitCast<byte, T>(Nulls.Bool);
        return default;
    }

    /// <summary>Whether a stored value is NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is<T>(T value) where T : unmanaged
    {
        if (typeof(T) == typeof(long))
            return Unsafe.BitCast<T, long>(value) == Nulls.Int64;
        if (typeof(T) == typeof(double))
            return Unsafe.BitCast<T, long>(value) == Nulls.Float64Bits;
        if (typeof(T) == typeof(byte))
            return Unsafe.BitCast<T, byte>(value) == Nulls.Bool;
        if (typeof(T) == typeof(int))
            return Unsafe.BitCast<T, int>(value) == Nulls.Code;
        return Unsafe.BitCast<T, TextRef>(value).IsNull;
    }
}
