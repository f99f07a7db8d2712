using Zepto.Http.Responses;

namespace Zepto.Http.Serving;

/// <summary>What all connections of a server share.</summary>
public sealed class ServingServices
{
    public required ServingLimits Limits { get; init; }

    public required IRequestRouter Router { get; init; }

    public ServerClock Clock { get; init; } = new();

    public RequestIds RequestIds { get; } = new();

    public HttpCounters Counters { get; init; } = new();

    /// <summary>Told about a fault of the server's own, with the number of the response it happened in.</summary>
    public Action<Exception, long>? OnFault { get; init; }

    /// <summary>Set once the server shuts down: responses end their connections from then on.</summary>
    public bool IsDraining { get => Volatile.Read(ref _isDraining); set => Volatile.Write(ref _isDraining, value); }

    private bool _isDraining;
    private long _bufferedBodyBytes;

    /// <summary>Bytes of bodies in memory besides the pipes' own.</summary>
    public long BufferedBodyBytes => Volatile.Read(ref _bufferedBodyBytes);

    /// <summary>Takes room for a body from the common budget; false when it is used up.</summary>
    internal bool TryReserveBody(long bytes)
    {
        if (Interlocked.Add(ref _bufferedBodyBytes, bytes) <= Limits.MaxBufferedBodyBytes) return true;
        Interlocked.Add(ref _bufferedBodyBytes, -bytes);
        return false;
    }

    internal void ReleaseBody(long bytes) => Interlocked.Add(ref _bufferedBodyBytes, -bytes);
}
