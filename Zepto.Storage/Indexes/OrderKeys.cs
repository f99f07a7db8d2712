using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Indexes;

/// <summary>
/// Values as INT64 in the order of the values: NULL is the smallest, NaN the largest, texts are their codes. Equal keys mean equal values, also of 0 and -0.
/// </summary>
public static unsafe class OrderKeys
{
    /// <summary>Key of NULL.</summary>
    public const long Null = long.MinValue;

    /// <summary>Key of NaN.</summary>
    public const long NaN = 0x7FF8_0000_0000_0000;

    internal static readonly long NegativeInfinity = Of(double.NegativeInfinity);

    internal static readonly long PositiveInfinity = Of(double.PositiveInfinity);

    /// <summary>Key of a FLOAT64 or a widened FLOAT32.</summary>
    public static long Of(double value)
    {
        if (double.IsNaN(value))
            return Nulls.IsNull(value) ? Null : NaN;
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return bits ^ ((bits >> 63) & long.MaxValue);
    }

    /// <summary>The number with this key.</summary>
    internal static double ToDouble(long key) => BitConverter.Int64BitsToDouble(key ^ ((key >> 63) & long.MaxValue));

    /// <summary>Key of one row of a column that the segment has.</summary>
    internal static long At(Segment segment, StoredColumn column, int row)
    {
        long room;
        return *Read(segment, column, row, 1, &room);
    }

    /// <summary>Keys of rows of a column that the segment has: where the values lie, or in <paramref name="room"/>, which has room for them.</summary>
    internal static long* Read(Segment segment, StoredColumn column, int startRow, int rowCount, long* room)
    {
        // Values of 4 bytes are decoded to the second half of the room: widening them from the first one on overwrites none that is still needed.
        var narrow = (byte*)room + (rowCount * sizeof(int));
        switch (column.Type)
        {
            case ColumnType.Int64 or ColumnType.Timestamp:
                return (long*)segment.Read(column.Id, startRow, rowCount, room);
            case ColumnType.Float64:
                var doubles = (double*)segment.Read(column.Id, startRow, rowCount, room);
                for (var i = 0; i < rowCount; i++)
                    room[i] = Of(doubles[i]);
                return room;
            case ColumnType.Float32:
                var floats = (float*)segment.Read(column.Id, startRow, rowCount, narrow);
                for (var i = 0; i < rowCount; i++)
                    room[i] = Nulls.IsNull(floats[i]) ? Null : Of(floats[i]);
                return room;
            case ColumnType.Int32:
                var integers = (int*)segment.Read(column.Id, startRow, rowCount, narrow);
                for (var i = 0; i < rowCount; i++)
                    room[i] = integers[i] == Nulls.Int32 ? Null : integers[i];
                return room;
            case ColumnType.Symbol or ColumnType.String:
                var codes = (int*)segment.Read(column.Id, startRow, rowCount, narrow);
                for (var i = 0; i < rowCount; i++)
                    room[i] = codes[i] == Nulls.Code ? Null : codes[i];
                return room;
            default:
                throw new ArgumentOutOfRangeException(nameof(column), column.Type, "no attribute");
        }
    }
}
