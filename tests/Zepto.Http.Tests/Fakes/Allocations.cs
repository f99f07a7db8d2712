namespace Zepto.Http.Tests;

internal static class Allocations
{
    /// <summary>
    /// Asserts that the body allocates nothing on this thread once warm. The runtime may allocate once or twice itself when it replaces
    /// code by better code, so one round of three without any is the proof; a body that allocates does so in each.
    /// </summary>
    public static void AssertNone(Action body)
    {
        for (int i = 0; i < 256; i++) body();
        long least = long.MaxValue;
        for (int round = 0; round < 3 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1024; i++) body();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }
}
