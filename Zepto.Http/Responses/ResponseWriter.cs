using System.Buffers.Text;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Zepto.Http.Responses;

/// <summary>
/// Writes the responses of one connection straight into its pipe. Order of use for each request: <see cref="Begin"/>, then either
/// <see cref="Write"/> once, or <see cref="StartChunks"/>, any number of <see cref="WriteChunkAsync"/>, <see cref="EndChunks"/>.
/// Nothing reaches the socket before a flush. One caller at a time.
/// </summary>
public sealed class ResponseWriter(PipeWriter output, ServerClock clock, RequestIds ids)
{
    private enum Stage : byte { Idle, Begun, Chunks, Finished }

    // Status line, Date, X-Request-Id, Content-Length, Connection and the names of the other fields.
    private const int MaxFixedHeadBytes = 320;

    // A body up to this size goes into the same span as its head.
    private const int MaxInlineBodyBytes = 8192;

    private Stage _stage;
    private bool _isHead;
    private bool _isHttp10;
    private long _flushStartedMs = long.MaxValue;

    /// <summary>Status of the response being written or last written; 0 before the first.</summary>
    public int Status { get; private set; }

    /// <summary>Whether the connection stays open after this response; may be cleared before the head is written.</summary>
    public bool KeepAlive { get; set; }

    /// <summary>Number of this response, as in its X-Request-Id.</summary>
    public long RequestId { get; private set; }

    /// <summary>Whether the head is written.</summary>
    public bool HasStarted => _stage >= Stage.Chunks;

    /// <summary>Whether the response is complete.</summary>
    public bool IsFinished => _stage == Stage.Finished;

    /// <summary>Bytes written since the last flush.</summary>
    public long UnflushedBytes { get; private set; }

    /// <summary>When the flush that is waiting began, in the clock's milliseconds; far in the future when none is.</summary>
    public long FlushStartedMs => Volatile.Read(ref _flushStartedMs);

    /// <summary>Readies the writer for the response to one request.</summary>
    public void Begin(bool isHead, bool isHttp10, bool keepAlive)
    {
        _stage = Stage.Begun;
        _isHead = isHead;
        _isHttp10 = isHttp10;
        KeepAlive = keepAlive;
        Status = 0;
        RequestId = ids.Next();
    }

    /// <summary>Writes a whole response. A HEAD request gets the head only.</summary>
    /// <param name="status">Status code.</param>
    /// <param name="contentType">Media type; empty for a response that cannot have content.</param>
    /// <param name="body">Content.</param>
    /// <param name="extraFields">More field lines, each with its line end.</param>
    public void Write(int status, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body, ReadOnlySpan<byte> extraFields = default)
    {
        Debug.Assert(_stage == Stage.Begun);
        int inlineBytes = body.Length <= MaxInlineBodyBytes && !_isHead ? body.Length : 0;
        Span<byte> span = output.GetSpan(MaxFixedHeadBytes + contentType.Length + extraFields.Length + inlineBytes);
        int length = WriteHeadFields(span, status, contentType, extraFields);
        if (!contentType.IsEmpty || status != 204)
        {
            Append(span, ref length, "Content-Length: "u8);
            Utf8Formatter.TryFormat(body.Length, span[length..], out int digits);
            length += digits;
            Append(span, ref length, "\r\n"u8);
        }
        Append(span, ref length, "\r\n"u8);
        if (inlineBytes > 0) Append(span, ref length, body);
        Advance(length);
        if (inlineBytes == 0 && !_isHead) WriteBytes(body);
        _stage = Stage.Finished;
    }

    /// <summary>
    /// Writes the head of a response whose length is not known: chunked, or for HTTP/1.0 ended by closing the connection.
    /// </summary>
    public void StartChunks(int status, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> extraFields = default)
    {
        Debug.Assert(_stage == Stage.Begun);
        if (_isHttp10) KeepAlive = false;
        Span<byte> span = output.GetSpan(MaxFixedHeadBytes + contentType.Length + extraFields.Length);
        int length = WriteHeadFields(span, status, contentType, extraFields);
        if (!_isHttp10) Append(span, ref length, "Transfer-Encoding: chunked\r\n"u8);
        Append(span, ref length, "\r\n"u8);
        Advance(length);
        _stage = Stage.Chunks;
    }

    /// <summary>Writes one piece of content and waits until the client has room for it.</summary>
    /// <returns>False when the client is gone and nothing more need be written.</returns>
    public ValueTask<bool> WriteChunkAsync(ReadOnlySpan<byte> content)
    {
        Debug.Assert(_stage == Stage.Chunks);
        if (!content.IsEmpty && !_isHead)
        {
            if (_isHttp10)
            {
                WriteBytes(content);
            }
            else
            {
                Span<byte> span = output.GetSpan(10);
                Utf8Formatter.TryFormat(content.Length, span, out int digits, new System.Buffers.StandardFormat('x'));
                "\r\n"u8.CopyTo(span[digits..]);
                Advance(digits + 2);
                WriteBytes(content);
                WriteBytes("\r\n"u8);
            }
        }
        return FlushAsync();
    }

    /// <summary>Ends the content.</summary>
    public void EndChunks()
    {
        Debug.Assert(_stage == Stage.Chunks);
        if (!_isHttp10 && !_isHead) WriteBytes("0\r\n\r\n"u8);
        _stage = Stage.Finished;
    }

    /// <summary>Writes the interim response a client waits for before it sends its content.</summary>
    public void WriteContinue() => WriteBytes("HTTP/1.1 100 Continue\r\n\r\n"u8);

    /// <summary>Sends what is written; completes when the transport has taken it.</summary>
    /// <returns>False when the client is gone.</returns>
    public ValueTask<bool> FlushAsync()
    {
        ValueTask<FlushResult> flush = BeginFlush();
        return flush.IsCompletedSuccessfully ? new ValueTask<bool>(EndFlush(flush.Result)) : Wait(flush);
    }

    /// <summary>Like <see cref="FlushAsync"/> for a caller that waits in a method of its own, which spares the state of one here; <see cref="EndFlush"/> follows.</summary>
    public ValueTask<FlushResult> BeginFlush()
    {
        UnflushedBytes = 0;
        ValueTask<FlushResult> flush = output.FlushAsync();
        if (!flush.IsCompleted) Volatile.Write(ref _flushStartedMs, clock.NowMs);
        return flush;
    }

    /// <summary>Takes the outcome of <see cref="BeginFlush"/>; false when the client is gone.</summary>
    public bool EndFlush(FlushResult result)
    {
        Volatile.Write(ref _flushStartedMs, long.MaxValue);
        return !result.IsCompleted;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> Wait(ValueTask<FlushResult> flush) => EndFlush(await flush.ConfigureAwait(false));

    private int WriteHeadFields(Span<byte> span, int status, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> extraFields)
    {
        Status = status;
        int length = 0;
        Append(span, ref length, StatusLines.Of(status));
        if (!contentType.IsEmpty)
        {
            Append(span, ref length, "Content-Type: "u8);
            Append(span, ref length, contentType);
            Append(span, ref length, "\r\n"u8);
        }
        Append(span, ref length, clock.DateLine);
        Append(span, ref length, "X-Request-Id: "u8);
        length += RequestIds.Write(span[length..], RequestId);
        Append(span, ref length, "\r\n"u8);
        if (!KeepAlive) Append(span, ref length, "Connection: close\r\n"u8);
        else if (_isHttp10) Append(span, ref length, "Connection: keep-alive\r\n"u8);
        Append(span, ref length, extraFields);
        return length;
    }

    private void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> span = output.GetSpan();
            int take = Math.Min(span.Length, bytes.Length);
            bytes[..take].CopyTo(span);
            Advance(take);
            bytes = bytes[take..];
        }
    }

    private void Advance(int length)
    {
        output.Advance(length);
        UnflushedBytes += length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Append(Span<byte> span, ref int length, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(span[length..]);
        length += bytes.Length;
    }
}
