using Zepto.Storage.Extents;
using Zepto.Storage.Tests.Persistence;

namespace Zepto.Storage.Tests.Extents;

/// <summary>What the last durable manifest may name is not given out again before the next one is durable.</summary>
public sealed class SegmentAllocatorTests : IDisposable
{
    private const int Size = 4096;
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Free_MadeSinceTheLastCheckpoint_IsUsedAgainAtOnce()
    {
        using var allocator = Durable();
        var first = allocator.Allocate(Size);
        allocator.Free([first]);
        Assert.Equal(first.OffsetBytes, allocator.Allocate(Size).OffsetBytes);
    }

    [Fact]
    public void Free_KnownToACheckpoint_WaitsForTheNextToBeDurable()
    {
        using var allocator = Durable();
        var first = allocator.Allocate(Size);
        Checkpoint(allocator);
        allocator.Free([first]);
        Assert.Equal(Size, allocator.SetAsideBytes);
        Assert.NotEqual(first.OffsetBytes, allocator.Allocate(Size).OffsetBytes);

        // Seen by no manifest from here on, but the one on disk still names it.
        allocator.BeginCapture();
        allocator.EndCapture();
        Assert.NotEqual(first.OffsetBytes, allocator.Allocate(Size).OffsetBytes);
        allocator.Release();
        Assert.Equal(first.OffsetBytes, allocator.Allocate(Size).OffsetBytes);
    }

    [Fact]
    public void Free_WhileACheckpointLooks_WaitsForTheOneAfterIt()
    {
        using var allocator = Durable();
        var before = allocator.Allocate(Size);
        allocator.BeginCapture();
        var during = allocator.Allocate(Size);
        // The checkpoint may have seen the tables of both already.
        allocator.Free([before]);
        allocator.Free([during]);
        allocator.EndCapture();
        allocator.Release();
        Assert.Equal(2 * Size, allocator.SetAsideBytes);
        Assert.DoesNotContain(allocator.Allocate(Size).OffsetBytes, new[] { before.OffsetBytes, during.OffsetBytes });
        Checkpoint(allocator);
        Assert.Equal(before.OffsetBytes, allocator.Allocate(Size).OffsetBytes);
        Assert.Equal(during.OffsetBytes, allocator.Allocate(Size).OffsetBytes);
    }

    [Fact]
    public void Free_CheckpointFailed_WaitsForOneThatSucceeds()
    {
        using var allocator = Durable();
        var first = allocator.Allocate(Size);
        Checkpoint(allocator);
        allocator.Free([first]);
        allocator.BeginCapture();
        allocator.EndCapture();
        Checkpoint(allocator);
        Assert.Equal(first.OffsetBytes, allocator.Allocate(Size).OffsetBytes);
    }

    [Fact]
    public void Allocate_TwoNeighboursFreed_FitsIntoBoth()
    {
        using var allocator = Durable();
        var all = Enumerable.Range(0, 15).Select(_ => allocator.Allocate(Size)).ToArray();
        allocator.Free([all[7]]);
        allocator.Free([all[6]]);
        Assert.Equal(all[6].OffsetBytes, allocator.Allocate(2 * Size).OffsetBytes);
        Assert.Equal(1 << 16, allocator.MappedBytes);
    }

    // Segments of many sizes come and go, as compaction makes them: all of their room is found again.
    [Fact]
    public void Free_ManySizes_AreUsedAgain()
    {
        using var allocator = Durable();
        for (var round = 0; round < 20; round++)
        {
            var all = Enumerable.Range(1, 40).Select(i => allocator.Allocate(64 * (i + round))).ToList();
            allocator.Free(all);
        }

        var whole = allocator.Allocate((1 << 16) - ExtentFile.HeaderBytes);
        Assert.Equal((0, ExtentFile.HeaderBytes), (whole.Extent, (int)whole.OffsetBytes));
        Assert.InRange(allocator.MappedBytes, 0, 3 << 16);
    }

    [Fact]
    public void Allocate_LargerThanAnExtent_GetsOneOfItsOwn()
    {
        using var allocator = Durable();
        allocator.Allocate(Size);
        var large = allocator.Allocate(1 << 20);
        Assert.Equal((1, ExtentFile.HeaderBytes), (large.Extent, (int)large.OffsetBytes));
        Assert.Equal((1 << 16) + (1 << 20) + ExtentFile.HeaderBytes, allocator.MappedBytes);
    }

    public void Dispose() => _directory.Dispose();

    private static void Checkpoint(SegmentAllocator allocator)
    {
        allocator.BeginCapture();
        allocator.EndCapture();
        allocator.Release();
    }

    private SegmentAllocator Durable() => new(new ExtentStore(_directory.Path, directoryId: 1, extentBytes: 1 << 16, beforeReserving: null));
}
