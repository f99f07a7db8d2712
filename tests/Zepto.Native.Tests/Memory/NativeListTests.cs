using Zepto.Native.Memory;

namespace Zepto.Native.Tests.Memory;

public class NativeListTests
{
    [Fact]
    public void Add_Growth_KeepsValues()
    {
        using var list = new NativeList<long>();
        for (var i = 0; i < 10_000; i++)
            list.Add(i * 3L);
        Assert.Equal(10_000, list.Count);
        for (var i = 0; i < list.Count; i++)
            Assert.Equal(i * 3L, list[i]);
    }

    [Fact]
    public void Clear_KeepsTheMemory()
    {
        using var list = new NativeList<int>();
        list.Add(1);
        unsafe
        {
            var address = (nint)list.Address;
            list.Clear();
            list.Add(2);
            Assert.Equal(address, (nint)list.Address);
        }

        Assert.Equal([2], list.Span.ToArray());
    }

    [Fact]
    public void Buffer_SliceOutside_IsRefused()
    {
        using var buffer = new NativeBuffer { Length = 10 };
        Assert.Equal(10, buffer.Slice(0, 10).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => { buffer.Slice(5, 6); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { buffer.Slice(-1, 1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { buffer.Slice(0, -1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { buffer.Slice(long.MaxValue, 1); });
    }

    [Fact]
    public void Buffer_Append_KeepsOrderAcrossGrowth()
    {
        using var buffer = new NativeBuffer();
        for (var i = 0; i < 1000; i++)
            buffer.Append([(byte)i, (byte)(i >> 8)]);
        Assert.Equal(2000, buffer.Length);
        for (var i = 0; i < 1000; i++)
            Assert.Equal(i, buffer.Span[2 * i] | buffer.Span[2 * i + 1] << 8);
    }
}
