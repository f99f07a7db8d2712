using System.Runtime.InteropServices;

namespace Zepto.Peers;

/// <summary>struct epoll_event of x86-64: 12 bytes, the user's data right behind the event bits.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EpollEvent
{
    public uint Events;
    public int Descriptor;
    public int Unused;
}

/// <summary>The few calls of the C library that the floor server makes.</summary>
internal static unsafe partial class EpollCalls
{
    public const uint In = 1;
    public const int Add = 1;
    private const int TcpProtocol = 6;
    private const int TcpNoDelay = 1;
    private const int NoSignal = 0x4000;

    /// <summary>A result that is not negative, or an exception that names the call.</summary>
    public static int Checked(int result, string call) =>
        result >= 0 ? result : throw new InvalidOperationException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    public static int Wait(int epoll, Span<EpollEvent> events, int timeoutMs)
    {
        fixed (EpollEvent* first = events)
            return EpollWait(epoll, first, events.Length, timeoutMs);
    }

    public static int Accept(int listener) => Accept4(listener, null, null, 0);

    public static void SetNoDelay(int descriptor)
    {
        var on = 1;
        Checked(SetSocketOption(descriptor, TcpProtocol, TcpNoDelay, &on, sizeof(int)), "setsockopt");
    }

    /// <summary>Bytes received; 0 at the end of the stream, negative on an error.</summary>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
            return (int)Recv(descriptor, first, (nuint)buffer.Length, 0);
    }

    /// <summary>Sends everything, waiting when the peer does not read; errors are left to the next receive.</summary>
    public static void SendAll(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                var count = (int)Send(descriptor, first + sent, (nuint)(bytes.Length - sent), NoSignal);
                if (count <= 0)
                    return;
                sent += count;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int Control(int epoll, int operation, int descriptor, ref EpollEvent wanted);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int EpollWait(int epoll, EpollEvent* events, int count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "accept4")]
    private static partial int Accept4(int listener, void* address, void* addressLength, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSocketOption(int descriptor, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Recv(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(int descriptor, byte* buffer, nuint length, int flags);
}
