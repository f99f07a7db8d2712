using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Zepto.Peers;

/// <summary>
/// A load generator that costs as little as a client can: one thread, epoll, one receive and one send a round trip. Every connection sends the same
/// bytes, waits for all their answers and sends them again. wrk changes its epoll set twice a request, so that on one core it is often slower than
/// the servers it measures.
/// </summary>
internal sealed class LoadClient
{
    private const int EventsMax = 512;
    private const int BufferBytes = 64 << 10;

    private sealed class Connection(Socket socket)
    {
        // Kept so that the descriptor stays open.
        public readonly Socket Socket = socket;
        public readonly byte[] Received = new byte[BufferBytes];
        public int Length;
        public int Awaited;
        public long SentAt;
    }

    private readonly byte[] _requests;
    private readonly int _pipelined;
    private readonly int _epoll = EpollCalls.Checked(EpollCalls.Create(0), "epoll_create1");
    private readonly Dictionary<int, Connection> _connections = [];
    private readonly LatencyCounts _latencies = new();
    private long _answers;

    private LoadClient(byte[] request, int pipelined)
    {
        _pipelined = pipelined;
        _requests = [.. Enumerable.Repeat(request, pipelined).SelectMany(r => r)];
    }

    /// <summary>Loads a server for some seconds and prints <c>REQUESTS SECONDS P50_US P99_US</c>.</summary>
    /// <param name="arguments">PORT REQUEST_FILE CONNECTIONS PIPELINED SECONDS.</param>
    /// <exception cref="InvalidOperationException">An answer was no 200, or a connection ended.</exception>
    public static void Run(ReadOnlySpan<string> arguments)
    {
        var client = new LoadClient(File.ReadAllBytes(arguments[1]), Number(arguments[3]));
        client.Connect(new IPEndPoint(IPAddress.Loopback, Number(arguments[0])), Number(arguments[2]));
        var seconds = client.Load(TimeSpan.FromSeconds(Number(arguments[4])));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{client._answers} {seconds:F4} {client._latencies.Quantile(0.5):F1} {client._latencies.Quantile(0.99):F1}"));
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private void Connect(IPEndPoint server, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(server);
            var descriptor = (int)socket.SafeHandle.DangerousGetHandle();
            var wanted = new EpollEvent { Events = EpollCalls.In, Descriptor = descriptor };
            EpollCalls.Checked(EpollCalls.Control(_epoll, EpollCalls.Add, descriptor, ref wanted), "epoll_ctl");
            _connections.Add(descriptor, new Connection(socket));
        }
    }

    private double Load(TimeSpan duration)
    {
        Span<EpollEvent> events = stackalloc EpollEvent[EventsMax];
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        foreach (var (descriptor, connection) in _connections)
            Send(descriptor, connection, start);
        while (true)
        {
            var count = EpollCalls.Wait(_epoll, events, timeoutMs: 1000);
            var now = Stopwatch.GetTimestamp();
            if (now >= end)
                return Stopwatch.GetElapsedTime(start, now).TotalSeconds;
            for (var i = 0; i < count; i++)
                Receive(events[i].Descriptor, _connections[events[i].Descriptor]);
        }
    }

    private void Receive(int descriptor, Connection connection)
    {
        var received = EpollCalls.Receive(descriptor, connection.Received.AsSpan(connection.Length));
        if (received <= 0)
            throw new InvalidOperationException("the server ended a connection");
        connection.Length += received;
        var bytes = connection.Received.AsSpan(0, connection.Length);
        var used = 0;
        while (connection.Awaited > 0 && ResponseFraming.TryTake(bytes[used..], out var length))
        {
            used += length;
            connection.Awaited--;
            _answers++;
        }

        bytes[used..].CopyTo(connection.Received);
        connection.Length -= used;
        if (connection.Awaited > 0)
            return;
        var now = Stopwatch.GetTimestamp();
        _latencies.Add(Stopwatch.GetElapsedTime(connection.SentAt, now));
        Send(descriptor, connection, now);
    }

    private void Send(int descriptor, Connection connection, long now)
    {
        connection.SentAt = now;
        connection.Awaited = _pipelined;
        EpollCalls.SendAll(descriptor, _requests);
    }
}
