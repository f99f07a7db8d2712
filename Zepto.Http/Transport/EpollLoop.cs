using System.Diagnostics;
using Zepto.Native.Sockets;
using Zepto.Native.Threads;

namespace Zepto.Http.Transport;

/// <summary>
/// A thread that waits for the events of its connections and runs their requests. It ends when it was told to and its last
/// connection is gone.
/// </summary>
internal sealed class EpollLoop : IDisposable
{
    // Answers wait at most for so many others and so long for the handling of other events.
    private const int MaxDeferred = 32;
    private static readonly long s_maxDeferredTicks = Stopwatch.Frequency / 20_000; // 50 µs

    private readonly EpollQueue _queue = new();
    private readonly Lock _gate = new();
    private readonly Stack<int> _freeSlots = [];
    private EpollConnection?[] _connections = new EpollConnection?[64];
    private uint[] _generations = new uint[64];
    private readonly List<EpollWriter> _deferred = new(MaxDeferred);
    private long _deferredSince;

    // Set while other events wait to be handled on the loop's thread; of that thread's use only.
    [ThreadStatic]
    private static EpollLoop? t_busy;

    private int _usedSlots;
    private int _count;
    private bool _isEnding;

    public EpollLoop(string name) => PinnedThread.Start(name, cpu: -1, Run);

    /// <summary>Watches a connection until <see cref="Forget"/>.</summary>
    /// <exception cref="Native.NativeException">The system refuses.</exception>
    public void Add(EpollConnection connection, int descriptor)
    {
        lock (_gate)
        {
            int slot = _freeSlots.Count > 0 ? _freeSlots.Pop() : _usedSlots++;
            if (slot == _connections.Length)
            {
                Array.Resize(ref _generations, slot * 2);
                EpollConnection?[] grown = new EpollConnection?[slot * 2];
                _connections.CopyTo(grown, 0);
                Volatile.Write(ref _connections, grown);
            }
            connection.Slot = slot;
            connection.Generation = ++_generations[slot];
            Volatile.Write(ref _connections[slot], connection);
            _count++;
            try
            {
                _queue.Add(descriptor, ((ulong)connection.Generation << 32) | (uint)slot, SocketEvents.Readable | SocketEvents.Writable | SocketEvents.PeerEnded);
            }
            catch
            {
                Release(slot);
                throw;
            }
        }
    }

    /// <summary>Lets go of a connection; its descriptor is closed by the caller.</summary>
    public void Forget(EpollConnection connection)
    {
        lock (_gate)
        {
            Release(connection.Slot);
            if (_isEnding && _count == 0) _queue.Wake();
        }
    }

    /// <summary>Lets the thread end after its last connection, which lives on.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            if (_count == 0) _queue.Wake();
        }
    }

    /// <summary>
    /// Takes over the sending of a flush when more events wait to be handled; false when it is to send itself. A send wakes the client up, which is the most
    /// expensive part of a small answer: sent one right after the other, answers find it awake.
    /// </summary>
    public bool TryDefer(EpollWriter writer)
    {
        if (t_busy != this) return false;
        if (_deferred.Count == 0) _deferredSince = Stopwatch.GetTimestamp();
        _deferred.Add(writer);
        return true;
    }

    private void SendDeferred()
    {
        t_busy = null;
        foreach (EpollWriter writer in _deferred) writer.SendDeferred();
        _deferred.Clear();
    }

    private void Release(int slot)
    {
        Volatile.Write(ref _connections[slot], null);
        _freeSlots.Push(slot);
        _count--;
    }

    private void Run()
    {
        while (true)
        {
            int count = _queue.Wait();
            for (int i = 0; i < count; i++)
            {
                if (!_queue.TryGet(i, out ulong token, out SocketEvents events)) continue;
                EpollConnection? connection = Volatile.Read(ref _connections)[(uint)token];
                // The event of a connection that has ended meanwhile is not for the one that took its place.
                if (connection is null || connection.Generation != (uint)(token >> 32)) continue;
                t_busy = i + 1 < count || _deferred.Count > 0 ? this : null;
                connection.OnEvents(events);
                if (_deferred.Count == MaxDeferred || (_deferred.Count > 0 && Stopwatch.GetTimestamp() - _deferredSince > s_maxDeferredTicks)) SendDeferred();
            }
            if (_deferred.Count > 0) SendDeferred();
            t_busy = null;
            lock (_gate)
            {
                if (!_isEnding || _count > 0) continue;
                _queue.Dispose();
                return;
            }
        }
    }
}
