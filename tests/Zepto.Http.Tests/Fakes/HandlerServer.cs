using System.Net;
using Zepto.Http.Endpoints;
using Zepto.Http.Serving;
using Zepto.Http.Transport;

namespace Zepto.Http.Tests.Fakes;

/// <summary>A server on a real port with the routes of the test only, for handlers that the host does not make.</summary>
internal sealed class HandlerServer : IDisposable
{
    private readonly SocketTransportListener _listener;
    private readonly ConnectionSet _connections;

    public HandlerServer(Action<Router> addRoutes, Func<SlabMemoryPool, ISocketServing>? serving = null)
    {
        Router router = new(Guards.Open());
        addRoutes(router);
        ServingServices services = new() { Limits = MemoryConnection.DefaultLimits, Router = router, OnFault = (exception, _) => Faults.Add(exception) };
        services.Clock.SetFromSystem();
        _connections = new ConnectionSet(services, maxConnections: 4);
        _listener = new SocketTransportListener(new IPEndPoint(IPAddress.Loopback, 0), (serving ?? (pool => new PipelinesServing(pool)))(new SlabMemoryPool(1 << 20)), _ => { });
        _listener.Start(_connections.Add);
    }

    public List<Exception> Faults { get; } = [];

    public TestClient Connect() => new(_listener.LocalEndPoint);

    public void Dispose()
    {
        _listener.Stop();
        _connections.AbortAll();
    }
}
