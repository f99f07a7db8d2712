using Zepto.Storage.Extents;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Tests.Ingest;

public class ColumnCopyTests
{
    private const int Capacity = 3 * Segment.BlockRows;

    // Rows in order give the same values and statistics as rows named one by one, however they lie to blocks and vectors.
    [Theory]
    [InlineData(ColumnType.Int64)]
    [InlineData(ColumnType.Timestamp)]
    [InlineData(ColumnType.Float64)]
    [InlineData(ColumnType.Float32)]
    [InlineData(ColumnType.Int32)]
    [InlineData(ColumnType.String)]
    [InlineData(ColumnType.Bool)]
    public unsafe void Run_AnyRows_EqualsGather(ColumnType type)
    {
        using var allocator = new SegmentAllocator(new ExtentStore(null, 0, 1 << 20, null));
        var id = new ColumnId(0);
        var width = TableSchema.WidthBytes(type);
        var values = new byte[Capacity * width];
        var random = new Random(31);
        foreach (var (startRow, rows) in new[] { (0, 0), (0, 1), (3, 1), (5, 3), (1, 4), (7, 13), (9, 64), (Segment.BlockRows - 5, 17), (100, 2 * Segment.BlockRows + 9) })
        {
            random.NextBytes(values);
            for (var row = 0; row < rows; row++)
            {
                var bits = random.Next(8) switch
                {
                    0 => Nulls.BitsOf(type),
                    1 when type == ColumnType.Float64 => BitConverter.DoubleToInt64Bits(double.NaN),
                    1 when type == ColumnType.Float32 => BitConverter.SingleToInt32Bits(float.NaN),
                    _ when type == ColumnType.Bool => random.Next(2),
                    _ when type == ColumnType.Float64 => BitConverter.DoubleToInt64Bits(random.NextDouble() - 0.5),
                    _ when type == ColumnType.Float32 => BitConverter.SingleToInt32Bits(random.NextSingle() - 0.5f),
                    _ => random.NextInt64() - long.MaxValue / 2,
                };
                BitConverter.GetBytes(bits).AsSpan(0, width).CopyTo(values.AsSpan(row * width));
            }

            Segment Make()
            {
                var layout = new SegmentLayout([new StoredColumn(id, type)]);
                var segment = new Segment(layout, Capacity, allocator.Allocate(Segment.SizeBytes(layout, Capacity)));
                segment.ClearStatistics();
                return segment;
            }

            var (run, gathered) = (Make(), Make());
            fixed (byte* source = values)
            {
                ColumnCopy.Run(run, id, startRow, source, rows);
                ColumnCopy.Gather(gathered, id, startRow, source, [.. Enumerable.Range(0, rows)]);
            }

            if (rows > 0)
                Assert.True(new Span<byte>(run.Address(id, startRow), rows * width).SequenceEqual(values.AsSpan(0, rows * width)), $"{type}, {rows} rows from {startRow}");
            for (var block = 0; block < Segment.BlockCount(Capacity); block++)
            {
                ref readonly var expected = ref gathered.Block(id, block);
                ref readonly var actual = ref run.Block(id, block);
                Assert.Equal(
                    (expected.MinInt64, expected.MaxInt64, expected.NullCount, expected.NanCount),
                    (actual.MinInt64, actual.MaxInt64, actual.NullCount, actual.NanCount));
            }
        }
    }
}
