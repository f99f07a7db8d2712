using Zepto.Http.Identity;
using Zepto.Http.Protocol;
using Zepto.Http.Transport;

namespace Zepto.Http.Serving;

/// <summary>All open connections: starts them, refuses those beyond the limit, sweeps their deadlines, ends them. Thread-safe.</summary>
public sealed class ConnectionSet
{
    // Clients beyond the limit that are being told so; further ones are dropped without a word.
    private const int MaxBeingRefused = 64;

    private readonly ServingServices _services;
    private readonly int _maxConnections;
    private readonly HttpConnection?[] _slots;
    private readonly Stack<int> _freeSlots;
    private readonly Lock _gate = new();
    private int _count;

    public ConnectionSet(ServingServices services, int maxConnections)
    {
        _services = services;
        _maxConnections = maxConnections;
        _slots = new HttpConnection?[maxConnections + MaxBeingRefused];
        _freeSlots = new Stack<int>(_slots.Length);
        for (int i = _slots.Length - 1; i >= 0; i--) _freeSlots.Push(i);
    }

    /// <summary>Open connections.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether some connection receives or serves a request.</summary>
    public bool IsAnyBusy
    {
        get
        {
            foreach (HttpConnection? connection in _slots)
            {
                if (connection is { IsBusy: true }) return true;
            }
            return false;
        }
    }

    /// <summary>Begins to serve a connection, on the calling thread as far as bytes are there.</summary>
    public void Add(ITransportConnection transport)
    {
        HttpConnection connection = new(_services, transport);
        bool isRefused;
        lock (_gate)
        {
            if (_freeSlots.Count == 0)
            {
                transport.Abort();
                transport.Dispose();
                _services.Counters.CountRefusedConnection();
                return;
            }
            connection.Slot = _freeSlots.Pop();
            isRefused = _count >= _maxConnections;
            Volatile.Write(ref _slots[connection.Slot], connection);
            Volatile.Write(ref _count, _count + 1);
        }
        if (isRefused) _services.Counters.CountRefusedConnection();
        else _services.Counters.CountConnection();
        _ = RunAsync(connection, isRefused);
    }

    /// <summary>Who uses the open connections, the oldest first.</summary>
    public IReadOnlyList<ConnectionIdentity> Describe() =>
        [.. _slots.Select(connection => connection?.Identity).OfType<ConnectionIdentity>().OrderBy(identity => identity.ConnectedAtMs)];

    /// <summary>Looks at every connection's deadline.</summary>
    public void Sweep(long nowMs)
    {
        foreach (HttpConnection? connection in _slots) connection?.OnSweep(nowMs);
    }

    /// <summary>Ends every connection after the request in hand, idle ones at once.</summary>
    public void CloseAll()
    {
        foreach (HttpConnection? connection in _slots) connection?.RequestClose();
    }

    /// <summary>Drops every connection.</summary>
    public void AbortAll()
    {
        foreach (HttpConnection? connection in _slots) connection?.Abort();
    }

    private async Task RunAsync(HttpConnection connection, bool isRefused)
    {
        await (isRefused ? connection.RefuseAsync(RequestRejection.TooManyConnections) : connection.RunAsync()).ConfigureAwait(false);
        lock (_gate)
        {
            Volatile.Write(ref _slots[connection.Slot], null);
            _freeSlots.Push(connection.Slot);
            Volatile.Write(ref _count, _count - 1);
        }
    }
}
