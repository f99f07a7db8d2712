using Zepto.Storage.Extents;

namespace Zepto.Storage.Tests.Extents;

public class FreeSpaceTests
{
    [Fact]
    public void TryTake_SmallestRangeThatFits_IsCutFromItsFront()
    {
        var free = new FreeSpace();
        free.Add(0, 0, 1000);
        free.Add(1, 500, 100);
        Assert.True(free.TryTake(100, out var extent, out var start));
        Assert.Equal((1, 500), (extent, start));
        Assert.True(free.TryTake(100, out extent, out start));
        Assert.Equal((0, 0), (extent, start));
        Assert.False(free.TryTake(901, out _, out _));
        Assert.True(free.TryTake(900, out extent, out start));
        Assert.Equal((0, 100), (extent, start));
        Assert.Equal(0, free.TotalBytes);
        Assert.False(free.TryTake(1, out _, out _));
    }

    [Fact]
    public void Add_Neighbours_AreJoinedButNotAcrossExtents()
    {
        var free = new FreeSpace();
        free.Add(0, 0, 64);
        free.Add(0, 128, 64);
        free.Add(1, 192, 64);
        Assert.False(free.TryTake(192, out _, out _));
        free.Add(0, 64, 64);
        Assert.False(free.TryTake(193, out _, out _));
        Assert.True(free.TryTake(192, out var extent, out var start));
        Assert.Equal((0, 0), (extent, start));
    }

    // Random takes and adds against a map of units: no unit is given twice, and all come back as one range.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TakeAndAdd_Random_NeverOverlap(int seed)
    {
        const int units = 2000;
        var random = new Random(seed);
        var free = new FreeSpace();
        free.Add(0, 0, units);
        var taken = new bool[units];
        var held = new List<(long Start, int Size)>();
        for (var i = 0; i < 20_000; i++)
        {
            var size = random.Next(1, 60);
            if (random.Next(2) == 0 && free.TryTake(size, out _, out var start))
            {
                Assert.DoesNotContain(true, taken.AsSpan((int)start, size).ToArray());
                taken.AsSpan((int)start, size).Fill(true);
                held.Add((start, size));
            }
            else if (held.Count > 0)
            {
                var index = random.Next(held.Count);
                taken.AsSpan((int)held[index].Start, held[index].Size).Clear();
                free.Add(0, held[index].Start, held[index].Size);
                held.RemoveAt(index);
            }

            Assert.True(free.TotalBytes == taken.Count(t => !t), $"seed {seed}, step {i}");
        }

        foreach (var (start, size) in held)
            free.Add(0, start, size);
        Assert.True(free.TryTake(units, out _, out _), $"seed {seed}: the ranges were not joined");
    }
}
