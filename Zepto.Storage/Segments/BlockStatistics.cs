using System.Runtime.InteropServices;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Segments;

// One column of one block of rows, 24 bytes:
//   0 min (int64, or double for FLOAT columns) | 8 max | 16 nullCount i32 | 20 nanCount i32
/// <summary>
/// Smallest and largest value of a block, its NULLs and its NaNs. NULL and NaN are left out of min and max. May cover rows that an older snapshot does not
/// see, or that were removed since, so it is right for skipping blocks and exact only when all <see cref="Segment.BlockRows"/> rows of the block are visible.
/// Rows given up by a failed statement or a crash leave no trace in them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct BlockStatistics
{
    [FieldOffset(0)] public long MinInt64;
    [FieldOffset(0)] public double MinFloat64;
    [FieldOffset(8)] public long MaxInt64;
    [FieldOffset(8)] public double MaxFloat64;
    [FieldOffset(16)] public int NullCount;
    [FieldOffset(20)] public int NanCount;

    /// <summary>Of no values, for integer-like columns.</summary>
    public static BlockStatistics EmptyInt64 => new() { MinInt64 = long.MaxValue, MaxInt64 = long.MinValue };

    /// <summary>Of no values, for floating-point columns.</summary>
    public static BlockStatistics EmptyFloat64 => new() { MinFloat64 = double.PositiveInfinity, MaxFloat64 = double.NegativeInfinity };

    /// <summary>Of no values, for a column of a type.</summary>
    internal static BlockStatistics Empty(ColumnType type) => type is ColumnType.Float64 or ColumnType.Float32 ? EmptyFloat64 : EmptyInt64;
}
