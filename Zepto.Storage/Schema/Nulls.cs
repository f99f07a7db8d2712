using System.Runtime.CompilerServices;

namespace Zepto.Storage.Schema;

/// <summary>
/// How NULL is stored: one reserved value per type, so that columns need no validity bitmap and kernels no second stream.
/// The numbers are written to disk and never change.
/// </summary>
public static class Nulls
{
    /// <summary>NULL of INT64 and TIMESTAMP_NS.</summary>
    public const long Int64 = long.MinValue;

    /// <summary>NULL of INT32.</summary>
    public const int Int32 = int.MinValue;

    /// <summary>NULL of BOOL (0 is false, 1 is true).</summary>
    public const byte Bool = 2;

    /// <summary>NULL of SYMBOL and STRING codes; real codes start at 1.</summary>
    public const int Code = 0;

    /// <summary>Bits of FLOAT64 NULL: a quiet NaN with a payload that arithmetic never produces on its own.</summary>
    public const long Float64Bits = 0x7FF8_5A45_5054_4F00;

    /// <summary>Bits of FLOAT32 NULL.</summary>
    public const int Float32Bits = 0x7FDA_4550;

    /// <summary>NULL of FLOAT64.</summary>
    public static double Float64 => BitConverter.Int64BitsToDouble(Float64Bits);

    /// <summary>NULL of FLOAT32.</summary>
    public static float Float32 => BitConverter.Int32BitsToSingle(Float32Bits);

    /// <summary>NULL of a type in the low bits, as wide as it is stored; integers have their sign in the others.</summary>
    internal static long BitsOf(ColumnType type) => type switch
    {
        ColumnType.Int64 or ColumnType.Timestamp => Int64,
        ColumnType.Float64 => Float64Bits,
        ColumnType.Int32 => Int32,
        ColumnType.Float32 => Float32Bits,
        ColumnType.Bool => Bool,
        _ => Code,
    };

    /// <summary>Whether a double is NULL; false for any other NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNull(double value) => BitConverter.DoubleToInt64Bits(value) == Float64Bits;

    /// <summary>Whether a single is NULL; false for any other NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNull(float value) => BitConverter.SingleToInt32Bits(value) == Float32Bits;
}
