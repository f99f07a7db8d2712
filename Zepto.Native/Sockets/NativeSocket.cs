using System.Runtime.InteropServices;
using Zepto.Native.Interop;

namespace Zepto.Native.Sockets;

/// <summary>Bytes to and from a connected socket without ever waiting. The descriptor belongs to the caller and must stay open during a call.</summary>
public static unsafe class NativeSocket
{
    /// <summary>What a call returns when it would have to wait: an event of <see cref="EpollQueue"/> says when to try again.</summary>
    public const int WouldWait = -1;

    /// <summary>Takes bytes that have arrived.</summary>
    /// <param name="descriptor">The socket.</param>
    /// <param name="buffer">Where they go; not empty.</param>
    /// <returns>Bytes taken, 0 when the other side has ended its sending, or <see cref="WouldWait"/>.</returns>
    /// <exception cref="NativeException">The connection broke.</exception>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do count = Libc.Receive(descriptor, start, (nuint)buffer.Length, Libc.MessageDoNotWait);
            while (count < 0 && MustRepeat("recv"));
            return (int)count;
        }
    }

    /// <summary>Hands bytes to the kernel.</summary>
    /// <param name="descriptor">The socket.</param>
    /// <param name="bytes">What to send.</param>
    /// <param name="more">More follows at once, so the kernel may wait to fill a packet.</param>
    /// <returns>Bytes taken by the kernel, or <see cref="WouldWait"/>.</returns>
    /// <exception cref="NativeException">The connection broke.</exception>
    public static int Send(int descriptor, ReadOnlySpan<byte> bytes, bool more)
    {
        var flags = Libc.MessageDoNotWait | Libc.MessageNoSignal | (more ? Libc.MessageMore : 0);
        fixed (byte* start = bytes)
        {
            nint count;
            do count = Libc.Send(descriptor, start, (nuint)bytes.Length, flags);
            while (count < 0 && MustRepeat("send"));
            return (int)count;
        }
    }

    // True after a signal, false when the call would wait; anything else is an error.
    private static bool MustRepeat(string operation)
    {
        var errno = Marshal.GetLastSystemError();
        return errno switch
        {
            Libc.ErrorTryAgain => false,
            Libc.ErrorInterrupted => true,
            _ => throw new NativeException(operation, null, errno),
        };
    }
}
