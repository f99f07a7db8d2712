using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Zepto.Native.Sockets;

namespace Zepto.Http.Transport;

/// <summary>
/// Reads a socket when asked to, so a client that sends more than is wanted fills the kernel's buffer and no memory here. A
/// connection without unread bytes holds no block. One reader; <see cref="CancelPendingRead"/> and <see cref="Abort"/> come from anywhere.
/// </summary>
internal sealed class EpollReader(int descriptor, EpollLoop loop, SlabMemoryPool pool) : PipeReader, IValueTaskSource<ReadResult>
{
    // With less room left a block is closed and another one taken.
    private const int LeastRoomBytes = 1024;

    private ManualResetValueTaskSourceCore<ReadResult> _read;
    private Readiness _readiness;
    private Segment? _first;
    private Segment? _last;
    private Segment? _spare;
    private int _consumed;
    private bool _isAllExamined = true;
    private bool _isEnded;
    private volatile bool _isPeerEnded;
    private volatile bool _isAborted;
    private int _isCancelled;

    /// <summary>Whether it waits for the loop to go on with it; of the loop's use.</summary>
    public bool IsPostponed { get; set; }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_readiness.IsReady && _isAllExamined && !_isEnded && !_isAborted && loop.TryPostpone(this))
        {
            _read.Reset();
            // The loop goes on with it soon, and then it sees also a cancellation or abort.
            _readiness.Wait();
            return new ValueTask<ReadResult>(this, _read.Version);
        }
        if (TryRead(out ReadResult result)) return new ValueTask<ReadResult>(result);
        _read.Reset();
        while (!_readiness.TryWait())
        {
            if (TryRead(out result)) return new ValueTask<ReadResult>(result);
        }
        // A cancellation or abort that came before the wait did not see it.
        if ((Volatile.Read(ref _isCancelled) != 0 || _isAborted) && _readiness.TryTakeWait() && TryRead(out result)) return new ValueTask<ReadResult>(result);
        return new ValueTask<ReadResult>(this, _read.Version);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_isAborted) throw Aborted();
        bool isCancelled = Volatile.Read(ref _isCancelled) != 0 && Interlocked.Exchange(ref _isCancelled, 0) != 0;
        if (!isCancelled && _isAllExamined && !_isEnded && !Receive())
        {
            result = default;
            return false;
        }
        result = new ReadResult(Unread(), isCancelled, _isEnded);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_first is null)
        {
            _isAllExamined = true;
            return;
        }
        _isAllExamined = examined.GetObject() == _last && examined.GetInteger() == _last!.Memory.Length;
        Segment keep = (Segment)consumed.GetObject()!;
        while (_first != keep) DropFirst();
        _consumed = consumed.GetInteger();
        while (_first is not null && _consumed == _first.Memory.Length && (_first != _last || _isAllExamined)) DropFirst();
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _isCancelled, 1);
        if (_readiness.TryTakeWait()) Finish();
    }

    public override void Complete(Exception? exception = null)
    {
        while (_first is not null) DropFirst();
        _isEnded = true;
    }

    /// <summary>Ends a pending read with an error, and every later one.</summary>
    public void Abort()
    {
        _isAborted = true;
        if (_readiness.TryTakeWait()) _read.SetException(Aborted());
    }

    /// <summary>An event says that there may be bytes, or that the client's side has ended; on the loop's thread.</summary>
    public void OnReadable(bool isPeerEnded)
    {
        if (isPeerEnded) _isPeerEnded = true;
        if (_readiness.TakeWaitOrSetReady()) Finish();
    }

    /// <summary>Goes on with a read that was postponed, unless an event, a cancellation or an abort was first; on the loop's thread.</summary>
    public void OnResumed()
    {
        if (_readiness.TryTakeWait()) Finish();
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    // Completes the pending read, which the caller has taken, or makes it wait on when nothing has come after all.
    private void Finish()
    {
        ReadResult result;
        try
        {
            _readiness.SetReady();
            while (!TryRead(out result))
            {
                if (!_readiness.TryWait()) continue;
                if (Volatile.Read(ref _isCancelled) == 0 && !_isAborted) return;
                if (!_readiness.TryTakeWait()) return;
            }
        }
        catch (IOException exception)
        {
            _read.SetException(exception);
            return;
        }
        _read.SetResult(result);
    }

    /// <summary>Takes bytes from the socket if an event says that there may be some; false when there are none.</summary>
    private bool Receive()
    {
        while (_readiness.IsReady)
        {
            _readiness.BeginTry();
            if (_last is null || _last.RoomBytes < LeastRoomBytes) Append();
            int room = _last!.RoomBytes;
            int count = NativeSocket.Receive(descriptor, _last.Room);
            if (count > 0)
            {
                _last.Fill(count);
                // Less than there was room for: the rest comes with an event, but for an end that was announced with these bytes.
                if (count == room || _isPeerEnded) _readiness.SetReady();
                _isAllExamined = false;
                return true;
            }
            if (_last.Memory.IsEmpty) DropLast();
            if (count == 0)
            {
                _isEnded = true;
                return true;
            }
        }
        return false;
    }

    private ReadOnlySequence<byte> Unread() =>
        _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, _consumed, _last!, _last!.Memory.Length);

    private void Append()
    {
        Segment segment = _spare ?? new Segment();
        _spare = null;
        segment.Begin(pool.Rent(), _last);
        if (_last is null)
        {
            _first = segment;
            _consumed = 0;
        }
        _last = segment;
    }

    private void DropFirst()
    {
        Segment dropped = _first!;
        _first = dropped.NextSegment;
        _consumed = 0;
        if (_first is null) _last = null;
        dropped.End();
        _spare = dropped;
    }

    // The last block has no bytes: it goes back while the connection waits.
    private void DropLast()
    {
        if (_first == _last)
        {
            DropFirst();
            return;
        }
        Segment before = _first!;
        while (before.NextSegment != _last) before = before.NextSegment!;
        _last!.End();
        _spare = _last;
        before.Cut();
        _last = before;
    }

    private static IOException Aborted() => new("the connection was dropped");

    /// <summary>A block of received bytes; its <c>Memory</c> is the filled part.</summary>
    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        private IMemoryOwner<byte>? _owner;
        private Memory<byte> _block;

        public Segment? NextSegment => (Segment?)Next;

        public int RoomBytes => _block.Length - Memory.Length;

        public Span<byte> Room => _block.Span[Memory.Length..];

        public void Begin(IMemoryOwner<byte> owner, Segment? previous)
        {
            _owner = owner;
            _block = owner.Memory;
            Memory = default;
            Next = null;
            RunningIndex = 0;
            if (previous is null) return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }

        public void Fill(int count) => Memory = _block[..(Memory.Length + count)];

        public void Cut() => Next = null;

        public void End()
        {
            _owner?.Dispose();
            _owner = null;
            _block = default;
            Memory = default;
            Next = null;
        }
    }
}
