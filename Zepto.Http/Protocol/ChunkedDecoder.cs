using System.Diagnostics;

namespace Zepto.Http.Protocol;

/// <summary>
/// Takes the chunked transfer coding off a body (RFC 9112, section 7.1), in place and at any read boundary. Call
/// <see cref="Read"/> with the unread bytes until it says Done or Rejected; it hands out content as slices of the input.
/// Chunk extensions and trailers are checked, bounded and dropped. A mutable struct: keep it in a field, pass it by reference.
/// </summary>
public struct ChunkedDecoder
{
    private enum State : byte
    {
        FirstSizeDigit,
        SizeDigits,
        Extension,
        SizeLineFeed,
        Data,
        DataCarriageReturn,
        DataLineFeed,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerLineFeed,
        LastLineFeed,
        Done,
        Rejected,
    }

    // 16 digits are 64 bits; leading zeros count, so that a size cannot be hidden behind endless ones.
    private const int MaxSizeDigits = 16;

    private State _state;
    private byte _sizeDigits;
    private int _extensionBytes;
    private int _trailerBytes;
    private long _chunkRemaining;
    private long _contentBytes;

    /// <summary>Why the input was rejected.</summary>
    public RequestRejection Rejection { get; private set; }

    /// <summary>Content announced so far, in bytes.</summary>
    public readonly long ContentBytes => _contentBytes;

    /// <summary>Reads on.</summary>
    /// <param name="input">Unread bytes of the body; may end anywhere and may go beyond the body.</param>
    /// <param name="limits">Sizes to hold.</param>
    /// <param name="consumedBytes">Bytes of input that are done with after <paramref name="content"/> was taken.</param>
    /// <param name="content">Next piece of content, a slice of the input; may be empty.</param>
    /// <returns>Done after the trailer section; NeedMoreData when the caller is to take the content and call again.</returns>
    public ParseStatus Read(ReadOnlySpan<byte> input, in MessageLimits limits, out int consumedBytes, out ReadOnlySpan<byte> content)
    {
        content = default;
        int position = 0;
        while (position < input.Length)
        {
            if (_state == State.Data)
            {
                int take = (int)Math.Min(_chunkRemaining, input.Length - position);
                content = input.Slice(position, take);
                _chunkRemaining -= take;
                if (_chunkRemaining == 0) _state = State.DataCarriageReturn;
                consumedBytes = position + take;
                return ParseStatus.NeedMoreData;
            }
            RequestRejection rejection = Step(input[position++], limits);
            if (rejection != RequestRejection.None)
            {
                _state = State.Rejected;
                Rejection = rejection;
            }
            if (_state >= State.Done) break;
        }
        consumedBytes = position;
        return _state switch
        {
            State.Done => ParseStatus.Done,
            State.Rejected => ParseStatus.Rejected,
            _ => ParseStatus.NeedMoreData,
        };
    }

    private RequestRejection Step(byte next, in MessageLimits limits)
    {
        switch (_state)
        {
            case State.FirstSizeDigit:
                _chunkRemaining = 0;
                _sizeDigits = 0;
                _state = State.SizeDigits;
                return IsHexDigit(next) ? AddSizeDigit(next) : RequestRejection.MalformedChunkSize;

            case State.SizeDigits:
                if (IsHexDigit(next)) return AddSizeDigit(next);
                if (next is not ((byte)'\r' or (byte)';')) return RequestRejection.MalformedChunkSize;
                if (_chunkRemaining > limits.MaxBodyBytes - _contentBytes) return RequestRejection.BodyTooLarge;
                _contentBytes += _chunkRemaining;
                _state = next == '\r' ? State.SizeLineFeed : State.Extension;
                return RequestRejection.None;

            case State.Extension:
                if (next == '\r')
                {
                    _state = State.SizeLineFeed;
                    return RequestRejection.None;
                }
                if (IsControl(next)) return RequestRejection.MalformedChunkExtension;
                return ++_extensionBytes > limits.MaxChunkExtensionBytes ? RequestRejection.ChunkExtensionsTooLarge : RequestRejection.None;

            case State.SizeLineFeed:
                _state = _chunkRemaining == 0 ? State.TrailerStart : State.Data;
                return next == '\n' ? RequestRejection.None : RequestRejection.MalformedChunkSize;

            case State.DataCarriageReturn:
                _state = State.DataLineFeed;
                return next == '\r' ? RequestRejection.None : RequestRejection.MalformedChunkEnd;

            case State.DataLineFeed:
                _state = State.FirstSizeDigit;
                return next == '\n' ? RequestRejection.None : RequestRejection.MalformedChunkEnd;

            default:
                return StepTrailer(next, limits.MaxTrailerBytes);
        }
    }

    private RequestRejection StepTrailer(byte next, int maxTrailerBytes)
    {
        // The two bytes of the closing empty line belong to the coding, not to the trailers.
        bool isClosing = _state == State.LastLineFeed || (_state == State.TrailerStart && next == '\r');
        if (!isClosing && ++_trailerBytes > maxTrailerBytes) return RequestRejection.TrailersTooLarge;
        switch (_state)
        {
            case State.TrailerStart when next == '\r':
                _state = State.LastLineFeed;
                return RequestRejection.None;
            case State.TrailerStart:
                _state = State.TrailerName;
                return IsToken(next) ? RequestRejection.None : RequestRejection.MalformedTrailer;
            case State.TrailerName when next == ':':
                _state = State.TrailerValue;
                return RequestRejection.None;
            case State.TrailerName:
                return IsToken(next) ? RequestRejection.None : RequestRejection.MalformedTrailer;
            case State.TrailerValue when next == '\r':
                _state = State.TrailerLineFeed;
                return RequestRejection.None;
            case State.TrailerValue:
                return IsControl(next) ? RequestRejection.MalformedTrailer : RequestRejection.None;
            case State.TrailerLineFeed:
                _state = State.TrailerStart;
                return next == '\n' ? RequestRejection.None : RequestRejection.MalformedTrailer;
            default:
                Debug.Assert(_state == State.LastLineFeed);
                _state = State.Done;
                return next == '\n' ? RequestRejection.None : RequestRejection.MalformedTrailer;
        }
    }

    private RequestRejection AddSizeDigit(byte digit)
    {
        if (++_sizeDigits > MaxSizeDigits || _chunkRemaining > long.MaxValue >> 4) return RequestRejection.MalformedChunkSize;
        _chunkRemaining = (_chunkRemaining << 4) | (uint)Convert(digit);
        return RequestRejection.None;

        static int Convert(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    }

    private static bool IsHexDigit(byte value) => char.IsAsciiHexDigit((char)value);

    private static bool IsControl(byte value) => value is < 32 and not 9 or 127;

    private static bool IsToken(byte value) => AsciiText.TokenBytes.Contains(value);
}
