using Zepto.Query.Kernels;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Kernels;

public class SumKernelsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(4099)]
    public void Sum_RandomIntegersNullsAndMask_IsExact(int length)
    {
        var random = new Random(3);
        var values = new long[length];
        var mask = new byte[length];
        Int128 all = 0, masked = 0;
        long allCount = 0, maskedCount = 0;
        for (var i = 0; i < length; i++)
        {
            values[i] = random.Next(5) == 0 ? Nulls.Int64 : random.NextInt64(-long.MaxValue, long.MaxValue);
            mask[i] = (byte)random.Next(3);
            if (values[i] == Nulls.Int64)
                continue;
            all += values[i];
            allCount++;
            masked += mask[i] == 1 ? values[i] : 0;
            maskedCount += mask[i] == 1 ? 1 : 0;
        }

        Assert.Equal((all, allCount), (SumKernels.Sum(values, default, out var count), count));
        // A span without rows says that there is no mask; its sum is 0 as well.
        Assert.Equal((masked, maskedCount), (SumKernels.Sum(values, mask, out count), count));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-long.MaxValue)]
    [InlineData(-1)]
    public void Sum_Extremes_DoNotWrap(long value)
    {
        var values = new long[5000];
        values.AsSpan().Fill(value);
        Assert.Equal((Int128)value * 5000, SumKernels.Sum(values, default, out _));
    }
}
