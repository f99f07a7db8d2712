using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Zepto.Native;
using Zepto.Native.Sockets;

namespace Zepto.Http.Transport;

/// <summary>
/// Collects bytes in blocks and sends them in the flush, or soon after it with those of other connections (<see cref="EpollLoop.TryDefer"/>). A flush is
/// done when the kernel has all bytes: that is the back-pressure. One writer; <see cref="Abort"/> comes from anywhere.
/// </summary>
/// <param name="descriptor">The socket.</param>
/// <param name="loop">Sends what is deferred.</param>
/// <param name="pool">Gives the blocks.</param>
/// <param name="onCompleted">Ends the sending side, once.</param>
internal sealed class EpollWriter(int descriptor, EpollLoop loop, SlabMemoryPool pool, Action onCompleted) : PipeWriter, IValueTaskSource<FlushResult>
{
    private readonly List<(IMemoryOwner<byte> Block, int Length)> _full = [];
    private ManualResetValueTaskSourceCore<FlushResult> _flush;
    private Readiness _readiness;
    private IMemoryOwner<byte>? _block;
    private int _length;
    private int _sent;
    private bool _isCompleted;
    private bool _isBroken;
    private volatile bool _isAborted;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes
    {
        get
        {
            long bytes = _length - _sent;
            foreach ((_, int length) in _full) bytes += length;
            return bytes;
        }
    }

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

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (!_isBroken && loop.TryDefer(this))
        {
            _flush.Reset();
            _readiness.Wait();
            return AwaitFlush();
        }
        if (TrySend()) return new ValueTask<FlushResult>(Result());
        _flush.Reset();
        while (!_readiness.TryWait())
        {
            if (TrySend()) return new ValueTask<FlushResult>(Result());
        }
        return AwaitFlush();
    }

    /// <summary>Nothing flushes here that another thread would want to call off; <see cref="Abort"/> ends it.</summary>
    public override void CancelPendingFlush() => throw new NotSupportedException();

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted) return;
        _isCompleted = true;
        ReleaseBlocks();
        onCompleted();
    }

    /// <summary>Ends a pending flush as one to a client that is gone, and every later one.</summary>
    public void Abort()
    {
        _isAborted = true;
        if (_readiness.TryTakeWait()) _flush.SetResult(Result());
    }

    /// <summary>An event says that the kernel may have room again; on the loop's thread.</summary>
    public void OnWritable()
    {
        if (_readiness.TakeWaitOrSetReady()) GoOn();
    }

    /// <summary>
    /// Sends what a flush left for later, unless an event or an abort was first; on the loop's thread. True when that ends the flush, which <see cref="EndDeferred"/>
    /// says then.
    /// </summary>
    public bool TrySendDeferred() => _readiness.TryTakeWait() && TrySendOrWait();

    /// <summary>Goes on after a flush that <see cref="TrySendDeferred"/> has ended.</summary>
    public void EndDeferred() => _flush.SetResult(Result());

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => _flush.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _flush.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _flush.OnCompleted(continuation, state, token, flags);

    private ValueTask<FlushResult> AwaitFlush()
    {
        // An abort that came before the wait did not see it.
        if (_isAborted && _readiness.TryTakeWait()) return new ValueTask<FlushResult>(Result());
        return new ValueTask<FlushResult>(this, _flush.Version);
    }

    // Completes the pending flush, whose wait the caller has taken, or makes it wait on for an event.
    private void GoOn()
    {
        if (TrySendOrWait()) _flush.SetResult(Result());
    }

    // True when the flush, whose wait the caller has taken, has ended; false when it waits on for an event.
    private bool TrySendOrWait()
    {
        while (!TrySend())
        {
            if (_readiness.TryWait()) return _isAborted && _readiness.TryTakeWait();
        }
        return true;
    }

    private FlushResult Result() => new(isCanceled: false, isCompleted: _isBroken || _isAborted);

    /// <summary>Sends what the kernel takes; false when some is left.</summary>
    private bool TrySend()
    {
        if (_isBroken || _isAborted)
        {
            if (_isBroken) ReleaseBlocks();
            return true;
        }
        try
        {
            while (_full.Count > 0)
            {
                if (!TrySend(_full[0].Block.Memory.Span[.._full[0].Length], more: true)) return false;
                _full[0].Block.Dispose();
                _full.RemoveAt(0);
            }
            if (_block is null) return true;
            if (!TrySend(_block.Memory.Span[.._length], more: false)) return false;
            _block.Dispose();
            _block = null;
            _length = 0;
            return true;
        }
        catch (NativeException)
        {
            _isBroken = true;
            return true;
        }
    }

    private bool TrySend(ReadOnlySpan<byte> bytes, bool more)
    {
        while (_sent < bytes.Length)
        {
            _readiness.BeginTry();
            int count = NativeSocket.Send(descriptor, bytes[_sent..], more);
            if (count < 0) return false;
            _sent += count;
        }
        _sent = 0;
        return true;
    }

    private void ReleaseBlocks()
    {
        foreach ((IMemoryOwner<byte> block, _) in _full) block.Dispose();
        _full.Clear();
        _block?.Dispose();
        _block = null;
        _length = 0;
        _sent = 0;
    }
}
