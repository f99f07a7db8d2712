using Zepto.Native.Threads;

namespace Zepto.Native.Tests.Threads;

public class PinnedThreadTests
{
    [Fact]
    public void Start_OnACpu_ThreadMayRunOnlyThere()
    {
        var cpu = PinnedThread.AllowedCpus()[^1];
        int[] seen = [];
        PinnedThread.Start("pinned", cpu, () => seen = PinnedThread.AllowedCpus()).Join();
        Assert.Equal([cpu], seen);
    }

    [Fact]
    public void Start_Unpinned_ThreadMayRunAnywhere()
    {
        int[] seen = [];
        PinnedThread.Start("free", -1, () => seen = PinnedThread.AllowedCpus(), idlePriority: true).Join();
        Assert.Equal(PinnedThread.AllowedCpus(), seen);
    }

    [Fact]
    public void Start_CpuThatIsNotThere_RunsUnpinned()
    {
        int[] seen = [];
        PinnedThread.Start("lost", 1000, () => seen = PinnedThread.AllowedCpus()).Join();
        Assert.Equal(PinnedThread.AllowedCpus(), seen);
    }
}
