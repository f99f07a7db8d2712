using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Zepto.Http.Transport.Tls;

/// <summary>
/// The encrypted side of a TLS connection: the pipes of the connection below as the stream that <c>SslStream</c> wants. Reading goes on on the thread that saw
/// the bytes arrive, but in the handshake. One reader, and one writer at a time: the receiving task during the handshake and while the connection ends, and
/// between the two whoever sends answers.
/// </summary>
internal sealed class TlsCarrierStream(ITransportConnection carrier) : Stream
{
    // What a client may still send after our side has ended.
    private const int MaxDiscardedBytes = 1024 * 1024;

    private readonly PipeReader _input = carrier.Input;
    private readonly PipeWriter _output = carrier.Output;
    private volatile bool _isClosing;
    private volatile bool _isEnding;
    private bool _isFlushing;
    private int _senderThread;

    /// <summary>Whether the receiving task writes, flushing what it writes; set and cleared by that task.</summary>
    public bool IsReceiverWriting { get; set; } = true;

    /// <summary>Whether cryptography that takes long is being done, for which no event loop's thread must be used.</summary>
    public bool IsHandshaking { get; set; } = true;

    /// <summary>Whether no more bytes are wanted.</summary>
    public bool IsClosing => _isClosing;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Makes reads fail from here on, also the one that waits; callable from any thread.</summary>
    public void StopReading()
    {
        _isClosing = true;
        _input.CancelPendingRead();
    }

    /// <summary>Makes everything fail from here on, also what waits; callable from any thread.</summary>
    public void StopAll()
    {
        _isEnding = true;
        _isClosing = true;
        // Either the flush that begins sees the flag or this sees the flush.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isFlushing)) carrier.Abort();
        _input.CancelPendingRead();
    }

    /// <summary>Waits for the first byte without taking it.</summary>
    /// <returns>The byte; -1 when the client has ended without one.</returns>
    public async ValueTask<int> PeekAsync()
    {
        while (true)
        {
            ReadResult result = await _input.ReadAsync().ConfigureAwait(false);
            ReadOnlySequence<byte> available = result.Buffer;
            int first = available.IsEmpty ? -1 : available.FirstSpan[0];
            _input.AdvanceTo(available.Start);
            if (first >= 0 || result.IsCompleted || _isClosing) return first;
        }
    }

    /// <summary>Takes bytes; with no room waits until there are some.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadResult result = await _input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            if (IsHandshaking && !Thread.CurrentThread.IsThreadPoolThread) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            ReadOnlySequence<byte> available = result.Buffer;
            int count = (int)Math.Min(available.Length, buffer.Length);
            if (!_isClosing) available.Slice(0, count).CopyTo(buffer.Span);
            bool isDone = !available.IsEmpty || result.IsCompleted;
            _input.AdvanceTo(available.GetPosition(count));
            if (_isClosing) throw new IOException("the connection is being closed");
            if (isDone) return count;
        }
    }

    /// <summary>The calling thread sends answers until <see cref="EndSending"/>.</summary>
    public void BeginSending() => _senderThread = Environment.CurrentManagedThreadId;

    public void EndSending() => _senderThread = 0;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Append(buffer.Span);
        return IsReceiverWriting ? new ValueTask(SendAsync()) : default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer) => Append(buffer);

    public override void Write(byte[] buffer, int offset, int count) => Append(buffer.AsSpan(offset, count));

    /// <summary>Hands what was written to the kernel; for the receiving task.</summary>
    public async Task SendAsync()
    {
        Volatile.Write(ref _isFlushing, true);
        Interlocked.MemoryBarrier();
        if (_isEnding) throw new IOException("the connection is being closed");
        await _output.FlushAsync().ConfigureAwait(false);
        Volatile.Write(ref _isFlushing, false);
    }

    /// <summary>Reads away what the client still sends, until it ends.</summary>
    public async Task DiscardAsync()
    {
        for (long discardedBytes = 0; discardedBytes <= MaxDiscardedBytes && !_isEnding;)
        {
            ReadResult result = await _input.ReadAsync().ConfigureAwait(false);
            discardedBytes += result.Buffer.Length;
            bool isEnded = result.IsCompleted;
            _input.AdvanceTo(result.Buffer.End);
            if (isEnded) return;
        }
    }

    public override void Flush()
    {
        // What answers wrote is sent by the flush of the whole answer.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        // Nothing but a new handshake makes reading write, and that is not offered.
        if (!IsReceiverWriting && _senderThread != Environment.CurrentManagedThreadId) throw new IOException("the client asked for a new handshake");
        while (!bytes.IsEmpty)
        {
            Span<byte> room = _output.GetSpan();
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            _output.Advance(count);
            bytes = bytes[count..];
        }
    }
}
