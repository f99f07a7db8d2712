using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Zepto.Peers;

/// <summary>
/// The floor of what an HTTP server costs on this machine: one thread, epoll, one receive and one send an event, a constant answer for every
/// request that has arrived. Level-triggered. Knows just enough HTTP for well-behaved clients: a GET ends at its empty line, a POST after
/// Content-Length bytes more. Pipelined requests of one receive are answered by one send.
/// </summary>
internal sealed class FloorServer
{
    private const int EventsMax = 512;
    private const int BufferBytes = 64 << 10;

    private sealed class Connection
    {
        public readonly byte[] Received = new byte[BufferBytes];
        public int Length;
    }

    private readonly ConstantAnswers _answers;
    private readonly int _epoll;
    private readonly int _listener;
    private Connection?[] _connections = new Connection?[1024];
    private readonly byte[] _output = new byte[1 << 20];

    private FloorServer(ConstantAnswers answers, int listener)
    {
        _answers = answers;
        _listener = listener;
        _epoll = EpollCalls.Checked(EpollCalls.Create(0), "epoll_create1");
        Watch(listener);
    }

    /// <summary>Serves until the process ends.</summary>
    public static void Run(ConstantAnswers answers)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new PlatformNotSupportedException("the floor server knows the event layout of x86-64 only");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(1024);
        var server = new FloorServer(answers, (int)socket.SafeHandle.DangerousGetHandle());
        Console.WriteLine($"listening on http://{socket.LocalEndPoint}");
        server.Loop();
    }

    private void Loop()
    {
        Span<EpollEvent> events = stackalloc EpollEvent[EventsMax];
        while (true)
        {
            var count = EpollCalls.Wait(_epoll, events, timeoutMs: -1);
            for (var i = 0; i < count; i++)
            {
                if (events[i].Descriptor == _listener)
                    Accept();
                else
                    Serve(events[i].Descriptor);
            }
        }
    }

    private void Accept()
    {
        var descriptor = EpollCalls.Accept(_listener);
        if (descriptor < 0)
            return;
        EpollCalls.SetNoDelay(descriptor);
        while (descriptor >= _connections.Length)
            Array.Resize(ref _connections, _connections.Length * 2);
        _connections[descriptor] ??= new Connection();
        _connections[descriptor]!.Length = 0;
        Watch(descriptor);
    }

    private void Watch(int descriptor)
    {
        var wanted = new EpollEvent { Events = EpollCalls.In, Descriptor = descriptor };
        EpollCalls.Checked(EpollCalls.Control(_epoll, EpollCalls.Add, descriptor, ref wanted), "epoll_ctl");
    }

    private void Serve(int descriptor)
    {
        var connection = _connections[descriptor]!;
        var received = EpollCalls.Receive(descriptor, connection.Received.AsSpan(connection.Length));
        if (received <= 0)
        {
            _ = EpollCalls.Close(descriptor);
            return;
        }

        connection.Length += received;
        var bytes = connection.Received.AsSpan(0, connection.Length);
        var used = 0;
        var written = 0;
        while (TryTakeRequest(bytes[used..], out var requestBytes, out var isPost))
        {
            used += requestBytes;
            var answer = isPost ? _answers.Post : _answers.Ping;
            if (written + answer.Length > _output.Length)
            {
                EpollCalls.SendAll(descriptor, _output.AsSpan(0, written));
                written = 0;
            }

            answer.CopyTo(_output.AsSpan(written));
            written += answer.Length;
        }

        bytes[used..].CopyTo(connection.Received);
        connection.Length -= used;
        if (written > 0)
            EpollCalls.SendAll(descriptor, _output.AsSpan(0, written));
    }

    private static bool TryTakeRequest(ReadOnlySpan<byte> bytes, out int length, out bool isPost)
    {
        length = 0;
        isPost = false;
        var headEnd = bytes.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return false;
        length = headEnd + 4;
        isPost = bytes[0] == 'P';
        if (!isPost)
            return true;
        length += ContentLength(bytes[..headEnd]);
        return length <= bytes.Length;
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        var field = head.IndexOf("Content-Length: "u8);
        if (field < 0)
            return 0;
        var value = 0;
        foreach (var b in head[(field + 16)..])
        {
            if (!char.IsAsciiDigit((char)b))
                break;
            value = value * 10 + (b - '0');
        }

        return value;
    }
}
