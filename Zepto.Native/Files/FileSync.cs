using Microsoft.Win32.SafeHandles;
using Zepto.Native.Interop;

namespace Zepto.Native.Files;

/// <summary>Durability and space of files. A failed sync throws and must never be retried as if it had worked: the kernel may have dropped the pages.</summary>
public static class FileSync
{
    /// <summary>Data and metadata to the device.</summary>
    public static void Fsync(SafeFileHandle file, string path)
    {
        if (Libc.Fsync(file) != 0)
            NativeException.Throw("fsync", path);
    }

    /// <summary>Data, and only the metadata needed to read it, to the device.</summary>
    public static void Fdatasync(SafeFileHandle file, string path)
    {
        if (Libc.Fdatasync(file) != 0)
            NativeException.Throw("fdatasync", path);
    }

    /// <summary>Makes created, renamed and deleted names of a directory durable.</summary>
    public static void FsyncDirectory(string path)
    {
        var descriptor = Libc.Open(path, Libc.OpenReadOnlyDirectory);
        if (descriptor < 0)
            NativeException.Throw("open", path);
        var result = Libc.FsyncDescriptor(descriptor);
        var errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        _ = Libc.Close(descriptor);
        if (result != 0)
            throw new NativeException("fsync", path, errno);
    }

    /// <summary>Sets a file's length with a hole at its end; no space is taken until it is written.</summary>
    public static void SetLength(SafeFileHandle file, string path, long lengthBytes)
    {
        if (Libc.Ftruncate(file, lengthBytes) != 0)
            NativeException.Throw("ftruncate", path);
    }

    /// <summary>Takes space for a range now, so that writing it later cannot meet a full disk. A file system that cannot falls back to a hole.</summary>
    public static void Allocate(SafeFileHandle file, string path, long offsetBytes, long lengthBytes)
    {
        if (Libc.Fallocate(file, 0, offsetBytes, lengthBytes) == 0)
            return;
        const int notSupported = 95;
        if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != notSupported)
            NativeException.Throw("fallocate", path);
        Diagnostics.NativeLog.Missing("fallocate", "the file system does not support it");
        if (RandomAccess.GetLength(file) < offsetBytes + lengthBytes)
            SetLength(file, path, offsetBytes + lengthBytes);
    }

    /// <summary>Gives a range's space back to the file system; it reads as zeros then. False where the file system cannot.</summary>
    public static bool TryPunchHole(SafeFileHandle file, long offsetBytes, long lengthBytes) =>
        Libc.Fallocate(file, Libc.FallocatePunchHole | Libc.FallocateKeepSize, offsetBytes, lengthBytes) == 0;
}
