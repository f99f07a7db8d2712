using System.Net;
using System.Net.Sockets;
using System.Text;
using Zepto.Http.Identity;
using Zepto.Http.Transport;
using Zepto.Http.Transport.Tls;

namespace Zepto.Http.Hosting;

/// <summary>Opens the ports that the options ask for.</summary>
internal static class Listeners
{
    // Blocks of all pipes; a burst beyond this is served from memory that is not kept.
    private const long MaxPooledBytes = 256L * 1024 * 1024;

    /// <summary>One port, or two with --https-port, the one with TLS last.</summary>
    /// <param name="options">Addresses and kind of transport.</param>
    /// <param name="log">Told of failures to accept and, in detail, of failed handshakes.</param>
    /// <param name="certificates">Null without TLS.</param>
    /// <param name="counters">Counts handshakes.</param>
    /// <param name="audit">Told of client certificates.</param>
    /// <exception cref="ListenException">An address cannot be listened on.</exception>
    public static ITransportListener[] Open(ServerOptions options, ServerLog log, TlsCertificates? certificates, TlsCounters counters, AuditLog audit)
    {
        SlabMemoryPool pool = new(MaxPooledBytes);
        if (certificates is null) return [ListenOn(options, options.Port, ServingOf(options, pool), log)];
        TlsServices tls = new()
        {
            Certificates = certificates,
            Pool = pool,
            Counters = counters,
            OnClientCertificate = (subject, from) => audit.Record(null, "certificate", Encoding.UTF8.GetBytes(subject), ConnectionIdentity.TextOf((from as IPEndPoint)?.Address)),
            OnFailure = (reason, from) => log.Write(LogLevel.Debug, "no TLS handshake", ("from", from), ("reason", reason)),
        };
        if (options.HttpsPort is not { } httpsPort) return [ListenOn(options, options.Port, new TlsServing(ServingOf(options, pool), tls), log)];
        SharedServing shared = new(ServingOf(options, pool), listeners: 2);
        TlsServing secure = new(shared, tls);
        SocketTransportListener? plain = null;
        try
        {
            plain = ListenOn(options, options.Port, shared, log);
            return [plain, ListenOn(options, httpsPort, secure, log)];
        }
        catch (SocketException)
        {
            if (plain is null) secure.End();
            else plain.Dispose();
            throw;
        }
    }

    private static SocketTransportListener ListenOn(ServerOptions options, int port, ISocketServing serving, ServerLog log)
    {
        IPAddress address = ZeptoServerHost.AddressOf(options.Bind) ?? throw new ArgumentException($"not an address: {options.Bind}");
        return new SocketTransportListener(new IPEndPoint(address, port), serving, message => log.Write(LogLevel.Warning, "cannot accept", ("reason", message)));
    }

    private static ISocketServing ServingOf(ServerOptions options, SlabMemoryPool pool)
    {
        if (options.Transport == TransportKind.Sockets || !EpollServing.IsSupported) return new PipelinesServing(pool);
        return new EpollServing(pool, options.IoThreads > 0 ? options.IoThreads : Environment.ProcessorCount);
    }
}
