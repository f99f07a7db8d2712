namespace Zepto.Native.Memory;

/// <summary>Unmanaged bytes held, by tag: for leak tests and metrics. Thread-safe.</summary>
public static class NativeMemoryLedger
{
    private static readonly long[] Bytes = new long[Enum.GetValues<MemoryTag>().Length];

    /// <summary>Bytes held under a tag now.</summary>
    public static long Held(MemoryTag tag) => Volatile.Read(ref Bytes[(int)tag]);

    internal static void Add(MemoryTag tag, long bytes) => Interlocked.Add(ref Bytes[(int)tag], bytes);
}
