using System.Runtime.InteropServices;
using Zepto.Native.Memory;
using Zepto.Storage.Encodings;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Tests.Encodings;

/// <summary>Every block comes back bit by bit, whatever the values, and in the encoding that its values ask for.</summary>
public sealed unsafe class BlockEncoderTests : IDisposable
{
    private readonly NativeBuffer _output = new();
    private readonly BlockEncoder _encoder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Write_AnyValues_ComeBack(int seed)
    {
        var random = new Random(seed);
        var kinds = new HashSet<(ColumnType, BlockEncoding, int)>();
        for (var round = 0; round < 1500; round++)
        {
            var type = Enum.GetValues<ColumnType>()[random.Next(8)];
            var rows = random.Next(4) == 0 ? Segment.BlockRows : random.Next(1, 300);
            var source = Values(type, rows, random, out var shape);
            var block = AssertComesBack(type, source, rows, random, $"seed {seed} round {round} {type} {shape}");
            kinds.Add((type, block.Encoding, block.CodeBytes));
        }

        // The shapes must really have met the encodings.
        foreach (var codeBytes in Enumerable.Range(0, 7))
            Assert.Contains((ColumnType.Int64, BlockEncoding.Frame, codeBytes), kinds);
        Assert.Contains((ColumnType.Int64, BlockEncoding.Raw, 0), kinds);
        Assert.Contains(kinds, k => k is (ColumnType.Float64, BlockEncoding.Decimal, _));
        Assert.Contains(kinds, k => k is (ColumnType.Float64, BlockEncoding.Dictionary, 1));
        Assert.Contains(kinds, k => k is (ColumnType.Float64, BlockEncoding.Dictionary, 2));
        Assert.Contains(kinds, k => k is (ColumnType.Float32, BlockEncoding.Dictionary, _));
        Assert.Contains(kinds, k => k is (ColumnType.Int32, BlockEncoding.Frame, 3));
        Assert.Contains(kinds, k => k is (ColumnType.Bool, BlockEncoding.Frame, 0));
    }

    [Fact]
    public void Write_MicrosecondsAndTicks_TakeFewBytes()
    {
        var random = new Random(7);
        long time = 1_700_000_000_000_000_000;
        var times = Enumerable.Range(0, 4096).Select(_ => time += 1000 * random.Next(1_000_000)).ToArray();
        var prices = Enumerable.Range(0, 4096).Select(_ => 6_000_000 + 5L * random.Next(200)).ToArray();
        var decimals = Enumerable.Range(0, 4096).Select(_ => 60_000 + random.Next(40_000) / 100.0).ToArray();
        Assert.Equal((BlockEncoding.Frame, 4, 1000), Describe(ColumnType.Timestamp, MemoryMarshal.AsBytes(times.AsSpan())));
        Assert.Equal((BlockEncoding.Frame, 1, 5), Describe(ColumnType.Int64, MemoryMarshal.AsBytes(prices.AsSpan())));
        Assert.Equal((BlockEncoding.Decimal, 2, 1), Describe(ColumnType.Float64, MemoryMarshal.AsBytes(decimals.AsSpan())));
    }

    [Fact]
    public void Write_ExtremesTogether_ComeBack()
    {
        var random = new Random(8);
        long[] integers = [long.MinValue, long.MaxValue, long.MinValue + 1, 0, -1, 1];
        double[] floats = [0.0, -0.0, double.NaN, BitConverter.Int64BitsToDouble(unchecked((long)0xFFF8000000000001)), double.PositiveInfinity, double.NegativeInfinity,
            double.Epsilon, double.MaxValue, double.MinValue, 1L << 53, (1L << 53) + 2, 0.1, 1e22, 123456789012345.67, Nulls.Float64];
        for (var round = 0; round < 200; round++)
        {
            var count = random.Next(1, 5000) % 4096 + 1;
            var chosen = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(100)).ToArray();
            var longs = Enumerable.Range(0, count).Select(_ => integers[chosen[random.Next(chosen.Length)] % integers.Length]).ToArray();
            var doubles = Enumerable.Range(0, count).Select(_ => floats[chosen[random.Next(chosen.Length)] % floats.Length]).ToArray();
            AssertComesBack(ColumnType.Int64, MemoryMarshal.AsBytes(longs.AsSpan()).ToArray(), count, random, $"round {round}");
            AssertComesBack(ColumnType.Float64, MemoryMarshal.AsBytes(doubles.AsSpan()).ToArray(), count, random, $"round {round}");
        }
    }

    // Keys above that of infinity: x = NaN, x >= NaN and what no value has.
    [Theory]
    [InlineData(OrderKeys.NaN, OrderKeys.NaN)]
    [InlineData(OrderKeys.NaN, long.MaxValue)]
    [InlineData(OrderKeys.NaN + 1, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void TryMatch_KeysAboveAllNumbers_DecimalsAreNone(long first, long last)
    {
        var values = Enumerable.Range(0, 3000).Select(i => (i * 7919 % 3001) / 100.0).ToArray();
        var block = Encode(ColumnType.Float64, MemoryMarshal.AsBytes(values.AsSpan()), 3000);
        Assert.Equal(BlockEncoding.Decimal, block.Encoding);
        var mask = Enumerable.Repeat((byte)9, 3000).ToArray();
        fixed (byte* address = mask)
            Assert.True(new BlockReader(_output.Address, (int)_output.Length, ColumnType.Float64, 3000).TryMatch(block, 0, 3000, new KeyRange(first, last), address));
        Assert.All(mask, m => Assert.Equal(0, m));
    }

    [Fact]
    public void Decode_DamagedBlock_IsRefused()
    {
        var values = Enumerable.Range(0, 100).Select(i => 7L * i).ToArray();
        var good = Encode(ColumnType.Int64, MemoryMarshal.AsBytes(values.AsSpan()), 100);
        Assert.Equal(BlockEncoding.Frame, good.Encoding);
        foreach (var damaged in new[]
        {
            good with { Offset = -64 }, good with { Offset = (int)_output.Length }, good with { CodeBytes = 7 }, good with { Encoding = 0 },
            good with { Encoding = (BlockEncoding)9 }, good with { Encoding = BlockEncoding.Dictionary, Entries = int.MaxValue }, good with { Encoding = BlockEncoding.Decimal, Exponent = 99 },
        })
        {
            Assert.Equal(StorageErrorKind.Damaged, Assert.Throws<StorageException>(() => Decode(damaged, ColumnType.Int64, 100, 0, 100)).Kind);
        }
    }

    [Fact]
    public void EncodedBlock_Format_IsFrozen()
    {
        Assert.Equal(32, sizeof(EncodedBlock));
        Assert.Equal([(1, "Raw"), (2, "Frame"), (3, "Decimal"), (4, "Dictionary")], Enum.GetValues<BlockEncoding>().Select(e => ((int)e, e.ToString())));
        var block = new EncodedBlock { Base = 1, Multiplier = 2, Offset = 3, Encoding = BlockEncoding.Frame, CodeBytes = 4, Exponent = 5, HasNull = 1, Entries = 6 };
        Assert.Equal("01000000000000000200000000000000" + "03000000" + "02040501" + "0600000000000000", Convert.ToHexString(new ReadOnlySpan<byte>(&block, 32)));
        // 100 codes of 3 bytes: 200 low bytes and 100 high ones, each part rounded up to 64.
        Assert.Equal(256 + 128, (block with { CodeBytes = 3 }).PayloadBytes(100, 8));
        Assert.Equal(448 + 448, (block with { CodeBytes = 5 }).PayloadBytes(100, 8) + (block with { CodeBytes = 4 }).PayloadBytes(100, 8) - 128);
    }

    public void Dispose() => _output.Dispose();

    private (BlockEncoding, int, int) Describe(ColumnType type, ReadOnlySpan<byte> source)
    {
        var block = Encode(type, source, source.Length / TableSchema.WidthBytes(type));
        return (block.Encoding, block.CodeBytes, (int)block.Multiplier);
    }

    private EncodedBlock Encode(ColumnType type, ReadOnlySpan<byte> source, int rows)
    {
        _output.Length = 64;
        fixed (byte* address = source)
            return _encoder.Write(type, address, rows, _output);
    }

    private byte[] Decode(EncodedBlock block, ColumnType type, int rows, int first, int count)
    {
        var target = new byte[count * TableSchema.WidthBytes(type) + 1];
        fixed (byte* address = target)
            new BlockReader(_output.Address, (int)_output.Length, type, rows).Decode(block, first, count, address);
        return target;
    }

    private EncodedBlock AssertComesBack(ColumnType type, byte[] source, int rows, Random random, string what)
    {
        var block = Encode(type, source, rows);
        var width = TableSchema.WidthBytes(type);
        Assert.True(source.AsSpan().SequenceEqual(Decode(block, type, rows, 0, rows).AsSpan(0, rows * width)), what);
        for (var part = 0; part < 4; part++)
        {
            var first = random.Next(rows);
            var count = random.Next(1, rows - first + 1);
            var decoded = Decode(block, type, rows, first, count);
            Assert.True(source.AsSpan(first * width, count * width).SequenceEqual(decoded.AsSpan(0, count * width)), $"{what} rows {first} to {first + count}");
            // Nothing behind the rows is written.
            Assert.Equal(0, decoded[^1]);
            if (width == 8)
                Assert.Equal(BitConverter.ToInt64(source, first * 8), new BlockReader(_output.Address, (int)_output.Length, type, rows).Int64At(block, first));
            if (type is ColumnType.Int64 or ColumnType.Timestamp or ColumnType.Float64)
                AssertMatches(block, type, source, first, count, random, what);
        }

        return block;
    }

    /// <summary>Ranges with ends at values and beside them: what is matched by codes is what the values say.</summary>
    private void AssertMatches(EncodedBlock block, ColumnType type, byte[] source, int first, int count, Random random, string what)
    {
        var keys = new long[count];
        for (var i = 0; i < count; i++)
        {
            var value = BitConverter.ToInt64(source, (first + i) * 8);
            keys[i] = type == ColumnType.Float64 ? OrderKeys.Of(BitConverter.Int64BitsToDouble(value)) : value;
        }

        for (var part = 0; part < 4; part++)
        {
            var range = new KeyRange(Math.Max(OrderKeys.Null + 1, End()), End());
            var mask = new byte[count + 1];
            bool isMatched;
            fixed (byte* address = mask)
                isMatched = new BlockReader(_output.Address, (int)_output.Length, type, source.Length / 8).TryMatch(block, first, count, range, address);
            if (!isMatched)
                Assert.True(block.Encoding == BlockEncoding.Raw || block.CodeBytes > 4 || block.Entries > 1024 || (type == ColumnType.Float64 && block.Encoding == BlockEncoding.Frame), what);
            for (var i = 0; isMatched && i < count; i++)
                Assert.True(mask[i] == (keys[i] >= range.First && keys[i] <= range.Last ? 1 : 0), $"{what}, row {first + i} with key {keys[i]}, {range}, {block.Encoding} of {block.CodeBytes} bytes, base {block.Base}, multiplier {block.Multiplier}, exponent {block.Exponent}");
            Assert.Equal(0, mask[^1]);
        }

        long End() => random.Next(8) switch
        {
            0 => OrderKeys.Null + 1,
            1 => long.MaxValue,
            2 when type == ColumnType.Float64 => OrderKeys.Of(random.Next(2) == 0 ? double.PositiveInfinity : double.NegativeInfinity),
            3 => random.NextInt64(long.MinValue + 1, long.MaxValue),
            _ => Math.Clamp(keys[random.Next(count)], OrderKeys.Null + 3, long.MaxValue - 2) + random.Next(-1, 2),
        };
    }

    private static byte[] Values(ColumnType type, int rows, Random random, out string shape)
    {
        var width = TableSchema.WidthBytes(type);
        var bytes = new byte[rows * width];
        var kind = random.Next(7);
        var bits = random.Next(1, width == 8 ? 64 : 31);
        var start = random.NextInt64() >> random.Next(1, 62);
        var step = random.Next(2) == 0 ? 1 : random.Next(1, 1_000_000);
        var distinct = random.Next(1, 2000);
        var places = random.Next(0, 9);
        var nulls = random.Next(3) == 0 ? random.Next(1, 20) : 0;
        shape = $"kind {kind} bits {bits} step {step} distinct {distinct} places {places} nulls {nulls}";
        long ascending = start;
        for (var i = 0; i < rows; i++)
        {
            var raw = random.NextInt64() & ((1L << bits) - 1);
            long value = kind switch
            {
                0 => start,
                1 => ascending += step * random.NextInt64(100),
                2 => unchecked(start + (raw * step)),
                3 => random.NextInt64(distinct) * 0x3456_789A_BCDE,
                4 => random.NextInt64(long.MinValue, long.MaxValue),
                _ => raw,
            };
            if (type == ColumnType.Float64 && kind is 0 or 2 or 5)
                value = BitConverter.DoubleToInt64Bits((raw & 0xFFFF_FFFF_FFFF) / Math.Pow(10, places));
            if (type == ColumnType.Bool)
                value = kind < 3 ? 1 : value & 1;
            if (nulls > 0 && random.Next(nulls) == 0)
                value = Nulls.BitsOf(type);
            BitConverter.GetBytes(value).AsSpan(0, width).CopyTo(bytes.AsSpan(i * width));
        }

        return bytes;
    }
}
