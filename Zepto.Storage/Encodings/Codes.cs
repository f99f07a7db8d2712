using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zepto.Storage.Encodings;

/// <summary>Reads codes of one width as 64-bit numbers. The vector forms need AVX-512 or AVX2.</summary>
internal unsafe interface ICodes
{
    /// <summary>One code.</summary>
    static abstract long One(byte* low, byte* high, nint row);

    /// <summary>Four codes from a row on.</summary>
    static abstract Vector256<long> Four(byte* low, byte* high, nint row);

    /// <summary>Eight codes from a row on.</summary>
    static abstract Vector512<long> Eight(byte* low, byte* high, nint row);
}

/// <summary>Codes of 1 byte.</summary>
internal readonly unsafe struct Codes1 : ICodes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long One(byte* low, byte* high, nint row) => low[row];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Four(byte* low, byte* high, nint row) => Avx2.ConvertToVector256Int64(Vector128.CreateScalarUnsafe(*(uint*)(low + row)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Eight(byte* low, byte* high, nint row) => Avx512F.ConvertToVector512Int64(Vector128.CreateScalarUnsafe(*(ulong*)(low + row)).AsByte());
}

/// <summary>Codes of 2 bytes.</summary>
internal readonly unsafe struct Codes2 : ICodes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long One(byte* low, byte* high, nint row) => ((ushort*)low)[row];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Four(byte* low, byte* high, nint row) => Avx2.ConvertToVector256Int64(Vector128.CreateScalarUnsafe(*(ulong*)((ushort*)low + row)).AsUInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Eight(byte* low, byte* high, nint row) => Avx512F.ConvertToVector512Int64(Vector128.Load((ushort*)low + row));
}

/// <summary>Codes of 4 bytes.</summary>
internal readonly unsafe struct Codes4 : ICodes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long One(byte* low, byte* high, nint row) => ((uint*)low)[row];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Four(byte* low, byte* high, nint row) => Avx2.ConvertToVector256Int64(Vector128.Load((uint*)low + row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Eight(byte* low, byte* high, nint row) => Avx512F.ConvertToVector512Int64(Vector256.Load((uint*)low + row));
}

/// <summary>Codes of 3 bytes: 2 low ones and 1 high one.</summary>
internal readonly unsafe struct Codes3 : ICodes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long One(byte* low, byte* high, nint row) => Codes2.One(low, high, row) | Codes1.One(high, high, row) << 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Four(byte* low, byte* high, nint row) => Codes2.Four(low, high, row) | Codes1.Four(high, high, row) << 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Eight(byte* low, byte* high, nint row) => Codes2.Eight(low, high, row) | Codes1.Eight(high, high, row) << 16;
}

/// <summary>Codes of 5 bytes: 4 low ones and 1 high one.</summary>
internal readonly unsafe struct Codes5 : ICodes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long One(byte* low, byte* high, nint row) => Codes4.One(low, high, row) | Codes1.One(high, high, row) << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Four(byte* low, byte* high, nint row) => Codes4.Four(low, high, row) | Codes1.Four(high, high, row) << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Eight(byte* low, byte* high, nint row) => Codes4.Eight(low, high, row) | Codes1.Eight(high, high, row) << 32;
}

/// <summary>Codes of 6 bytes: 4 low ones and 2 high ones.</summary>
internal readonly unsafe struct Codes6 : ICodes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long One(byte* low, byte* high, nint row) => Codes4.One(low, high, row) | Codes2.One(high, high, row) << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Four(byte* low, byte* high, nint row) => Codes4.Four(low, high, row) | Codes2.Four(high, high, row) << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Eight(byte* low, byte* high, nint row) => Codes4.Eight(low, high, row) | Codes2.Eight(high, high, row) << 32;
}
