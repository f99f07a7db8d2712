using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Zepto.Native.Interop;

namespace Zepto.Native.Sockets;

/// <summary>What happened to a descriptor since its last event (edge-triggered).</summary>
[Flags]
public enum SocketEvents : uint
{
    None = 0,

    /// <summary>There may be something to read.</summary>
    Readable = 1,

    /// <summary>There may be room to send.</summary>
    Writable = 4,

    /// <summary>It broke.</summary>
    Error = 8,

    /// <summary>Both directions have ended.</summary>
    HangUp = 0x10,

    /// <summary>The other side has ended its sending.</summary>
    PeerEnded = 0x2000,
}

/// <summary>
/// An epoll instance (Linux): tells one thread which of many descriptors became ready. Edge-triggered: after an event the descriptor is tried until it
/// would wait, only then comes the next event. <see cref="Add"/> and <see cref="Wake"/> may be called from any thread.
/// </summary>
public sealed unsafe class EpollQueue : IDisposable
{
    private const int MaxEvents = 256;
    private const uint EdgeTriggered = 1u << 31;
    private const ulong WakeToken = ulong.MaxValue;

    // struct epoll_event is packed on x64 only.
    private static readonly int s_tokenOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_eventBytes = s_tokenOffset + sizeof(ulong);

    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * s_eventBytes, pinned: true);
    private readonly int _queue;
    private readonly int _wake;
    private int _count;

    /// <exception cref="NativeException">The system refuses, for example for want of descriptors.</exception>
    public EpollQueue()
    {
        _queue = Libc.EpollCreate(Libc.EpollCloseOnExec);
        if (_queue < 0)
            NativeException.Throw("epoll_create1");
        _wake = Libc.EventDescriptor(0, Libc.EventCloseOnExec | Libc.EventDoNotBlock);
        if (_wake < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            _ = Libc.Close(_queue);
            throw new NativeException("eventfd", null, errno);
        }

        Add(_wake, WakeToken, SocketEvents.Readable);
    }

    /// <summary>Whether the system has it.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Watches a descriptor until it is closed.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="token">Comes with its events; not the largest number.</param>
    /// <param name="events">Events wanted; errors and the end always come.</param>
    /// <exception cref="NativeException">The system refuses.</exception>
    public void Add(int descriptor, ulong token, SocketEvents events)
    {
        var change = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(change, 4), (uint)events | EdgeTriggered);
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(change + s_tokenOffset, 8), token);
        if (Libc.EpollControl(_queue, Libc.EpollAdd, descriptor, change) != 0)
            NativeException.Throw("epoll_ctl");
    }

    /// <summary>Waits for events or a wake-up; the events are valid until the next call. One thread.</summary>
    /// <param name="canWait">False to look only for what is there.</param>
    /// <returns>Number of events, 0 when there are none.</returns>
    public int Wait(bool canWait = true)
    {
        fixed (byte* events = _events)
        {
            _count = Libc.EpollWait(_queue, events, MaxEvents, canWait ? -1 : 0);
            if (_count >= 0)
                return _count;
            _count = 0;
            if (Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
                NativeException.Throw("epoll_wait");
            return 0;
        }
    }

    /// <summary>An event of the last wait; false for a wake-up.</summary>
    public bool TryGet(int index, out ulong token, out SocketEvents events)
    {
        ReadOnlySpan<byte> entry = _events.AsSpan(index * s_eventBytes, s_eventBytes);
        events = (SocketEvents)BinaryPrimitives.ReadUInt32LittleEndian(entry);
        token = BinaryPrimitives.ReadUInt64LittleEndian(entry[s_tokenOffset..]);
        if (token != WakeToken)
            return true;
        long count;
        _ = Libc.Read(_wake, &count, sizeof(long));
        return false;
    }

    /// <summary>Ends the present or next <see cref="Wait"/>.</summary>
    public void Wake()
    {
        long one = 1;
        _ = Libc.Write(_wake, &one, sizeof(long));
    }

    public void Dispose()
    {
        _ = Libc.Close(_wake);
        _ = Libc.Close(_queue);
    }
}
