using System.Net;
using System.Net.Sockets;
using Zepto.Native.Sockets;

namespace Zepto.Native.Tests.Sockets;

public sealed class EpollQueueTests
{
    [Fact]
    public void Wait_BytesRoomAndEnd_ComeAsEventsWithTheToken()
    {
        Assert.SkipUnless(EpollQueue.IsSupported, "epoll is Linux's");
        using var queue = new EpollQueue();
        var (ours, theirs) = Connect();
        using (ours)
        using (theirs)
        {
            queue.Add((int)ours.Handle, 7, SocketEvents.Readable | SocketEvents.PeerEnded);
            theirs.Send("x"u8);
            Assert.Equal((7ul, SocketEvents.Readable), Next(queue));
            Span<byte> buffer = stackalloc byte[10];
            Assert.Equal(1, NativeSocket.Receive((int)ours.Handle, buffer));
            Assert.Equal(NativeSocket.WouldWait, NativeSocket.Receive((int)ours.Handle, buffer));
            theirs.Shutdown(SocketShutdown.Send);
            Assert.Equal((7ul, SocketEvents.Readable | SocketEvents.PeerEnded), Next(queue));
            Assert.Equal(0, NativeSocket.Receive((int)ours.Handle, buffer));
        }
    }

    [Fact]
    public async Task Wake_EndsAWait()
    {
        Assert.SkipUnless(EpollQueue.IsSupported, "epoll is Linux's");
        using var queue = new EpollQueue();
        var waker = Task.Run(queue.Wake);
        var count = queue.Wait();
        Assert.Equal(1, count);
        Assert.False(queue.TryGet(0, out _, out _));
        await waker;
    }

    [Fact]
    public void Send_FullKernelBuffer_WouldWaitUntilThereIsRoom()
    {
        Assert.SkipUnless(EpollQueue.IsSupported, "epoll is Linux's");
        using var queue = new EpollQueue();
        var (ours, theirs) = Connect();
        using (ours)
        using (theirs)
        {
            var bytes = new byte[1 << 20];
            long sent = 0;
            int count;
            while ((count = NativeSocket.Send((int)ours.Handle, bytes, more: false)) != NativeSocket.WouldWait)
                sent += count;
            queue.Add((int)ours.Handle, 1, SocketEvents.Writable);
            for (long received = 0; received < sent;)
                received += theirs.Receive(bytes);
            Assert.Equal((1ul, SocketEvents.Writable), Next(queue));
        }
    }

    [Fact]
    public void Receive_AfterAReset_Throws()
    {
        Assert.SkipUnless(EpollQueue.IsSupported, "epoll is Linux's");
        using var queue = new EpollQueue();
        var (ours, theirs) = Connect();
        using (ours)
        {
            queue.Add((int)ours.Handle, 3, SocketEvents.PeerEnded);
            theirs.LingerState = new LingerOption(enable: true, seconds: 0);
            theirs.Dispose();
            Assert.Equal(3ul, Next(queue).Token);
            Assert.Throws<NativeException>(() => NativeSocket.Receive((int)ours.Handle, new byte[1]));
        }
    }

    private static (ulong Token, SocketEvents Events) Next(EpollQueue queue)
    {
        Assert.Equal(1, queue.Wait());
        Assert.True(queue.TryGet(0, out var token, out var events));
        return (token, events);
    }

    private static (Socket Ours, Socket Theirs) Connect()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var theirs = new Socket(SocketType.Stream, ProtocolType.Tcp);
        theirs.Connect(listener.LocalEndPoint!);
        return (listener.Accept(), theirs);
    }
}
