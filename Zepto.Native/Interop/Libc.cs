using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Zepto.Native.Interop;

/// <summary>Calls into the C library (Linux). Declarations only; every caller turns failures into <see cref="NativeException"/>.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    public const int ProtRead = 1;
    public const int ProtWrite = 2;
    public const int MapShared = 1;
    public const int MapPrivate = 2;
    public const int MapAnonymous = 0x20;
    public const int MapNoReserve = 0x4000;
    public const int MapPopulate = 0x8000;
    public const int AdviseSequential = 2;
    public const int AdviseDoNotNeed = 4;
    public const int AdviseHugePage = 14;
    public const int SyncWait = 4;
    public const int FallocateKeepSize = 1;
    public const int FallocatePunchHole = 2;
    public const int OpenReadOnlyDirectory = 0x10000;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenCloseOnExec = 0x80000;
    public const int LockExclusive = 2;
    public const int LockWithoutWaiting = 4;
    public const int SchedulerIdle = 5;
    public const long SystemCallMbind = 237;
    public const int ResourceOpenFiles = 7;
    public const int MessageDoNotWait = 0x40;
    public const int MessageNoSignal = 0x4000;
    public const int MessageMore = 0x8000;
    public const int ErrorInterrupted = 4;
    public const int ErrorTryAgain = 11;
    public const int EpollCloseOnExec = 0x80000;
    public const int EpollAdd = 1;
    public const int EventCloseOnExec = 0x80000;
    public const int EventDoNotBlock = 0x800;

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial void* MmapFile(void* address, nuint length, int protection, int flags, SafeFileHandle descriptor, long offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    public static partial int Munmap(void* address, nuint length);

    [LibraryImport(Library, EntryPoint = "madvise", SetLastError = true)]
    public static partial int Madvise(void* address, nuint length, int advice);

    [LibraryImport(Library, EntryPoint = "msync", SetLastError = true)]
    public static partial int Msync(void* address, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(SafeFileHandle descriptor);

    [LibraryImport(Library, EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int Fdatasync(SafeFileHandle descriptor);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int FsyncDescriptor(int descriptor);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenWithMode(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Flock(SafeFileHandle descriptor, int operation);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Fallocate(SafeFileHandle descriptor, int mode, long offset, long length);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Ftruncate(SafeFileHandle descriptor, long length);

    [LibraryImport(Library, EntryPoint = "pwritev", SetLastError = true)]
    public static partial nint Pwritev(SafeFileHandle descriptor, void* parts, int count, long offset);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nuint maskBytes, ulong* mask);

    [LibraryImport(Library, EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static partial int GetAffinity(int thread, nuint maskBytes, ulong* mask);

    [LibraryImport(Library, EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static partial int SetScheduler(int thread, int policy, int* priority);

    [LibraryImport(Library, EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetResourceLimit(int resource, ulong* limits);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial long Mbind(long number, void* address, nuint length, int mode, ulong* nodeMask, nuint maxNode, uint flags);

    // Socket calls that never block: suppressing the GC transition saves more than it can delay a collection, and leaves errno as it was.
    [LibraryImport(Library, EntryPoint = "recv"), SuppressGCTransition]
    public static partial nint Receive(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "send"), SuppressGCTransition]
    public static partial nint Send(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int queue, int operation, int descriptor, byte* change);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int queue, byte* events, int maxEvents, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nuint length);
}
