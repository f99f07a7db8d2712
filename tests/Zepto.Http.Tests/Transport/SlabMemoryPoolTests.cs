using System.Buffers;
using Zepto.Http.Transport;

namespace Zepto.Http.Tests.Transport;

public sealed class SlabMemoryPoolTests
{
    [Fact]
    public void Rent_Blocks_DoNotOverlap()
    {
        using SlabMemoryPool pool = new(4 * 1024 * 1024);
        IMemoryOwner<byte>[] blocks = Enumerable.Range(0, 200).Select(_ => pool.Rent()).ToArray();
        for (int i = 0; i < blocks.Length; i++)
        {
            Assert.Equal(SlabMemoryPool.BlockBytes, blocks[i].Memory.Length);
            blocks[i].Memory.Span.Fill((byte)i);
        }
        for (int i = 0; i < blocks.Length; i++) Assert.Equal(-1, blocks[i].Memory.Span.IndexOfAnyExcept((byte)i));
        foreach (IMemoryOwner<byte> block in blocks) block.Dispose();
    }

    [Fact]
    public void Rent_BeyondTheBound_IsServedAndNotKept()
    {
        using SlabMemoryPool pool = new(1024 * 1024);
        for (int round = 0; round < 3; round++)
        {
            IMemoryOwner<byte>[] blocks = Enumerable.Range(0, 100).Select(_ => pool.Rent()).ToArray();
            Assert.Equal(1024 * 1024, pool.RetainedBytes);
            foreach (IMemoryOwner<byte> block in blocks) block.Dispose();
        }
    }

    [Fact]
    public void Dispose_Twice_ReturnsOnce()
    {
        using SlabMemoryPool pool = new(1024 * 1024);
        IMemoryOwner<byte> block = pool.Rent();
        block.Dispose();
        block.Dispose();
        IMemoryOwner<byte> first = pool.Rent();
        IMemoryOwner<byte> second = pool.Rent();
        Assert.NotSame(first, second);
    }

    [Fact]
    public void RentAndReturn_SteadyState_AllocatesNothing()
    {
        using SlabMemoryPool pool = new(1024 * 1024);
        Allocations.AssertNone(() =>
        {
            IMemoryOwner<byte> first = pool.Rent();
            IMemoryOwner<byte> second = pool.Rent();
            first.Dispose();
            second.Dispose();
        });
    }

    [Fact]
    public void RentAndReturn_ManyThreads_NeverShareABlock()
    {
        using SlabMemoryPool pool = new(1024 * 1024);
        Parallel.For(0, 8, worker =>
        {
            Random random = new(worker);
            List<IMemoryOwner<byte>> held = [];
            for (int i = 0; i < 20_000; i++)
            {
                if (held.Count < 30 && random.Next(2) == 0)
                {
                    IMemoryOwner<byte> block = pool.Rent();
                    block.Memory.Span[0] = (byte)worker;
                    held.Add(block);
                }
                else if (held.Count > 0)
                {
                    Assert.Equal((byte)worker, held[^1].Memory.Span[0]);
                    held[^1].Dispose();
                    held.RemoveAt(held.Count - 1);
                }
            }
        });
    }
}
