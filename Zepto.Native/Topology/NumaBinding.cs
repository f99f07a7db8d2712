using Zepto.Native.Diagnostics;
using Zepto.Native.Interop;

namespace Zepto.Native.Topology;

/// <summary>Places memory on a node.</summary>
public static unsafe class NumaBinding
{
    private const int Preferred = 1;

    /// <summary>Asks that pages of the range not touched yet come from a node; false (and one log line) where the kernel refuses.</summary>
    public static bool TryPrefer(void* address, long bytes, int node)
    {
        var mask = 1UL << node;
        if (node < 64 && Libc.Mbind(Libc.SystemCallMbind, address, (nuint)bytes, Preferred, &mask, 64, 0) == 0)
            return true;
        NativeLog.Missing("NUMA placement", "mbind refused");
        return false;
    }
}
