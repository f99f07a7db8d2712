using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Ingest;

/// <summary>Copies values of one column into a segment and keeps the blocks' statistics: one typed loop a column and block.</summary>
internal static unsafe partial class ColumnCopy
{
    /// <summary>Copies source[order[i]] for each i to rows startRow + i of a column that the segment stores.</summary>
    public static void Gather(Segment segment, ColumnId column, int startRow, byte* source, ReadOnlySpan<int> order)
    {
        var position = segment.Layout.PositionOf(column);
        var type = segment.Layout.Columns[position].Type;
        while (order.Length > 0)
        {
            var block = startRow / Segment.BlockRows;
            var count = Math.Min(order.Length, (block + 1) * Segment.BlockRows - startRow);
            Copy(type, source, (byte*)segment.AddressAt(position, startRow), order[..count], ref segment.StatisticsAt(position, block));
            startRow += count;
            order = order[count..];
        }
    }

    /// <summary>Copies source[order[i]] to target[i] and widens the statistics by the values.</summary>
    public static void Copy(ColumnType type, byte* source, byte* target, ReadOnlySpan<int> order, ref BlockStatistics statistics)
    {
        switch (type)
        {
            case ColumnType.Int64 or ColumnType.Timestamp: Int64((long*)source, (long*)target, order, ref statistics); break;
            case ColumnType.Float64: Float64((double*)source, (double*)target, order, ref statistics); break;
            case ColumnType.Float32: Float32((float*)source, (float*)target, order, ref statistics); break;
            case ColumnType.Bool: Bool(source, target, order, ref statistics); break;
            case ColumnType.Int32: Int32((int*)source, (int*)target, Nulls.Int32, order, ref statistics); break;
            default: Int32((int*)source, (int*)target, Nulls.Code, order, ref statistics); break;
        }
    }

    private static void Int64(long* source, long* target, ReadOnlySpan<int> order, ref BlockStatistics statistics)
    {
        var (min, max, nulls) = (statistics.MinInt64, statistics.MaxInt64, statistics.NullCount);
        for (var i = 0; i < order.Length; i++)
        {
            var value = source[order[i]];
            target[i] = value;
            if (value == Nulls.Int64)
            {
                nulls++;
                continue;
            }

            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        (statistics.MinInt64, statistics.MaxInt64, statistics.NullCount) = (min, max, nulls);
    }

    private static void Int32(int* source, int* target, int nullValue, ReadOnlySpan<int> order, ref BlockStatistics statistics)
    {
        var (min, max, nulls) = (statistics.MinInt64, statistics.MaxInt64, statistics.NullCount);
        for (var i = 0; i < order.Length; i++)
        {
            var value = source[order[i]];
            target[i] = value;
            if (value == nullValue)
            {
                nulls++;
                continue;
            }

            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        (statistics.MinInt64, statistics.MaxInt64, statistics.NullCount) = (min, max, nulls);
    }

    private static void Bool(byte* source, byte* target, ReadOnlySpan<int> order, ref BlockStatistics statistics)
    {
        var (min, max, nulls) = (statistics.MinInt64, statistics.MaxInt64, statistics.NullCount);
        for (var i = 0; i < order.Length; i++)
        {
            var value = source[order[i]];
            target[i] = value;
            if (value == Nulls.Bool)
            {
                nulls++;
                continue;
            }

            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        (statistics.MinInt64, statistics.MaxInt64, statistics.NullCount) = (min, max, nulls);
    }

    private static void Float64(double* source, double* target, ReadOnlySpan<int> order, ref BlockStatistics statistics)
    {
        var (min, max, nulls) = (statistics.MinFloat64, statistics.MaxFloat64, statistics.NullCount);
        var notNumbers = 0;
        var nullsBefore = nulls;
        for (var i = 0; i < order.Length; i++)
        {
            var value = source[order[i]];
            target[i] = value;
            nulls += Nulls.IsNull(value) ? 1 : 0;
            notNumbers += double.IsNaN(value) ? 1 : 0;
            // Comparisons with NaN are false, which leaves NULL and NaN out.
            min = value < min ? value : min;
            max = value > max ? value : max;
        }

        (statistics.MinFloat64, statistics.MaxFloat64, statistics.NullCount) = (min, max, nulls);
        statistics.NanCount += notNumbers - (nulls - nullsBefore);
    }

    private static void Float32(float* source, float* target, ReadOnlySpan<int> order, ref BlockStatistics statistics)
    {
        var (min, max, nulls) = (statistics.MinFloat64, statistics.MaxFloat64, statistics.NullCount);
        var notNumbers = 0;
        var nullsBefore = nulls;
        for (var i = 0; i < order.Length; i++)
        {
            var value = source[order[i]];
            target[i] = value;
            nulls += Nulls.IsNull(value) ? 1 : 0;
            notNumbers += double.IsNaN(value) ? 1 : 0;
            min = value < min ? value : min;
            max = value > max ? value : max;
        }

        (statistics.MinFloat64, statistics.MaxFloat64, statistics.NullCount) = (min, max, nulls);
        statistics.NanCount += notNumbers - (nulls - nullsBefore);
    }
}
