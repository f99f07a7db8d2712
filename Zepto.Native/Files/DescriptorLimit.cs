using Zepto.Native.Interop;

namespace Zepto.Native.Files;

/// <summary>How many descriptors (files, sockets, mappings in the making) the process may have open.</summary>
public static unsafe class DescriptorLimit
{
    /// <summary>Most descriptors at once; the largest number where the system has no such limit.</summary>
    public static long Most
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return long.MaxValue;
            var limits = stackalloc ulong[2];
            return Libc.GetResourceLimit(Libc.ResourceOpenFiles, limits) == 0 && limits[0] < long.MaxValue ? (long)limits[0] : long.MaxValue;
        }
    }

    /// <summary>Descriptors open now; 0 where the system does not tell.</summary>
    public static int Open
    {
        get
        {
            const string folder = "/proc/self/fd";
            return Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Count() : 0;
        }
    }
}
