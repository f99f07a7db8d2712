using System.Diagnostics;
using System.Net;
using Zepto.Http.Cluster;
using Zepto.Http.Endpoints;
using Zepto.Http.Identity;
using Zepto.Http.Monitoring;
using Zepto.Http.Protocol;
using Zepto.Http.Responses;
using Zepto.Http.Serving;
using Zepto.Http.Transport;
using Zepto.Http.Transport.Tls;
using Zepto.Native.Files;

namespace Zepto.Http.Hosting;

/// <summary>
/// A running HTTP server around an engine. <see cref="Start"/> returns once connections are accepted, <see cref="Stop"/> once the
/// last one is closed. Does not own the engine.
/// </summary>
public sealed class ZeptoServerHost : IDisposable
{
    private const int SweepIntervalMs = 100;

    // How long kept connections may still ask after a shutdown began, when nothing else keeps the server running.
    private const int DrainGraceMs = 200;

    private const long LingerTimeoutMs = 2_000;

    // Descriptors that connections leave for files: extents, dictionaries, the log, and connections that are being refused.
    private const int ReservedDescriptors = 128;

    // The thread of the lowest priority needs a moment of a CPU to end.
    private const int CollectorStopMs = 2_000;

    // Served however few descriptors there are.
    private const int LeastConnections = 8;

    private readonly ServerOptions _options;
    private readonly ServerLog _log;
    private readonly ServingServices _services;
    private readonly ConnectionSet _connections;
    private readonly IdentityServices _identity;
    private readonly MetricsHistory _history = new();
    private readonly MetricsCollector _collector;
    private readonly TlsCertificates? _certificates;
    private readonly TlsCounters _tlsCounters = new();
    private readonly ITransportListener[] _listeners;
    private readonly Lock _reloading = new();
    private readonly ManualResetEventSlim _clockStop = new();
    private readonly Thread _clockThread;
    private int _isStopped;

    private ZeptoServerHost(ServerOptions options, IServerEngine engine, ServerLog log, ITransportListener? listener, ISnapshotPace? pace)
    {
        _options = options;
        _log = log;
        ServerClock clock = new();
        clock.SetFromSystem();
        _certificates = TlsChoices.CertificatesOf(options);
        _identity = IdentityServices.Open(IdentityChoices.Of(options), clock, message => log.Write(LogLevel.Warning, message));
        Router router = new(_identity.Guard);
        HttpCounters counters = new();
        _services = new ServingServices
        {
            Limits = LimitsOf(options),
            Router = router,
            Clock = clock,
            Counters = counters,
            OnFault = (exception, requestId) => log.Write(LogLevel.Error, "internal error", ("request", $"r{requestId:x6}"), ("exception", exception)),
        };
        _connections = new ConnectionSet(_services, ConnectionsThatFit(options.MaxConnections, log));
        AddRoutes(router, engine, counters);
        AddIdentityRoutes(router);
        AddClusterRoutes(router, new StandaloneMembership(() => EndPoint, engine.Statistics), engine.Statistics);
        _collector = new MetricsCollector(engine.Statistics, _history, clock, pace ?? new IntervalPace(MetricsCollector.IntervalMs));
        FirstKey = MakeFirstKey();
        try
        {
            _listeners = listener is null ? Listeners.Open(options, log, _certificates, _tlsCounters, _identity.Audit) : [listener];
        }
        catch
        {
            _identity.Dispose();
            _history.Dispose();
            throw;
        }
        _clockThread = new Thread(RunClock) { IsBackground = true, Name = "clock" };
        if (_certificates is not null) TlsChoices.Describe(options, _certificates, log);
    }

    /// <summary>Address of --port, with the port the operating system chose.</summary>
    public IPEndPoint EndPoint => _listeners[0].LocalEndPoint;

    /// <summary>Address of --https-port; that of --port without it.</summary>
    public IPEndPoint HttpsEndPoint => _listeners[^1].LocalEndPoint;

    /// <summary>All addresses listened on as URLs, one without TLS first.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. _listeners.Select((listener, i) => (_certificates is not null && i == _listeners.Length - 1 ? "https://" : "http://") + listener.LocalEndPoint)];

    /// <summary>The first key of a server that asks for credentials and keeps its keys in memory; null for all others.</summary>
    public string? FirstKey { get; }

    /// <summary>Whether shutdown has begun.</summary>
    public bool IsDraining => _services.IsDraining;

    /// <summary>Open connections.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Starts to serve.</summary>
    /// <param name="options">Limits, times and, without a listener, the address.</param>
    /// <param name="engine">Must outlive the host.</param>
    /// <param name="log">Receives what administrators should know.</param>
    /// <param name="listener">Another transport than TCP sockets; owned by the host from here on.</param>
    /// <param name="pace">Other times for the history of figures than every 3 s.</param>
    /// <exception cref="ListenException">An address cannot be listened on.</exception>
    /// <exception cref="IdentitySetupException">Keys or tokens cannot be set up.</exception>
    /// <exception cref="TlsFileException">A certificate or key cannot be used.</exception>
    public static ZeptoServerHost Start(
        ServerOptions options, IServerEngine engine, ServerLog log, ITransportListener? listener = null, ISnapshotPace? pace = null)
    {
        ZeptoServerHost host = new(options, engine, log, listener, pace);
        host._clockThread.Start();
        host._collector.Start();
        foreach (ITransportListener each in host._listeners) each.Start(host._connections.Add);
        return host;
    }

    /// <summary>
    /// Reads certificates, keys, signing keys and tenants again and begins to fetch the provider's signing keys. What cannot be used leaves what was; open connections stay.
    /// </summary>
    public void Reload()
    {
        lock (_reloading)
        {
            _identity.Reload();
            try
            {
                _certificates?.Reload();
                if (_certificates is not null) TlsChoices.Describe(_options, _certificates, _log);
                _log.Write(LogLevel.Info, "reloaded");
            }
            catch (TlsFileException exception)
            {
                _log.Write(LogLevel.Error, $"the certificates stay as they were: {exception.Message}");
            }
        }
    }

    /// <summary>The address an option names; null when it is none.</summary>
    public static IPAddress? AddressOf(string bind)
    {
        if (bind == "localhost") return IPAddress.Loopback;
        if (bind == "*") return IPAddress.Any;
        return IPAddress.TryParse(bind, out IPAddress? address) ? address : null;
    }

    /// <summary>
    /// Stops accepting, lets running requests end, closes all connections. Requests that still arrive on open connections are
    /// answered and end them. What is not done after the drain time-out is dropped.
    /// </summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) != 0) return;
        _services.IsDraining = true;
        foreach (ITransportListener listener in _listeners) listener.Stop();
        _log.Write(LogLevel.Info, "draining", ("connections", _connections.Count));
        Stopwatch elapsed = Stopwatch.StartNew();
        while (_connections.Count > 0 && elapsed.ElapsedMilliseconds < _options.DrainTimeoutMs
            && (elapsed.ElapsedMilliseconds < DrainGraceMs || _connections.IsAnyBusy))
        {
            Thread.Sleep(5);
        }
        _connections.CloseAll();
        while (_connections.Count > 0 && elapsed.ElapsedMilliseconds < _options.DrainTimeoutMs) Thread.Sleep(5);
        if (_connections.Count > 0)
        {
            _log.Write(LogLevel.Warning, "dropping connections at the end of the drain time", ("connections", _connections.Count));
            _connections.AbortAll();
            // Aborted connections end as soon as their threads see it; statements are cancelled by the engine's own shutdown.
            long abortedAtMs = elapsed.ElapsedMilliseconds;
            while (_connections.Count > 0 && elapsed.ElapsedMilliseconds - abortedAtMs < 500) Thread.Sleep(5);
        }
        _clockStop.Set();
        _clockThread.Join();
        // A collector that gets no CPU keeps the memory; the process ends soon.
        if (_collector.Stop(CollectorStopMs)) _history.Dispose();
        _identity.Dispose();
    }

    public void Dispose()
    {
        Stop();
        _clockStop.Dispose();
    }

    private static int ConnectionsThatFit(int wanted, ServerLog log)
    {
        long room = Math.Max(DescriptorLimit.Most - DescriptorLimit.Open - ReservedDescriptors, LeastConnections);
        if (wanted <= room) return wanted;
        log.Write(LogLevel.Warning, "fewer connections than --max-connections: the limit of open files is too low", ("connections", room), ("files", DescriptorLimit.Most));
        return (int)room;
    }

    private static ServingLimits LimitsOf(ServerOptions options)
    {
        long maxBodyBytes = options.MaxBodyMb * 1024L * 1024;
        return new ServingLimits(
            MessageLimits.For(options.MaxHeaderKb * 1024, maxBodyBytes),
            options.HeaderTimeoutMs,
            options.BodyTimeoutMs,
            options.IdleTimeoutMs,
            LingerTimeoutMs,
            MaxBufferedBodyBytes: Math.Max(512L * 1024 * 1024, 4 * maxBodyBytes));
    }

    private void AddRoutes(Router router, IServerEngine engine, HttpCounters counters)
    {
        LatencyHistogram latency = new();
        QueryHandler query = new(engine.Statements, latency, _identity.Audit, () => engine.IsReady);
        // In the order of how often they are asked for.
        router.Add("/", RouteAccess.Statement, get: query, post: query);
        router.Add("/ping", RouteAccess.Probe, get: new PingHandler());
        router.Add("/health", RouteAccess.Probe, get: new HealthHandler());
        router.Add("/ready", RouteAccess.Probe, get: new ReadyHandler(() => engine.IsReady, () => _services.IsDraining));
        router.Add("/whoami", RouteAccess.Authenticated, get: new WhoAmIHandler());
        router.Add("/stats", RouteAccess.Stats, get: new StatsHandler(engine.Statistics));
        router.Add("/metrics", _options.MetricsAuth ? RouteAccess.Metrics : RouteAccess.Public,
            get: new MetricsHandler(engine.Statistics, counters, _tlsCounters, latency, new ProcessFigures(_services.Clock), () => _connections.Count));
        router.Add("/admin/version", RouteAccess.Admin, get: new AdminVersionHandler());
        router.Add("/admin/queries", RouteAccess.Admin, get: new AdminQueriesHandler(engine.Statements));
        router.Add("/admin/queries/", RouteAccess.Admin, delete: new AdminKillQueryHandler(engine.Statements));
    }

    private void AddIdentityRoutes(Router router)
    {
        router.Add("/admin/keys", RouteAccess.Admin, get: new AdminKeysHandler(_identity.Keys), post: new AdminCreateKeyHandler(_identity.Keys));
        router.Add("/admin/keys/", RouteAccess.Admin, patch: new AdminUpdateKeyHandler(_identity.Keys), delete: new AdminRevokeKeyHandler(_identity.Keys));
        router.Add("/admin/tenants", RouteAccess.Admin, get: new AdminTenantsHandler(_identity.Tenants), post: new AdminSetTenantHandler(_identity.Tenants));
        router.Add("/admin/tenants/", RouteAccess.Admin, delete: new AdminRemoveTenantHandler(_identity.Tenants));
        router.Add("/admin/audit", RouteAccess.Admin, get: new AdminAuditHandler(_identity.Audit));
        router.Add("/admin/sessions", RouteAccess.Admin, get: new AdminSessionsHandler(_connections.Describe));
        router.Add("/admin/auth/reload", RouteAccess.Admin, post: new AdminReloadHandler(_identity.ReloadSigningKeys, _identity.KeySet ?? _identity.Oidc?.KeySet));
        router.Add("/auth/session", RouteAccess.Authenticated, post: new SessionHandler(_identity.Sessions, _identity.SessionLimits));
        router.Add("/auth/logout", RouteAccess.Public, post: new LogoutHandler(_identity.Sessions));
        Action<string> onFault = message => _log.Write(LogLevel.Warning, message);
        router.Add("/auth/login", RouteAccess.Public, get: new LoginHandler(_identity.Oidc, onFault));
        router.Add("/auth/callback", RouteAccess.Public, get: new CallbackHandler(_identity.Oidc, _identity.Sessions, _identity.SessionLimits, _identity.Audit, onFault));
        router.Add("/auth/refresh", RouteAccess.Authenticated, post: new RefreshHandler(_identity.Oidc, _identity.Sessions, onFault));
        router.Add("/auth/me", RouteAccess.Authenticated, get: new MeHandler());
    }

    private void AddClusterRoutes(Router router, IClusterMembership membership, IServerStatistics statistics)
    {
        // A server alone has nobody to do these.
        IClusterCoordinator? coordinator = null;
        IRebalancing? rebalancing = null;
        router.Add("/admin/metrics/history", RouteAccess.Admin, get: new AdminMetricsHistoryHandler(_history));
        router.Add("/admin/nodes", RouteAccess.Admin, get: new AdminNodesHandler(membership), post: new AdminAddNodeHandler(coordinator));
        router.Add("/admin/nodes/", RouteAccess.Admin, delete: new AdminRemoveNodeHandler(coordinator));
        router.Add("/admin/cluster", RouteAccess.Admin, get: new AdminClusterHandler(membership, statistics));
        router.Add("/admin/rebalance/status", RouteAccess.Admin, get: new AdminRebalanceStatusHandler(rebalancing));
        router.Add("/admin/rebalance/history", RouteAccess.Admin, get: new AdminRebalanceHistoryHandler(rebalancing));
        router.Add("/admin/rebalance/start", RouteAccess.Admin, post: new AdminRebalanceStartHandler(rebalancing));
        router.Add("/admin/rebalance/pause", RouteAccess.Admin, post: new AdminRebalanceControlHandler(rebalancing, control => control.Pause()));
        router.Add("/admin/rebalance/resume", RouteAccess.Admin, post: new AdminRebalanceControlHandler(rebalancing, control => control.Resume()));
        router.Add("/admin/rebalance/cancel", RouteAccess.Admin, post: new AdminRebalanceControlHandler(rebalancing, control => control.Cancel()));
    }

    // Without it nobody could ever get in.
    private string? MakeFirstKey() => _options.IsAuthRequired && _options.InMemory && _identity.Tokens is null
        ? _identity.Keys.Create("first key", Role.Admin, [], [], "", expiresAtNs: 0)
        : null;

    private void RunClock()
    {
        while (!_clockStop.Wait(SweepIntervalMs))
        {
            _services.Clock.SetFromSystem();
            _connections.Sweep(_services.Clock.NowMs);
        }
    }
}
