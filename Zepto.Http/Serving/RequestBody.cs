using System.Buffers;
using System.Diagnostics;
using Zepto.Http.Protocol;

namespace Zepto.Http.Serving;

/// <summary>
/// Collects a body that does not lie whole in the pipe into contiguous memory, or reads it away. Order of use: <see cref="Begin"/>,
/// <see cref="Feed"/> until it says Done or Rejected, use <see cref="Content"/>, <see cref="Release"/>. Memory grows with what has
/// arrived, not with what was announced; where an earlier body of the connection was large, the next gets as much at once, so that a client that
/// sends large bodies one after the other costs one copy of each.
/// </summary>
internal sealed class RequestBody(ServingServices services)
{
    private const int FirstSizeBytes = 32 * 1024;

    // Room that an announced length gets before its bytes are there.
    private const int TrustedSizeBytes = 1024 * 1024;

    private byte[] _bytes = [];
    private int _length;
    private int _earlierLength;
    private bool _isChunked;
    private bool _isDiscarded;
    private long _remaining;
    private long _maxDiscardedBytes;
    private long _discardedBytes;
    private ChunkedDecoder _decoder;

    /// <summary>The content; valid until Release.</summary>
    public ReadOnlyMemory<byte> Content => _bytes.AsMemory(0, _length);

    public RequestRejection Rejection { get; private set; }

    /// <summary>Starts on the body of a request.</summary>
    /// <param name="head">Says how it is framed.</param>
    /// <param name="discardMaxBytes">Null to keep the content; otherwise read it away, and reject when it is longer.</param>
    public void Begin(RequestHead head, long? discardMaxBytes)
    {
        Debug.Assert(head.Framing != BodyFraming.None);
        _length = 0;
        _isChunked = head.Framing == BodyFraming.Chunked;
        _remaining = head.ContentLength;
        _decoder = default;
        _isDiscarded = discardMaxBytes is not null;
        _maxDiscardedBytes = discardMaxBytes ?? 0;
        _discardedBytes = 0;
        Rejection = RequestRejection.None;
    }

    /// <summary>Takes bytes of the body; may take less than the input.</summary>
    public ParseStatus Feed(ReadOnlySpan<byte> input, out int consumedBytes)
    {
        if (!_isChunked)
        {
            consumedBytes = (int)Math.Min(_remaining, input.Length);
            if (!Take(input[..consumedBytes])) return ParseStatus.Rejected;
            _remaining -= consumedBytes;
            return _remaining == 0 ? ParseStatus.Done : ParseStatus.NeedMoreData;
        }
        consumedBytes = 0;
        while (consumedBytes < input.Length)
        {
            ParseStatus status = _decoder.Read(input[consumedBytes..], services.Limits.Message, out int consumed, out ReadOnlySpan<byte> content);
            consumedBytes += consumed;
            if (status == ParseStatus.Rejected) Rejection = _decoder.Rejection;
            else if (!Take(content)) return ParseStatus.Rejected;
            if (status != ParseStatus.NeedMoreData) return status;
        }
        return ParseStatus.NeedMoreData;
    }

    /// <summary>Gives the memory back; the content is gone.</summary>
    public void Release()
    {
        if (_length > 0) _earlierLength = _length;
        _length = 0;
        if (_bytes.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        services.ReleaseBody(_bytes.Length);
        _bytes = [];
    }

    private bool Take(ReadOnlySpan<byte> content)
    {
        if (_isDiscarded)
        {
            _discardedBytes += content.Length;
            if (_discardedBytes <= _maxDiscardedBytes) return true;
            Rejection = RequestRejection.BodyTooLarge;
            return false;
        }
        if (content.Length > _bytes.Length - _length && !Grow(content.Length)) return false;
        content.CopyTo(_bytes.AsSpan(_length));
        _length += content.Length;
        return true;
    }

    private bool Grow(int roomBytes)
    {
        long known = _isChunked ? _earlierLength : Math.Min(_remaining + _length, Math.Max(TrustedSizeBytes, _earlierLength));
        long wanted = Math.Max(Math.Max(_bytes.Length * 2L, FirstSizeBytes), Math.Max(known, (long)_length + roomBytes));
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, Array.MaxLength));
        if (!services.TryReserveBody(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            Rejection = RequestRejection.BodyMemoryExhausted;
            return false;
        }
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            services.ReleaseBody(_bytes.Length);
        }
        _bytes = larger;
        return true;
    }
}
