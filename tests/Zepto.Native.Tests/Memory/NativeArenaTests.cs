using Zepto.Native.Memory;

namespace Zepto.Native.Tests.Memory;

public unsafe class NativeArenaTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(64)]
    public void Allocate_Alignment_IsKept(int alignment)
    {
        using var arena = new NativeArena();
        for (var i = 1; i < 2000; i++)
            Assert.Equal(0, (nint)arena.Allocate(i, alignment) % alignment);
    }

    [Fact]
    public void Allocate_ManySizes_BlocksDoNotOverlap()
    {
        using var arena = new NativeArena();
        var random = new Random(7);
        var blocks = new List<(nint Address, int Length, byte Fill)>();
        for (var i = 0; i < 500; i++)
        {
            var length = random.Next(0, 5000);
            var span = new Span<byte>(arena.Allocate(length), length);
            span.Fill((byte)i);
            fixed (byte* address = span)
                blocks.Add(((nint)address, length, (byte)i));
        }

        foreach (var (address, length, fill) in blocks)
            Assert.Equal(-1, new ReadOnlySpan<byte>((void*)address, length).IndexOfAnyExcept(fill));
    }

    [Fact]
    public void Allocate_OverTheLimit_ThrowsAndTheArenaStaysUsable()
    {
        using var arena = new NativeArena(limitBytes: 1 << 20);
        arena.Allocate(1000);
        var error = Assert.Throws<ArenaLimitException>(() => { arena.Allocate(2 << 20); });
        Assert.Equal(1 << 20, error.LimitBytes);
        arena.Allocate(1000);
        Assert.True(arena.HeldBytes <= 1 << 20);
    }

    [Fact]
    public void Release_GoesBackToTheMark()
    {
        using var arena = new NativeArena();
        arena.Allocate(100);
        var mark = arena.MarkPosition();
        var first = (nint)arena.Allocate(200_000);
        arena.Allocate(300_000);
        arena.Release(mark);
        Assert.Equal(mark, arena.MarkPosition());
        Assert.Equal(first, (nint)arena.Allocate(200_000));
    }

    [Fact]
    public void Reset_ThenTheSameUse_AllocatesNothingManagedAndHoldsNoMore()
    {
        using var arena = new NativeArena();
        void Use()
        {
            arena.Reset();
            for (var i = 0; i < 100; i++)
                arena.Allocate(10_000);
        }

        Use();
        Use();
        var held = arena.HeldBytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Use();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(held, arena.HeldBytes);
    }

    [Fact]
    public void Reset_KeepsNoMoreThanTheBound()
    {
        using var arena = new NativeArena(keepBytes: 1 << 20);
        for (var i = 0; i < 100; i++)
            arena.Allocate(1 << 20);
        arena.Reset();
        Assert.InRange(arena.HeldBytes, 0, 1 << 20);
    }

    [Fact]
    public void Dispose_GivesEverythingBack()
    {
        var arena = new NativeArena();
        arena.Allocate(10 << 20);
        Assert.True(arena.HeldBytes >= 10 << 20);
        arena.Dispose();
        Assert.Equal(0, arena.HeldBytes);
    }
}
