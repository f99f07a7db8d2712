using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;

namespace Zepto.Http.Transport.Tls;

/// <summary>
/// Collects an answer in blocks and encrypts it in the flush, in records as large as TLS has them, straight into the pipe of the connection below. One writer;
/// <see cref="TrySendProbe"/> comes from another thread while nothing is written.
/// </summary>
internal sealed class TlsWriter(TlsConnection connection, SslStream ssl, TlsCarrierStream carrier, PipeWriter output, SlabMemoryPool pool) : PipeWriter
{
    private readonly List<(IMemoryOwner<byte> Block, int Length)> _full = [];
    private IMemoryOwner<byte>? _block;
    private int _length;
    private Task<FlushResult>? _probe;
    private bool _isCompleted;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeHint, SlabMemoryPool.BlockBytes);
        if (_block is not null && SlabMemoryPool.BlockBytes - _length < Math.Max(sizeHint, 1))
        {
            _full.Add((_block, _length));
            _block = null;
        }
        if (_block is null)
        {
            _block = pool.Rent();
            _length = 0;
        }
        return _block.Memory[_length..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(SlabMemoryPool.BlockBytes - _length));
        _length += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        connection.IsReady && _probe is null ? Send() : SendLaterAsync();

    /// <summary>Nothing flushes here that another thread would want to call off; aborting the connection ends it.</summary>
    public override void CancelPendingFlush() => throw new NotSupportedException();

    /// <summary>Has the connection say that nothing more comes; does not wait for it, as <see cref="CompleteAsync"/> does.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted) return;
        _isCompleted = true;
        ReleaseBlocks();
        // The closing words may not be written while a probe waits: a client that does not take even that gets none.
        if (_probe is { IsCompleted: false }) connection.Abort();
        connection.RequestClose();
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        Complete(exception);
        return new ValueTask(connection.SendingEnd);
    }

    /// <summary>Sends an interim response between two answers; false when the client is known to be gone.</summary>
    public bool TrySendProbe(ReadOnlySpan<byte> probe)
    {
        if (_probe is { IsCompleted: false }) return true;
        _probe = null;
        if (!TryEncrypt(probe.ToArray())) return false;
        ValueTask<FlushResult> flush = output.FlushAsync();
        if (flush.IsCompletedSuccessfully) return !flush.Result.IsCompleted;
        _probe = flush.AsTask();
        return true;
    }

    private ValueTask<FlushResult> Send()
    {
        bool isSent = true;
        foreach ((IMemoryOwner<byte> block, int length) in _full) isSent = isSent && TryEncrypt(block.Memory[..length]);
        if (_block is not null) isSent = isSent && TryEncrypt(_block.Memory[.._length]);
        ReleaseBlocks();
        return isSent ? output.FlushAsync() : new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: true));
    }

    // A refused client gets its answer after the handshake; and what is sent while a probe waits waits too.
    private async ValueTask<FlushResult> SendLaterAsync()
    {
        if (!await connection.Handshake.ConfigureAwait(false)) return new FlushResult(isCanceled: false, isCompleted: true);
        if (_probe is { } probe) await probe.ConfigureAwait(false);
        _probe = null;
        return await Send().ConfigureAwait(false);
    }

    private bool TryEncrypt(ReadOnlyMemory<byte> bytes)
    {
        carrier.BeginSending();
        try
        {
            ValueTask written = ssl.WriteAsync(bytes);
            // The stream below takes everything at once, so there is nothing to wait for.
            if (!written.IsCompleted) throw new IOException("the client asked for a new handshake");
            written.GetAwaiter().GetResult();
            return true;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            carrier.EndSending();
        }
    }

    private void ReleaseBlocks()
    {
        foreach ((IMemoryOwner<byte> block, _) in _full) block.Dispose();
        _full.Clear();
        _block?.Dispose();
        _block = null;
        _length = 0;
    }
}
