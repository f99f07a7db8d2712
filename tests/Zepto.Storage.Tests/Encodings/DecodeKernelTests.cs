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
                    Base = random.NextInt64(long.MinValue, long.MaxValue), Multiplier = round % 2 == 0 ? 1 : random.NextInt64(), CodeBytes = (byte)codeBytes, HasNull = (byte)(round % 4 / 2),
                };
                var (expected, actual) = (new long[count + 1], new long[count + 1]);
                fixed (byte* l = low, h = high)
                fixed (long* e = expected, a = actual)
                {
                    Scalar(codeBytes, block, l, h, e, count);
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
            var numbers = Enumerable.Range(0, 2003).Select(i => i % 50 == 0 ? Nulls.Int64 : random.NextInt64(-1L << random.Next(1, 53), 1L << random.Next(1, 53))).ToArray();
            var (vector, scalar) = ((long[])numbers.Clone(), (long[])numbers.Clone());
            fixed (long* v = vector, s = scalar)
            {
                DecimalKernels.Decode(v, numbers.Length, places);
                DecimalKernels.DecodeScalar(s, 0, numbers.Length, DecimalKernels.Power(places), 1 / DecimalKernels.Power(places));
            }

            Assert.Equal(scalar, vector);
            for (var i = 0; i < numbers.Length; i++)
            {
                var divided = numbers[i] == Nulls.Int64 ? Nulls.Float64 : numbers[i] / DecimalKernels.Power(places);
                Assert.True(BitConverter.DoubleToInt64Bits(divided) == vector[i], $"{numbers[i]} / 10^{places}");
                Assert.Equal(vector[i], BitConverter.DoubleToInt64Bits(DecimalKernels.One(numbers[i], places)));
            }
        }
    }

    private static void Scalar(int codeBytes, in EncodedBlock block, byte* low, byte* high, long* target, int count)
    {
        switch (codeBytes)
        {
            case 1: FrameKernels.DecodeScalar<Codes1>(block, low, high, Nulls.Int64, target, 0, count); break;
            case 2: FrameKernels.DecodeScalar<Codes2>(block, low, high, Nulls.Int64, target, 0, count); break;
            case 3: FrameKernels.DecodeScalar<Codes3>(block, low, high, Nulls.Int64, target, 0, count); break;
            case 4: FrameKernels.DecodeScalar<Codes4>(block, low, high, Nulls.Int64, target, 0, count); break;
            case 5: FrameKernels.DecodeScalar<Codes5>(block, low, high, Nulls.Int64, target, 0, count); break;
            default: FrameKernels.DecodeScalar<Codes6>(block, low, high, Nulls.Int64, target, 0, count); break;
        }
    }
}
