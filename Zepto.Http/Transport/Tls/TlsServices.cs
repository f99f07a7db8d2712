using System.Net;

namespace Zepto.Http.Transport.Tls;

/// <summary>What all TLS connections of a server share.</summary>
public sealed class TlsServices
{
    public required TlsCertificates Certificates { get; init; }

    public required SlabMemoryPool Pool { get; init; }

    public required TlsCounters Counters { get; init; }

    /// <summary>Told the subject of each verified client certificate, on the handshake's thread.</summary>
    public Action<string, EndPoint?>? OnClientCertificate { get; init; }

    /// <summary>Told why a handshake failed.</summary>
    public Action<string, EndPoint?>? OnFailure { get; init; }
}

/// <summary>Counts of handshakes for /metrics. Thread-safe.</summary>
public sealed class TlsCounters
{
    private long _handshakes;
    private long _failures;

    /// <summary>Handshakes that ended in an encrypted connection.</summary>
    public long Handshakes => Volatile.Read(ref _handshakes);

    /// <summary>Connections that sent something and did not get that far.</summary>
    public long Failures => Volatile.Read(ref _failures);

    public void CountHandshake() => Interlocked.Increment(ref _handshakes);

    public void CountFailure() => Interlocked.Increment(ref _failures);
}
