using System.Runtime.InteropServices;
using Zepto.Query.Kernels;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Kernels;

public class SumKernelsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(4099)]
    public void Sum_RandomIntegersAndMask_EqualsThePlainSum(int length)
    {
        var random = new Random(3);
        var values = new long[length];
        random.NextBytes(MemoryMarshal.AsBytes(values.AsSpan()));
        var mask = new byte[length];
        for (var i = 0; i < length; i++)
            mask[i] = (byte)random.Next(3);
        Int128 all = 0, masked = 0;
        for (var i = 0; i < length; i++)
        {
            all += values[i];
            masked += mask[i] == 1 ? values[i] : 0;
        }

        Assert.Equal(all, SumKernels.Sum(values, default, out var count));
        Assert.Equal(length, count);
        Assert.Equal(masked, SumKernels.Sum(values, mask, out count));
        Assert.Equal(mask.Count(m => m == 1), count);
    }

    [Fact]
    public void Sum_Extremes_DoNotWrap()
    {
        var values = new long[5000];
        values.AsSpan().Fill(long.MaxValue);
        Assert.Equal((Int128)long.MaxValue * 5000, SumKernels.Sum(values, default, out _));
        values.AsSpan().Fill(long.MinValue + 1);
        Assert.Equal((Int128)(long.MinValue + 1) * 5000, SumKernels.Sum(values, default, out _));
        values.AsSpan().Fill(-1);
        Assert.Equal(-5000, SumKernels.Sum(values, default, out _));
    }

    [Fact]
    public void Sum_Nulls_AreLeftOut()
    {
        Assert.Equal(3, SumKernels.Sum([1, Nulls.Int64, 2], default, out var count));
        Assert.Equal(2, count);
    }
}
