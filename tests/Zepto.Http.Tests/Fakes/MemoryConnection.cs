using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Zepto.Http.Endpoints;
using Zepto.Http.Identity;
using Zepto.Http.Protocol;
using Zepto.Http.Serving;
using Zepto.Http.Transport;

namespace Zepto.Http.Tests.Fakes;

/// <summary>
/// One connection over pipes in memory with a clock that the test moves. Everything runs inline on the test's thread, so after
/// <see cref="Send"/> returns the server has done what it can.
/// </summary>
internal sealed class MemoryConnection
{
    private readonly Pipe _toServer = new(Inline(64 * 1024));
    private readonly Pipe _fromServer;
    private readonly HttpConnection _connection;
    private readonly Task _run;
    private long _nowMs = 1_000_000;

    public MemoryConnection(FakeRunner? engine = null, ServingLimits? limits = null, int sendBufferBytes = 1 << 24)
    {
        Engine = engine ?? new FakeRunner();
        _fromServer = new Pipe(Inline(sendBufferBytes));
        QueryHandler query = new(Engine, new LatencyHistogram(), new AuditLog(), () => true);
        Router router = new(Guards.Open());
        router.Add("/", RouteAccess.Statement, get: query, post: query);
        router.Add("/ping", RouteAccess.Probe, get: new PingHandler());
        router.Add("/ready", RouteAccess.Probe, get: new ReadyHandler(() => true, () => Services!.IsDraining));
        Services = new ServingServices
        {
            Limits = limits ?? DefaultLimits,
            Router = router,
            OnFault = (exception, _) => Faults.Add(exception),
        };
        Services.Clock.Set(_nowMs, DateTime.UnixEpoch);
        _connection = new HttpConnection(Services, new Transport(this));
        _run = _connection.RunAsync();
    }

    public static ServingLimits DefaultLimits { get; } = new(
        MessageLimits.For(32 * 1024, 1024 * 1024), HeadTimeoutMs: 10_000, BodyTimeoutMs: 30_000, IdleTimeoutMs: 75_000, LingerTimeoutMs: 2_000,
        MaxBufferedBodyBytes: 4 * 1024 * 1024);

    public FakeRunner Engine { get; }

    public ServingServices Services { get; }

    public List<Exception> Faults { get; } = [];

    public bool IsAborted { get; private set; }

    public bool IsPeerGone { get; set; }

    public List<string> Probes { get; } = [];

    /// <summary>Whether the server has let go of the connection.</summary>
    public bool IsClosed => _run.IsCompleted;

    public Task Closed => _run;

    public HttpConnection Connection => _connection;

    public void Send(string text)
    {
        _toServer.Writer.Write(Encoding.Latin1.GetBytes(text));
        Flush();
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        _toServer.Writer.Write(bytes);
        Flush();
    }

    /// <summary>The client sends FIN.</summary>
    public void SendEnd() => _toServer.Writer.Complete();

    /// <summary>The client resets the connection.</summary>
    public void Reset() => _toServer.Writer.Complete(new IOException("reset by the test"));

    /// <summary>What the server has flushed since the last call.</summary>
    public string Receive()
    {
        if (!_fromServer.Reader.TryRead(out ReadResult result)) return "";
        string text = Encoding.Latin1.GetString(result.Buffer);
        HasServerEnded |= result.IsCompleted;
        _fromServer.Reader.AdvanceTo(result.Buffer.End);
        return text;
    }

    /// <summary>Takes what the server has flushed without making text of it; returns its length.</summary>
    public long Discard()
    {
        if (!_fromServer.Reader.TryRead(out ReadResult result)) return 0;
        long length = result.Buffer.Length;
        _fromServer.Reader.AdvanceTo(result.Buffer.End);
        return length;
    }

    /// <summary>Whether FIN was seen by <see cref="Receive"/>.</summary>
    public bool HasServerEnded { get; private set; }

    /// <summary>Moves the clock and sweeps, as the host does.</summary>
    public void Advance(long milliseconds)
    {
        _nowMs += milliseconds;
        Services.Clock.Set(_nowMs, DateTime.UnixEpoch.AddMilliseconds(_nowMs));
        _connection.OnSweep(_nowMs);
    }

    private void Flush()
    {
        ValueTask<FlushResult> flush = _toServer.Writer.FlushAsync();
        if (flush.IsCompleted) _ = flush.Result;
        else _ = flush.AsTask(); // More was sent than the server takes in: it goes on when the server reads.
    }

    private static PipeOptions Inline(int pauseBytes) => new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: pauseBytes,
        resumeWriterThreshold: pauseBytes / 2, useSynchronizationContext: false);

    private sealed class Transport(MemoryConnection owner) : ITransportConnection
    {
        public PipeReader Input => owner._toServer.Reader;

        public PipeWriter Output => owner._fromServer.Writer;

        public EndPoint? RemoteEndPoint => null;

        public void Abort()
        {
            owner.IsAborted = true;
            owner._toServer.Writer.Complete(new IOException("aborted"));
            owner._fromServer.Reader.Complete();
        }

        public bool IsPeerListening(ReadOnlySpan<byte> probe)
        {
            if (!probe.IsEmpty) owner.Probes.Add(Encoding.ASCII.GetString(probe));
            return !owner.IsPeerGone;
        }

        public void Dispose()
        {
            // The pipes are memory.
        }
    }
}
