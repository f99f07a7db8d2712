using System.Globalization;
using System.Text;
using Zepto.Http.Formats;

namespace Zepto.Http.Tests.Formats;

public sealed class NumberTextTests
{
    [Fact]
    public void Write_Int64_IsAsTheRuntimeWritesIt()
    {
        List<long> values = [0, 1, -1, 9, 10, 99, 100, long.MaxValue, long.MinValue];
        for (long power = 10; power > 0 && power < long.MaxValue / 10; power *= 10) values.AddRange([power - 1, power, power + 1, -power, -power + 1]);
        for (int bit = 0; bit < 63; bit++) values.AddRange([1L << bit, (1L << bit) - 1, -(1L << bit)]);
        Random random = new(1);
        for (int i = 0; i < 20_000; i++) values.Add(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64));
        byte[] buffer = new byte[NumberText.MaxInt64Bytes];
        foreach (long value in values)
            Assert.Equal(value.ToString(CultureInfo.InvariantCulture), Encoding.ASCII.GetString(buffer, 0, NumberText.Write(buffer, value)));
    }

    [Fact]
    public void Write_Float64_IsTheShortestThatReadsBack()
    {
        const int seed = 2;
        Random random = new(seed);
        List<double> values =
        [
            0, -0.0, 1, -1, 0.1, 0.0001, 0.00012, 0.00001, -0.5, 15037.2, 1e11, 1e11 - 0.0001, 99999999999.9999, 1e15, 1e16, 1e300, double.MaxValue,
            double.MinValue, double.Epsilon, 0.1 + 0.2, 1.0 / 3, 4503599627370496.5, 123456.7891, 123456.78915,
        ];
        for (int i = 0; i < 50_000; i++)
        {
            values.Add(random.Next(-1_000_000_000, 1_000_000_000) / Math.Pow(10, random.Next(7)));
            values.Add(BitConverter.Int64BitsToDouble(random.NextInt64()));
            values.Add(Math.BitIncrement(random.Next(100_000) / 100.0));
        }
        byte[] buffer = new byte[NumberText.MaxFloat64Bytes];
        foreach (double value in values.Where(double.IsFinite))
        {
            string text = Encoding.ASCII.GetString(buffer, 0, NumberText.Write(buffer, value));
            Assert.True(value.ToString("R", CultureInfo.InvariantCulture) == text, $"seed {seed}: {value:R} became {text}");
            Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void Write_Float32_IsTheShortestThatReadsBack()
    {
        byte[] buffer = new byte[NumberText.MaxFloat64Bytes];
        Assert.Equal("0.1", Encoding.ASCII.GetString(buffer, 0, NumberText.Write(buffer, 0.1f)));
        Assert.Equal("3.4028235E+38", Encoding.ASCII.GetString(buffer, 0, NumberText.Write(buffer, float.MaxValue)));
    }
}
