using Zepto.Http.Monitoring;

namespace Zepto.Http.Tests.Monitoring;

/// <summary>A pace that the test sets.</summary>
internal sealed class ManualPace : ISnapshotPace, IDisposable
{
    private readonly SemaphoreSlim _beats = new(0);
    private readonly SemaphoreSlim _waits = new(0);
    private volatile bool _isStopped;

    /// <summary>Returns once the collector has taken its first snapshot.</summary>
    public void WaitForFirst() => Assert.True(_waits.Wait(TimeSpan.FromSeconds(60)));

    /// <summary>Has one snapshot taken and returns once it is; after <see cref="WaitForFirst"/>.</summary>
    public void Beat()
    {
        _beats.Release();
        Assert.True(_waits.Wait(TimeSpan.FromSeconds(60)));
    }

    public bool WaitForNext()
    {
        _waits.Release();
        _beats.Wait();
        return !_isStopped;
    }

    public void Stop()
    {
        _isStopped = true;
        _beats.Release();
    }

    public void Dispose()
    {
        _beats.Dispose();
        _waits.Dispose();
    }
}
