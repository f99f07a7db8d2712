using Microsoft.Win32.SafeHandles;
using Zepto.Native.Interop;

namespace Zepto.Native.Files;

/// <summary>Copies of files that share their disk space with the original until one of the two is written (reflinks of Btrfs, XFS and others).</summary>
public static class FileClone
{
    /// <summary>
    /// Makes an empty file the copy of another one as it is at the moment. False where the system cannot, for whatever reason: copying the bytes
    /// meets the reason again if it is one for that too.
    /// </summary>
    public static bool TryClone(SafeFileHandle source, SafeFileHandle target) =>
        OperatingSystem.IsLinux() && Libc.ControlFiles(target, Libc.ControlClone, source) == 0;
}
