using System.Buffers;

namespace Zepto.Http.Responses;

/// <summary>
/// Contiguous bytes of a response body while it is being formatted; rented, grows by doubling. One user at a time; Release gives
/// the memory back, after which the buffer is empty and may be used again.
/// </summary>
public sealed class BodyBuffer : IBufferWriter<byte>
{
    private const int FirstSizeBytes = 4096;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>Bytes written.</summary>
    public int Length => _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Room for at least this many bytes after what is written; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_bytes.Length - _length < sizeHint || _length == _bytes.Length) Grow(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(_length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _length));
        _length += count;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    public void Append(byte value)
    {
        if (_length == _bytes.Length) Grow(1);
        _bytes[_length++] = value;
    }

    /// <summary>Forgets what is written and keeps the memory.</summary>
    public void Clear() => _length = 0;

    /// <summary>Forgets what is written and gives the memory back.</summary>
    public void Release()
    {
        _length = 0;
        if (_bytes.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Grow(int roomBytes)
    {
        long wanted = Math.Max(Math.Max(_bytes.Length * 2L, FirstSizeBytes), (long)_length + roomBytes);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, Array.MaxLength));
        Written.CopyTo(larger);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
