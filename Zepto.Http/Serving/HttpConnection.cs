using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Zepto.Http.Identity;
using Zepto.Http.Protocol;
using Zepto.Http.Responses;
using Zepto.Http.Transport;

namespace Zepto.Http.Serving;

/// <summary>
/// Serves one connection from its first byte to its close: requests in order, one flush for all answers of one read. Runs wherever
/// bytes arrive; only <see cref="OnSweep"/>, <see cref="RequestClose"/> and <see cref="Abort"/> may be called from other threads.
/// </summary>
internal sealed partial class HttpConnection
{
    private enum Phase : byte { New, Idle, Head, Body, Busy, Ending, Closing }

    private enum NextStep : byte { Read, Handle, Close }

    // Answers to pipelined requests are sent at the latest when they reach this size.
    private const int MaxUnflushedBytes = 64 * 1024;

    // An unwanted body up to this size is read away to keep the connection; a longer one ends it.
    private const int MaxDiscardedBodyBytes = 64 * 1024;

    // What a client may still send after we closed our side, before we stop listening.
    private const int MaxLingerBytes = 1024 * 1024;

    // A copy of a head up to this size stays with the connection: a shared pool keeps too few for hundreds of clients that send head
    // and body apart, and would allocate.
    private const int MaxKeptHeadCopyBytes = 1024;

    private readonly ServingServices _services;
    private readonly ITransportConnection _transport;
    private readonly PipeReader _input;
    private readonly RequestContext _context;
    private readonly ConnectionIdentity _identity;
    private readonly ResponseWriter _response;
    private readonly RequestBody _body;
    private readonly MessageLimits _limits;
    private IRequestHandler? _handler;

    // Input not yet taken by a request. While _holdsRead is set it is part of a read that AdvanceTo has not been called for.
    private ReadOnlySequence<byte> _unread;
    private bool _holdsRead;
    private bool _isInputEnded;
    private bool _isBroken;

    // Length of the input at the last AdvanceTo: a read that brings no more was woken for another reason.
    private long _keptBytes;

    // Bytes before _unread that belong to the request being served and stay in the pipe for it.
    private long _requestBytes;
    private SequencePosition _requestStart;

    private byte[] _headCopy = [];
    private volatile Phase _phase = Phase.New;
    private long _deadlineMs;
    private volatile bool _isCloseRequested;

    public HttpConnection(ServingServices services, ITransportConnection transport)
    {
        _services = services;
        _transport = transport;
        _input = transport.Input;
        _response = new ResponseWriter(transport.Output, services.Clock, services.RequestIds);
        _identity = new ConnectionIdentity(transport.RemoteEndPoint, services.Clock.UnixMs);
        _context = new RequestContext(this, _response, services.Clock, _identity, transport.IsSecure);
        _body = new RequestBody(services);
        _limits = services.Limits.Message;
        _deadlineMs = services.Clock.NowMs + services.Limits.HeadTimeoutMs;
    }

    /// <summary>Whether a request is being received or served.</summary>
    public bool IsBusy => _phase is Phase.Head or Phase.Body or Phase.Busy;

    /// <summary>Who uses it; counters may be read from other threads.</summary>
    public ConnectionIdentity Identity => _identity;

    /// <summary>Place in the set of connections.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Serves requests until the connection ends; never throws.</summary>
    public Task RunAsync() => RunAsync(RequestRejection.None);

    /// <summary>Answers with a refusal whatever the client sends, then closes; never throws.</summary>
    public Task RefuseAsync(RequestRejection rejection) => RunAsync(rejection);

    /// <summary>Ends the connection after the request in hand; at once when it is idle.</summary>
    public void RequestClose()
    {
        _isCloseRequested = true;
        _input.CancelPendingRead();
    }

    /// <summary>Drops the connection and cancels what runs for it.</summary>
    public void Abort()
    {
        _transport.Abort();
        lock (_watchGate) _watched?.Cancel();
    }

    private async Task RunAsync(RequestRejection refusal)
    {
        try
        {
            if (refusal == RequestRejection.None) await ServeAsync().ConfigureAwait(false);
            else Reject(refusal);
            if (!_isBroken) await CloseAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException
            or System.Net.Sockets.SocketException)
        {
            // The client or the network ended the connection; nobody is left to tell.
        }
        catch (Exception exception)
        {
            _services.OnFault?.Invoke(exception, _response.RequestId);
        }
        finally
        {
            ReleaseRequest();
            ReleaseHeadCopy();
            _transport.Dispose();
            // Both ends complete, so that the pipes give their blocks back.
            _transport.Output.Complete();
            _input.Complete();
        }
    }

    // The waits of the steady state are all in this one method, whose state is allocated once a connection.
    private async ValueTask ServeAsync()
    {
        while (true)
        {
            if (_response.UnflushedBytes > 0 && !_response.EndFlush(await _response.BeginFlush().ConfigureAwait(false))) return;
            if (!PrepareRead()) return;
            if (!TakeRead(await _input.ReadAsync().ConfigureAwait(false))) return;

            while (true)
            {
                NextStep step = FindRequest();
                if (step == NextStep.Read) break;
                if (step == NextStep.Close) return;
                ValueTask handled = StartHandler();
                if (!handled.IsCompletedSuccessfully) await AwaitHandlerAsync(handled).ConfigureAwait(false);
                if (!FinishRequest()) return;
                if (_unread.IsEmpty) break;
                if (_response.UnflushedBytes >= MaxUnflushedBytes && !await _response.FlushAsync().ConfigureAwait(false)) return;
            }
        }
    }

    // Gives back what is consumed and sets the deadline of the wait; false when the connection is to be closed instead.
    private bool PrepareRead()
    {
        if (_isInputEnded) return false; // A truncated request is never run.
        if (_phase == Phase.Busy) Enter(Phase.Idle, _services.Limits.IdleTimeoutMs);
        if (_phase == Phase.Idle && !_unread.IsEmpty) Enter(Phase.Head, _services.Limits.HeadTimeoutMs);
        // The first header section's time counts from the accept.
        if (_phase == Phase.New && !_unread.IsEmpty) _phase = Phase.Head;
        if (_isCloseRequested && _phase is Phase.Idle or Phase.New) return false;
        AdvanceRead();
        return true;
    }

    // False when the connection is to be closed: its time is up, or nothing more will come.
    private bool TakeRead(ReadResult result)
    {
        bool isNews = result.Buffer.Length > _keptBytes || result.IsCompleted;
        _holdsRead = true;
        _unread = result.Buffer;
        _isInputEnded = result.IsCompleted;
        if (isNews)
        {
            if (_phase == Phase.Body) Enter(Phase.Body, _services.Limits.BodyTimeoutMs);
            return true;
        }
        if (_services.Clock.NowMs < Volatile.Read(ref _deadlineMs)) return true;
        if (_phase == Phase.Body) Reject(RequestRejection.BodyTimeout);
        else if (!_unread.IsEmpty) Reject(RequestRejection.HeadTimeout);
        return false;
    }

    private void AdvanceRead()
    {
        _keptBytes = 0;
        if (!_holdsRead) return;
        _holdsRead = false;
        _keptBytes = _unread.Length;
        _input.AdvanceTo(_unread.Start, _unread.End);
    }

    /// <summary>Looks for the next request in the input, its body included.</summary>
    private NextStep FindRequest()
    {
        if (_phase == Phase.Body) return FeedBody();
        if (_unread.IsEmpty) return NextStep.Read;
        ParseStatus status = ParseHead(out int headBytes);
        if (status == ParseStatus.NeedMoreData) return NextStep.Read;
        RequestHead head = _context.Head;
        if (status == ParseStatus.Rejected) return Reject(head.Rejection);

        Enter(Phase.Busy, long.MaxValue);
        _response.Begin(head.Method == RequestMethod.Head, head.MinorVersion == 0, head.KeepAlive && !_services.IsDraining && !_isCloseRequested);
        _handler = _services.Router.Find(_context);
        _context.Body = default;
        if (head.Framing != BodyFraming.None) return FindBody(headBytes);
        Consume(headBytes);
        return NextStep.Handle;
    }

    private ParseStatus ParseHead(out int headBytes)
    {
        ref readonly MessageLimits limits = ref _limits;
        ReadOnlyMemory<byte> first = _unread.First;
        _context.HeadBytes = first;
        ParseStatus status = RequestHeadParser.Parse(first.Span, limits, _context.Head, out headBytes);
        if (status != ParseStatus.NeedMoreData || _unread.IsSingleSegment) return status;

        // The section lies across blocks: parse a contiguous copy, no longer than the parser can want.
        int copyBytes = (int)Math.Min(_unread.Length, limits.MaxHeadBytes + 2 * (limits.MaxEmptyLines + 1));
        EnsureHeadCopy(copyBytes);
        _unread.Slice(0, copyBytes).CopyTo(_headCopy);
        _context.HeadBytes = _headCopy.AsMemory(0, copyBytes);
        return RequestHeadParser.Parse(_context.HeadBytes.Span, limits, _context.Head, out headBytes);
    }

    private NextStep FindBody(int headBytes)
    {
        RequestHead head = _context.Head;
        Debug.Assert(_handler is not null);
        if (_handler.TakesBody && _context.TryGetField("content-encoding"u8, out ReadOnlySpan<byte> coding)
            && !coding.IsEmpty && !AsciiText.EqualsIgnoreCase(coding, "identity"u8))
        {
            return Reject(RequestRejection.UnsupportedContentEncoding);
        }
        if (!_handler.TakesBody && (head.ExpectsContinue || head.ContentLength > MaxDiscardedBodyBytes))
        {
            // Answered without the body: what follows on this connection could be it or not, so nothing more is read.
            _response.KeepAlive = false;
            Consume(headBytes);
            return NextStep.Handle;
        }
        if (head.Framing == BodyFraming.Length)
        {
            if (head.ContentLength > _limits.MaxBodyBytes) return Reject(RequestRejection.BodyTooLarge);
            if (_unread.First.Length - headBytes >= head.ContentLength)
            {
                if (_handler.TakesBody) _context.Body = _unread.First.Slice(headBytes, (int)head.ContentLength);
                Consume(headBytes + head.ContentLength);
                return NextStep.Handle;
            }
        }
        DetachHead(headBytes);
        _unread = _unread.Slice(headBytes);
        if (head.ExpectsContinue && _unread.IsEmpty) _response.WriteContinue();
        _body.Begin(head, _handler.TakesBody ? null : MaxDiscardedBodyBytes);
        Enter(Phase.Body, _services.Limits.BodyTimeoutMs);
        return FeedBody();
    }

    private NextStep FeedBody()
    {
        while (!_unread.IsEmpty)
        {
            ParseStatus status = _body.Feed(_unread.FirstSpan, out int consumed);
            _unread = _unread.Slice(consumed);
            if (status == ParseStatus.Rejected) return Reject(_body.Rejection);
            if (status == ParseStatus.NeedMoreData) continue;
            Enter(Phase.Busy, long.MaxValue);
            Consume(0);
            _context.Body = _body.Content;
            return NextStep.Handle;
        }
        return NextStep.Read;
    }

    private ValueTask StartHandler()
    {
        Debug.Assert(_handler is not null);
        try
        {
            return _handler.HandleAsync(_context);
        }
        catch (Exception exception)
        {
            FailRequest(exception);
            return default;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitHandlerAsync(ValueTask handled)
    {
        try
        {
            await handled.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            FailRequest(exception);
        }
    }

    private bool FinishRequest()
    {
        if (!_response.HasStarted) FailRequest(new InvalidOperationException("the handler wrote no response"));
        if (!_response.IsFinished)
        {
            // Cut off in the middle: the client must not take what it has for a whole answer.
            _isBroken = true;
            _transport.Abort();
        }
        _services.Counters.CountResponse(_response.Status);
        ReleaseRequest();
        return _response.KeepAlive && !_isBroken;
    }

    private void FailRequest(Exception exception)
    {
        _services.OnFault?.Invoke(exception, _response.RequestId);
        if (!_response.HasStarted) _response.Write(500, ContentTypes.Json, "{\"error\": \"Internal error, see the server log\"}"u8);
    }

    private NextStep Reject(RequestRejection rejection)
    {
        int status = RejectionAnswers.Status(rejection, out ReadOnlySpan<byte> body);
        _response.Begin(_context.Head.Method == RequestMethod.Head, isHttp10: false, keepAlive: false);
        ReadOnlySpan<byte> extra = status == 503 ? "Retry-After: 1\r\n"u8 : default;
        _response.Write(status, ContentTypes.Json, body, extra);
        _services.Counters.CountRejection();
        _services.Counters.CountResponse(status);
        return NextStep.Close;
    }

    /// <summary>Sends what is left and FIN, then listens a little so that our answer is not lost to a reset.</summary>
    private async ValueTask CloseAsync()
    {
        ReleaseRequest();
        // A transport may have an end of its own to send, which a client has to take like an answer.
        Enter(Phase.Ending, _services.Limits.BodyTimeoutMs);
        if (_response.UnflushedBytes > 0) await _response.FlushAsync().ConfigureAwait(false);
        await _transport.Output.CompleteAsync().ConfigureAwait(false);
        Enter(Phase.Closing, _services.Limits.LingerTimeoutMs);
        long lingerBytes = 0;
        while (!_isInputEnded && lingerBytes <= MaxLingerBytes)
        {
            if (_holdsRead) _input.AdvanceTo(_unread.End);
            ReadResult result = await _input.ReadAsync().ConfigureAwait(false);
            _holdsRead = true;
            _unread = result.Buffer;
            _isInputEnded = result.IsCompleted;
            lingerBytes += _unread.Length;
            if (_services.Clock.NowMs >= Volatile.Read(ref _deadlineMs)) break;
        }
    }

    private void Consume(long bytes)
    {
        _requestStart = _unread.Start;
        _requestBytes = bytes;
        _unread = _unread.Slice(bytes);
    }

    // Moves the head out of the pipe, so that the pipe can run on under a body.
    private void DetachHead(int headBytes)
    {
        if (_context.HeadBytes.Span.Overlaps(_headCopy)) return;
        EnsureHeadCopy(headBytes);
        _context.HeadBytes.Span[..headBytes].CopyTo(_headCopy);
        _context.HeadBytes = _headCopy.AsMemory(0, headBytes);
    }

    private void EnsureHeadCopy(int bytes)
    {
        if (_headCopy.Length >= bytes) return;
        ReleaseHeadCopy();
        _headCopy = ArrayPool<byte>.Shared.Rent(bytes);
    }

    private void ReleaseRequest()
    {
        _requestBytes = 0;
        _context.Body = default;
        _context.Buffer.Release();
        _context.StatementBuffer.Release();
        _body.Release();
        if (_headCopy.Length > MaxKeptHeadCopyBytes) ReleaseHeadCopy();
    }

    private void ReleaseHeadCopy()
    {
        if (_headCopy.Length > 0) ArrayPool<byte>.Shared.Return(_headCopy);
        _headCopy = [];
    }

    private void Enter(Phase phase, long timeoutMs)
    {
        Volatile.Write(ref _deadlineMs, timeoutMs == long.MaxValue ? long.MaxValue : _services.Clock.NowMs + timeoutMs);
        _phase = phase;
    }
}
