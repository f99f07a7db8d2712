using System.IO.Pipelines;
using System.Net;
using System.Net.Security;

namespace Zepto.Http.Transport.Tls;

/// <summary>
/// A connection whose bytes are encrypted on the way, on top of one that carries them. Its receiving task shakes hands on the thread pool, then decrypts on
/// the thread that saw the bytes arrive, and says goodbye at the end; answers are encrypted by whoever flushes them.
/// </summary>
/// <remarks>
/// The connection below is let go of by the last of two users, the receiving task and the owner: a descriptor that one of them still reads or writes must not
/// become another client's. So <see cref="Dispose"/> only makes the receiving task end.
/// </remarks>
internal sealed class TlsConnection : ITransportConnection
{
    // First byte of a TLS handshake; no HTTP request begins with it.
    private const int HandshakeRecord = 0x16;

    // Decrypted bytes that wait for their reader.
    private const int MaxWaitingBytes = 64 * 1024;

    private readonly ITransportConnection _carrier;
    private readonly TlsServices _services;
    private readonly TlsCarrierStream _stream;
    private readonly SslStream _ssl;
    private readonly Pipe _received;
    private readonly TlsWriter _writer;
    private readonly TaskCompletionSource<bool> _handshake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closeRequest = new();
    private readonly TaskCompletionSource _sendingEnd = new();
    private volatile bool _isReady;
    private bool _isDisposed;
    private int _users = 2;

    /// <summary>Takes over a connection; <see cref="Start"/> follows.</summary>
    public TlsConnection(ITransportConnection carrier, TlsServices services)
    {
        _carrier = carrier;
        _services = services;
        _stream = new TlsCarrierStream(carrier);
        _ssl = new SslStream(_stream, leaveInnerStreamOpen: true);
        _received = new Pipe(new PipeOptions(services.Pool, PipeScheduler.Inline, PipeScheduler.Inline, MaxWaitingBytes, MaxWaitingBytes / 2,
            SlabMemoryPool.BlockBytes, useSynchronizationContext: false));
        _writer = new TlsWriter(this, _ssl, _stream, carrier.Output, services.Pool);
    }

    public PipeReader Input => _received.Reader;

    public PipeWriter Output => _writer;

    public EndPoint? RemoteEndPoint => _carrier.RemoteEndPoint;

    public bool IsSecure => true;

    /// <summary>Whether the handshake is done, so that answers may be encrypted.</summary>
    public bool IsReady => _isReady;

    /// <summary>Ends with the handshake; false when it failed.</summary>
    public Task<bool> Handshake => _handshake.Task;

    /// <summary>Ends when everything is sent, the goodbye included, or can no more be.</summary>
    public Task SendingEnd => _sendingEnd.Task;

    /// <summary>Begins to receive; once.</summary>
    public void Start() => _ = RunAsync();

    public void Abort() => _carrier.Abort();

    public bool IsPeerListening(ReadOnlySpan<byte> probe) =>
        _carrier.IsPeerListening(default) && (probe.IsEmpty || _writer.TrySendProbe(probe));

    /// <summary>Says goodbye and ends the sending side as soon as the receiving task comes to it.</summary>
    public void RequestClose()
    {
        if (_isDisposed) return;
        _stream.StopReading();
        _received.Writer.CancelPendingFlush();
        _closeRequest.TrySetResult();
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _stream.StopAll();
        _received.Writer.CancelPendingFlush();
        _closeRequest.TrySetResult();
        Leave();
    }

    private async Task RunAsync()
    {
        Exception? fault = null;
        try
        {
            bool isReady = await TryShakeHandsAsync().ConfigureAwait(false);
            _handshake.TrySetResult(isReady);
            if (isReady)
            {
                await ReceiveAsync().ConfigureAwait(false);
                // The client has ended: what it has sent is still answered.
                if (!_stream.IsClosing) await _received.Writer.CompleteAsync().ConfigureAwait(false);
                await _closeRequest.Task.ConfigureAwait(false);
                _stream.IsReceiverWriting = true;
                await _ssl.ShutdownAsync().ConfigureAwait(false);
            }
            await _stream.SendAsync().ConfigureAwait(false);
            await _carrier.Output.CompleteAsync().ConfigureAwait(false);
            _sendingEnd.TrySetResult();
            await _stream.DiscardAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Reset, aborted, not decipherable: the connection is of no use any more.
            fault = new IOException("the connection was dropped", exception);
        }
        _handshake.TrySetResult(false);
        await _received.Writer.CompleteAsync(fault).ConfigureAwait(false);
        _sendingEnd.TrySetResult();
        Leave();
    }

    private async Task<bool> TryShakeHandsAsync()
    {
        int first = await _stream.PeekAsync().ConfigureAwait(false);
        if (first < 0) return false;
        // The asymmetric cryptography takes as long as many requests: an event loop has better things to do.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (first != HandshakeRecord)
        {
            _services.Counters.CountFailure();
            _stream.Write("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 23\r\nConnection: close\r\n\r\nthis port speaks https\n"u8);
            return false;
        }
        try
        {
            await _ssl.AuthenticateAsServerAsync(_services.Certificates.Current).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _services.Counters.CountFailure();
            _services.OnFailure?.Invoke(exception.GetBaseException().Message, RemoteEndPoint);
            return false;
        }
        _services.Counters.CountHandshake();
        if (_ssl.RemoteCertificate is { } certificate) _services.OnClientCertificate?.Invoke(certificate.Subject, RemoteEndPoint);
        _stream.IsHandshaking = false;
        _stream.IsReceiverWriting = false;
        _isReady = true;
        return true;
    }

    // Until the client ends or the connection is closed from here.
    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                // Waits without room, so that an idle connection holds no memory.
                await _ssl.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
                int count = await _ssl.ReadAsync(_received.Writer.GetMemory()).ConfigureAwait(false);
                if (count == 0) return;
                _received.Writer.Advance(count);
                FlushResult flushed = await _received.Writer.FlushAsync().ConfigureAwait(false);
                if (flushed.IsCompleted || _stream.IsClosing) return;
            }
        }
        catch (IOException) when (_stream.IsClosing)
        {
            // The wait was called off.
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        _ssl.Dispose();
        _carrier.Dispose();
        _carrier.Output.Complete();
        _carrier.Input.Complete();
    }
}
