using System.Numerics;
using System.Runtime.CompilerServices;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Ingest;

/// <summary>Copies consecutive values: a copy of memory and, of 8-byte values, statistics by whole vectors.</summary>
internal static unsafe partial class ColumnCopy
{
    private static readonly int[] s_identity = [.. Enumerable.Range(0, Segment.BlockRows)];

    /// <summary>0, 1, 2 and so on, as the order of at most a block of rows that lie in order.</summary>
    public static ReadOnlySpan<int> Identity(int rowCount) => s_identity.AsSpan(0, rowCount);

    /// <summary>Copies source[i] to row startRow + i of a column that the segment stores.</summary>
    public static void Run(Segment segment, ColumnId column, int startRow, byte* source, int rowCount)
    {
        var position = segment.Layout.PositionOf(column);
        var stored = segment.Layout.Columns[position];
        while (rowCount > 0)
        {
            var block = startRow / Segment.BlockRows;
            var count = Math.Min(rowCount, (block + 1) * Segment.BlockRows - startRow);
            var target = (byte*)segment.AddressAt(position, startRow);
            ref var statistics = ref segment.StatisticsAt(position, block);
            switch (stored.Type)
            {
                case ColumnType.Int64 or ColumnType.Timestamp: Int64((long*)source, (long*)target, count, ref statistics); break;
                case ColumnType.Float64: Float64((double*)source, (double*)target, count, ref statistics); break;
                default: Copy(stored.Type, source, target, Identity(count), ref statistics); break;
            }

            source += (long)count * stored.WidthBytes;
            startRow += count;
            rowCount -= count;
        }
    }

    // Not compiled quickly first: each operation on a vector is a call then.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Int64(long* source, long* target, int count, ref BlockStatistics statistics)
    {
        var (min, max, nulls) = (new Vector<long>(long.MaxValue), new Vector<long>(long.MinValue), Vector<long>.Zero);
        var whole = count - count % Vector<long>.Count;
        for (var i = 0; i < whole; i += Vector<long>.Count)
        {
            var values = Vector.Load(source + i);
            values.Store(target + i);
            // Each NULL, the smallest number, is -1 in the mask.
            var isNull = Vector.Equals(values, new Vector<long>(Nulls.Int64));
            nulls += isNull;
            min = Vector.Min(min, Vector.ConditionalSelect(isNull, min, values));
            max = Vector.Max(max, values);
        }

        for (var lane = 0; lane < Vector<long>.Count; lane++)
        {
            statistics.MinInt64 = Math.Min(statistics.MinInt64, min[lane]);
            statistics.MaxInt64 = Math.Max(statistics.MaxInt64, max[lane]);
        }

        statistics.NullCount -= (int)Vector.Sum(nulls);
        Int64(source + whole, target + whole, Identity(count - whole), ref statistics);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Float64(double* source, double* target, int count, ref BlockStatistics statistics)
    {
        var (min, max) = (new Vector<double>(double.PositiveInfinity), new Vector<double>(double.NegativeInfinity));
        var (nulls, numbers) = (Vector<long>.Zero, Vector<long>.Zero);
        var whole = count - count % Vector<double>.Count;
        for (var i = 0; i < whole; i += Vector<double>.Count)
        {
            var values = Vector.Load(source + i);
            values.Store(target + i);
            nulls += Vector.Equals(Vector.AsVectorInt64(values), new Vector<long>(Nulls.Float64Bits));
            numbers += Vector.Equals(values, values);
            // Comparisons with NaN are false, which leaves NULL and NaN out.
            min = Vector.ConditionalSelect(Vector.LessThan(values, min), values, min);
            max = Vector.ConditionalSelect(Vector.GreaterThan(values, max), values, max);
        }

        for (var lane = 0; lane < Vector<double>.Count; lane++)
        {
            statistics.MinFloat64 = Math.Min(statistics.MinFloat64, min[lane]);
            statistics.MaxFloat64 = Math.Max(statistics.MaxFloat64, max[lane]);
        }

        var nullCount = -(int)Vector.Sum(nulls);
        statistics.NullCount += nullCount;
        statistics.NanCount += whole + (int)Vector.Sum(numbers) - nullCount;
        Float64(source + whole, target + whole, Identity(count - whole), ref statistics);
    }
}
