using System.Runtime.InteropServices;

namespace Zepto.Native;

/// <summary>The operating system refused a call. The message is one line: what was tried, on what, why.</summary>
public sealed class NativeException(string operation, string? path, int errno)
    : IOException(path is null
        ? $"{operation} failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})"
        : $"{operation} failed on {path}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
{
    /// <summary>No space left on the device.</summary>
    public const int NoSpace = 28;

    /// <summary>Error number of the C library.</summary>
    public int Errno { get; } = errno;

    /// <summary>Throws with the calling thread's last error number.</summary>
    internal static void Throw(string operation, string? path = null) =>
        throw new NativeException(operation, path, Marshal.GetLastPInvokeError());
}
