using System.Runtime.CompilerServices;
using Zepto.Http.Monitoring;
using Zepto.Native.Memory;

namespace Zepto.Http.Tests.Monitoring;

public sealed class MetricsHistoryTests
{
    [Fact]
    public void Memory_IsOfTheFixedSizeAndGivenBack()
    {
        Assert.Equal(72, Unsafe.SizeOf<MetricsSnapshot>());
        Assert.Equal(3640, MetricsHistory.Capacity);
        using MetricsHistory history = new();
        for (int i = 0; i < 2 * MetricsHistory.Capacity; i++) history.Add(At(i));
        history.Dispose();
        Assert.Throws<IndexOutOfRangeException>(() => history.Copy(0, new MetricsSnapshot[1]).Length);
    }

    [Fact]
    public void Copy_EveryField_IsAsAdded()
    {
        using MetricsHistory history = new();
        MetricsSnapshot snapshot = new(1, 2, 3, 4, 5, 6, 7, 8, 9);
        history.Add(snapshot);
        Assert.Equal([snapshot], Copy(history, 0, 10));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3639)]
    [InlineData(3640)]
    [InlineData(3641)]
    [InlineData(7280)]
    [InlineData(7281)]
    [InlineData(10_000)]
    public void Copy_AfterSoMany_HasTheNewestOldestFirst(int count)
    {
        using MetricsHistory history = new();
        for (int i = 0; i < count; i++) history.Add(At(i));
        int kept = Math.Min(count, MetricsHistory.Capacity);
        Assert.Equal(Enumerable.Range(count - kept, kept).Select(i => (long)i), Copy(history, 0, 5000).Select(snapshot => snapshot.TimestampMs));
        Assert.Equal(Enumerable.Range(Math.Max(count - 2, 0), Math.Min(count, 2)).Select(i => (long)i), Copy(history, 0, 2).Select(snapshot => snapshot.TimestampMs));
    }

    [Theory]
    [InlineData(0, 10, "10,20,30,25,40")]
    [InlineData(10, 10, "10,20,30,25,40")]
    [InlineData(11, 10, "20,30,25,40")]
    [InlineData(26, 10, "30,40")]
    [InlineData(40, 10, "40")]
    [InlineData(41, 10, "")]
    [InlineData(long.MaxValue, 10, "")]
    [InlineData(0, 2, "25,40")]
    [InlineData(26, 2, "30,40")]
    [InlineData(0, 0, "")]
    public void Copy_SinceATime_LeavesOutTheOlderEvenWhenTheClockWasSetBack(long sinceMs, int most, string expected)
    {
        using MetricsHistory history = new();
        foreach (int timestampMs in (int[])[10, 20, 30, 25, 40]) history.Add(At(timestampMs));
        Assert.Equal(expected, string.Join(',', Copy(history, sinceMs, most).Select(snapshot => snapshot.TimestampMs)));
    }

    // Every field of a snapshot has its number, so one put together from two would be seen.
    [Fact]
    public void Copy_WhileAnotherThreadAdds_GivesWholeSnapshotsInOrder()
    {
        const int count = 400_000;
        using MetricsHistory history = new();
        bool isDone = false;
        Thread writer = new(() =>
        {
            for (int i = 0; i < count; i++) history.Add(At(i));
            Volatile.Write(ref isDone, true);
        });
        writer.Start();
        MetricsSnapshot[] target = new MetricsSnapshot[MetricsHistory.Capacity];
        long seen = 0;
        for (bool isLast = false; !isLast;)
        {
            isLast = Volatile.Read(ref isDone);
            long previous = -1;
            foreach (MetricsSnapshot snapshot in history.Copy(0, target))
            {
                Assert.Equal(At((int)snapshot.TimestampMs), snapshot);
                Assert.True(previous < 0 || snapshot.TimestampMs == previous + 1, $"{snapshot.TimestampMs} after {previous}");
                previous = snapshot.TimestampMs;
                seen++;
            }
        }
        writer.Join();
        Assert.Equal(count - 1, target[^1].TimestampMs);
        Assert.True(seen >= MetricsHistory.Capacity);
    }

    private static MetricsSnapshot At(int timestampMs) => new(timestampMs, 0, timestampMs, timestampMs, timestampMs, timestampMs, timestampMs, timestampMs, timestampMs);

    private static MetricsSnapshot[] Copy(MetricsHistory history, long sinceMs, int most) => history.Copy(sinceMs, new MetricsSnapshot[most]).ToArray();
}
