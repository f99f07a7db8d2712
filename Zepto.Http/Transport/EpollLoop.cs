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

    // How long a connection whose client sends without a pause reads on before others have their turn.
    private static readonly long s_maxTurnTicks = Stopwatch.Frequency / 1_000; // 1 ms

    private readonly EpollQueue _queue = new();
    private readonly Lock _gate = new();
    private readonly Stack<int> _freeSlots = [];
    private EpollConnection?[] _connections = new EpollConnection?[64];
    private uint[] _generations = new uint[64];
    private readonly List<EpollWriter> _deferred = new(MaxDeferred);
    private long _deferredSince;

    [ThreadStatic]
    private static EpollLoop? t_current;

    // Of the loop's thread only: whether other events wait to be handled, and whose turn ended before their bytes did.
    private bool _isBusy;
    private long _turnSince;
    private List<EpollReader> _postponed = [];
    private List<EpollReader> _resumed = [];

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
        if (t_current != this || !_isBusy) return false;
        if (_deferred.Count == 0) _deferredSince = Stopwatch.GetTimestamp();
        _deferred.Add(writer);
        return true;
    }

    /// <summary>
    /// Takes over a read of which more bytes are there already, when its connection has had the thread for long enough; false when it is to go on. Otherwise a
    /// client that sends faster than it is served would keep the thread for ever.
    /// </summary>
    public bool TryPostpone(EpollReader reader)
    {
        if (t_current != this) return false;
        long now = Stopwatch.GetTimestamp();
        // Its time begins with the second read: most have only one, which the clock is not looked at for.
        if (_turnSince == 0) _turnSince = now;
        if (now - _turnSince < s_maxTurnTicks) return false;
        // An event may have given it a turn while it was postponed; it has one place all the same.
        if (!reader.IsPostponed) _postponed.Add(reader);
        reader.IsPostponed = true;
        return true;
    }

    // Sends all before it goes on with any: what comes after a flush may take long.
    private void SendDeferred()
    {
        _isBusy = false;
        int sent = 0;
        for (int i = 0; i < _deferred.Count; i++)
        {
            if (_deferred[i].TrySendDeferred()) _deferred[sent++] = _deferred[i];
        }
        for (int i = 0; i < sent; i++)
        {
            _turnSince = 0;
            _deferred[i].EndDeferred();
        }
        _deferred.Clear();
    }

    private void ResumePostponed()
    {
        foreach (EpollReader reader in _resumed)
        {
            _turnSince = 0;
            reader.IsPostponed = false;
            reader.OnResumed();
        }
        _resumed.Clear();
    }

    private void Release(int slot)
    {
        Volatile.Write(ref _connections[slot], null);
        _freeSlots.Push(slot);
        _count--;
    }

    private void Run()
    {
        t_current = this;
        while (true)
        {
            int count = _queue.Wait(canWait: _postponed.Count == 0);
            // Who was postponed before these events goes on after them.
            (_postponed, _resumed) = (_resumed, _postponed);
            for (int i = 0; i < count; i++)
            {
                if (!_queue.TryGet(i, out ulong token, out SocketEvents events)) continue;
                EpollConnection? connection = Volatile.Read(ref _connections)[(uint)token];
                // The event of a connection that has ended meanwhile is not for the one that took its place.
                if (connection is null || connection.Generation != (uint)(token >> 32)) continue;
                _isBusy = i + 1 < count || _deferred.Count > 0;
                _turnSince = 0;
                connection.OnEvents(events);
                if (_deferred.Count >= MaxDeferred || (_deferred.Count > 0 && Stopwatch.GetTimestamp() - _deferredSince > s_maxDeferredTicks)) SendDeferred();
            }
            if (_deferred.Count > 0) SendDeferred();
            _isBusy = false;
            if (_resumed.Count > 0) ResumePostponed();
            lock (_gate)
            {
                if (!_isEnding || _count > 0) continue;
                _queue.Dispose();
                return;
            }
        }
    }
}
