using Zepto.Http.Hosting;
using Zepto.Http.Monitoring;
using Zepto.Http.Responses;
using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Monitoring;

public sealed class MetricsCollectorTests
{
    private readonly ServerClock _clock = new();

    [Fact]
    public void Start_TakesOneAtOnceAndThenOneABeat()
    {
        using MetricsHistory history = new();
        using ManualPace pace = new();
        using FakeRunner engine = new();
        MetricsCollector collector = new(engine, history, _clock, pace);
        SetClock(5);
        collector.Start();
        pace.WaitForFirst();
        SetClock(7);
        pace.Beat();
        Assert.True(collector.Stop(60_000));
        Assert.Equal([Expected(5), Expected(7)], history.Copy(0, new MetricsSnapshot[9]).ToArray());
    }

    [Fact]
    public void Stop_WithTheRealPace_EndsTheThreadLongBeforeTheNextBeat()
    {
        using MetricsHistory history = new();
        using FakeRunner engine = new();
        MetricsCollector collector = new(engine, history, _clock, new IntervalPace(int.MaxValue));
        collector.Start();
        Assert.True(collector.Stop(60_000));
        Assert.True(collector.Stop(60_000));
        Assert.Equal(1, history.Copy(0, new MetricsSnapshot[9]).Length);
    }

    [Fact]
    public void IntervalPace_UntilStopped_BeatsAgainAndAgain()
    {
        IntervalPace pace = new(1);
        Assert.True(pace.WaitForNext());
        Assert.True(pace.WaitForNext());
        pace.Stop();
        Assert.False(pace.WaitForNext());
    }

    [Fact]
    public void Stop_NeverStarted_IsFine()
    {
        using MetricsHistory history = new();
        using FakeRunner engine = new();
        Assert.True(new MetricsCollector(engine, history, _clock, new IntervalPace(1)).Stop(0));
    }

    [Fact]
    public void Capture_OfTheRealEngine_AllocatesNothing()
    {
        using MetricsHistory history = new();
        using DatabaseEngine engine = DatabaseEngine.Open(
            new ServerOptions { InMemory = true, Pin = false, QueryThreads = 1 }, new ServerLog(TextWriter.Null, LogFormat.Text, LogLevel.Error));
        MetricsCollector collector = new(engine.Statistics, history, _clock, new IntervalPace(1));
        Allocations.AssertNone(collector.Capture);
    }

    private static MetricsSnapshot Expected(long timestampMs) => new(timestampMs, 0, 5_000_000, 4_999_800, 200, 12_345, 50_000_000, 10, 181);

    private void SetClock(long unixMs) => _clock.Set(0, DateTime.UnixEpoch.AddMilliseconds(unixMs));
}
