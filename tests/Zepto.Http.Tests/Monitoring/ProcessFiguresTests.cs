using Zepto.Http.Monitoring;
using Zepto.Http.Responses;

namespace Zepto.Http.Tests.Monitoring;

public sealed class ProcessFiguresTests
{
    [Fact]
    public void Read_WithinASecond_AsksOnce()
    {
        ServerClock clock = new();
        clock.Set(5_000, DateTime.UnixEpoch);
        ProcessFigures figures = new(clock);
        ProcessFigures.Values first = figures.Read();
        Assert.True(first.ResidentBytes > 0 && first.ProcessorSeconds >= 0);
        clock.Set(5_000 + ProcessFigures.KeptMs - 1, DateTime.UnixEpoch);
        Assert.Same(first, figures.Read());
        clock.Set(5_000 + ProcessFigures.KeptMs, DateTime.UnixEpoch);
        Assert.NotSame(first, figures.Read());
    }
}
