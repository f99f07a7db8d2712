using Zepto.Storage.Extents;
using Zepto.Storage.Persistence;

namespace Zepto.Storage.Tests.Persistence;

public sealed class CheckpointScheduleTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory _directory = new();
    private readonly StorageStatistics _statistics = new();
    private readonly TaskCompletionSource _checkpoint = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _log = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Time_RowsCame_MakesACheckpoint()
    {
        using var allocator = Allocator();
        using var schedule = Schedule(allocator, TimeSpan.FromMilliseconds(1));
        Assert.False(_checkpoint.Task.IsCompleted);
        _statistics.CountStored(rows: 1, latencyNs: 1);
        await _checkpoint.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Look_MuchRoomWaits_MakesACheckpoint()
    {
        using var allocator = Allocator();
        using var schedule = Schedule(allocator, TimeSpan.FromDays(1));
        var segments = Enumerable.Range(0, 3).Select(_ => allocator.Allocate(1 << 15)).ToArray();
        allocator.BeginCapture();
        allocator.EndCapture();
        allocator.Free([segments[0]]);
        allocator.Free([segments[1]]);
        schedule.Look();
        Assert.False(_checkpoint.Task.IsCompleted);
        allocator.Free([segments[2]]);
        schedule.Look();
        await _checkpoint.Task.WaitAsync(Patience);
    }

    // The one under way may have seen the tables before what the request is about.
    [Fact]
    public async Task Request_WhileOneRuns_MakesAnother()
    {
        using var allocator = Allocator();
        var (started, mayEnd) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        var options = new DatabaseOptions { CheckpointInterval = TimeSpan.FromDays(1), ExtentBytes = 1 << 16 };
        using (var schedule = new CheckpointSchedule(options, allocator, _statistics, null, async () =>
        {
            started.Release();
            await mayEnd.WaitAsync();
        }))
        {
            schedule.Request();
            Assert.True(await started.WaitAsync(Patience));
            schedule.Request();
            mayEnd.Release(2);
            Assert.True(await started.WaitAsync(Patience));
        }

        started.Dispose();
        mayEnd.Dispose();
    }

    [Fact]
    public async Task Checkpoint_Fails_IsLogged()
    {
        using var allocator = Allocator();
        using var schedule = Schedule(allocator, TimeSpan.FromMilliseconds(1), fails: true);
        _statistics.CountStored(rows: 1, latencyNs: 1);
        Assert.Equal("a checkpoint failed: no space", await _log.Task.WaitAsync(Patience));
    }

    public void Dispose() => _directory.Dispose();

    private SegmentAllocator Allocator() => new(new ExtentStore(_directory.Path, directoryId: 1, extentBytes: 1 << 16, beforeReserving: null));

    private CheckpointSchedule Schedule(SegmentAllocator allocator, TimeSpan interval, bool fails = false) =>
        new(new DatabaseOptions { CheckpointInterval = interval, ExtentBytes = 1 << 16, Log = line => _log.TrySetResult(line) }, allocator, _statistics, log: null, () =>
        {
            _checkpoint.TrySetResult();
            return fails ? throw new StorageException(StorageErrorKind.Unwritable, "no space") : default;
        });
}
