namespace Zepto.Http.Tests;

internal static class Allocations
{
    /// <summary>Asserts that the body allocates nothing on this thread once warm.</summary>
    public static void AssertNone(Action body)
    {
        for (int i = 0; i < 256; i++) body();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1024; i++) body();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
