using Zepto.Storage.Encodings;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Tests.Encodings;

/// <summary>Vector and scalar decoding give the same bits.</summary>
public unsafe class DecodeKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void FrameDecode_EveryWidth_EqualsScalar(int seed)
    {
        var random = new Random(seed);
        for (var codeBytes = 1; codeBytes <= 6; codeBytes++)
        {
            for (var round = 0; round < 60; round++)
            {
                var count = random.Next(0, 200);
                var (low, high) = (new byte[(count * 4) + 1], new byte[(count * 2) + 1]);
                random.NextBytes(low);
                random.NextBytes(high);
                if (round % 3 == 0)
                    Array.Clear(low, 0, count);
                var block = new EncodedBlock
                {
                    Encoding = BlockEncoding.Frame, Base = random.NextInt64(long.MinValue, long.MaxValue), Multiplier = round % 2 == 0 ? 1 : random.NextInt64(), CodeBytes = (byte)codeBytes, HasNull = (byte)(round % 4 / 2),
                };
                var (expected, actual) = (new long[count + 1], new long[count + 1]);
                fixed (byte* l = low, h = high)
                fixed (long* e = expected, a = actual)
                {
                    Scalar(default(IntegerStage), codeBytes, block, l, h, Nulls.Int64, e, count);
                    FrameKernels.Decode(block, l, h, Nulls.Int64, a, count);
                    Assert.True(expected.AsSpan().SequenceEqual(actual), $"seed {seed} bytes {codeBytes} round {round}");
                    for (var row = 0; row < count; row++)
                        Assert.Equal(expected[row], FrameKernels.One(block, l, h, Nulls.Int64, row));
                }
            }
        }
    }

    [Fact]
    public void DecimalDecode_AnyNumber_EqualsScalarAndDivision()
    {
        var random = new Random(3);
        for (var places = 0; places <= 9; places++)
        {
            var low = new byte[(2003 * 4) + 1];
            var high = new byte[(2003 * 2) + 1];
            random.NextBytes(low);
            random.NextBytes(high);
            for (var codeBytes = 1; codeBytes <= 6; codeBytes++)
            {
                var block = new EncodedBlock
                {
                    Encoding = BlockEncoding.Decimal, Base = random.NextInt64(-1L << 50, 1L << 50), Multiplier = 1 + random.Next(8), CodeBytes = (byte)codeBytes,
                    HasNull = (byte)(places % 2), Exponent = (byte)places,
                };
                var (vector, scalar) = (new long[2003], new long[2003]);
                fixed (byte* l = low, h = high)
                fixed (long* v = vector, s = scalar)
                {
                    FrameKernels.Decode(block, l, h, Nulls.Float64Bits, v, 2003);
                    Scalar(new DecimalStage(places), codeBytes, block, l, h, Nulls.Float64Bits, s, 2003);
                    Assert.Equal(scalar, vector);
                    for (var i = 0; i < 2003; i++)
                    {
                        var code = FrameKernels.CodeAt(block, l, h, i);
                        var divided = block.HasNull != 0 && code == 0 ? Nulls.Float64 : (block.Base + (block.Multiplier * code)) / DecimalStage.Power(places);
                        Assert.True(BitConverter.DoubleToInt64Bits(divided) == vector[i], $"{block.Base + (block.Multiplier * code)} / 10^{places}");
                        Assert.Equal(vector[i], FrameKernels.One(block, l, h, Nulls.Float64Bits, i));
                    }
                }
            }
        }
    }

    private static void Scalar<TStage>(TStage stage, int codeBytes, in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int count) where TStage : IStage
    {
        switch (codeBytes)
        {
            case 1: FrameKernels.DecodeScalar<Codes1, TStage>(stage, block, low, high, nullValue, target, 0, count); break;
            case 2: FrameKernels.DecodeScalar<Codes2, TStage>(stage, block, low, high, nullValue, target, 0, count); break;
            case 3: FrameKernels.DecodeScalar<Codes3, TStage>(stage, block, low, high, nullValue, target, 0, count); break;
            case 4: FrameKernels.DecodeScalar<Codes4, TStage>(stage, block, low, high, nullValue, target, 0, count); break;
            case 5: FrameKernels.DecodeScalar<Codes5, TStage>(stage, block, low, high, nullValue, target, 0, count); break;
            default: FrameKernels.DecodeScalar<Codes6, TStage>(stage, block, low, high, nullValue, target, 0, count); break;
        }
    }
}
