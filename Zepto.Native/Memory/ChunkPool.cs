using System.Runtime.InteropServices;
using Zepto.Native.Interop;

namespace Zepto.Native.Memory;

/// <summary>
/// Large chunks of arenas that are kept when a statement ends, because giving pages back to the operating system and faulting them in again costs large
/// statements more than their work. All of one size; bounded. Thread-safe.
/// </summary>
internal static unsafe class ChunkPool
{
    /// <summary>Size of every chunk.</summary>
    public const long ChunkBytes = 16L * 1024 * 1024;

    // 256 MiB that idle servers keep at most.
    private const int MostKept = 16;
    private const int HugePageBytes = 2 * 1024 * 1024;

    private static readonly Lock Gate = new();
    private static readonly nint[] Kept = new nint[MostKept];
    private static int s_keptCount;

    /// <summary>A chunk, 2 MiB aligned; its content is undefined.</summary>
    public static byte* Take()
    {
        lock (Gate)
        {
            if (s_keptCount > 0)
                return (byte*)Kept[--s_keptCount];
        }

        return Make(ChunkBytes);
    }

    /// <summary>Memory of another size, on huge pages too, to be freed by NativeMemory.AlignedFree.</summary>
    public static byte* Make(long bytes)
    {
        var made = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, HugePageBytes);
        // Fewer faults where the kernel can; it costs nothing where it cannot.
        _ = Libc.Madvise(made, (nuint)bytes, Libc.AdviseHugePage);
        return made;
    }

    /// <summary>Takes a chunk back.</summary>
    public static void Return(byte* chunk)
    {
        lock (Gate)
        {
            if (s_keptCount < MostKept)
            {
                Kept[s_keptCount++] = (nint)chunk;
                return;
            }
        }

        NativeMemory.AlignedFree(chunk);
    }
}
