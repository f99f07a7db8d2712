using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Zepto.Native.Memory;

/// <summary>Growable unmanaged bytes, 64-byte aligned; growing keeps the content and moves the address. One thread at a time.</summary>
public sealed unsafe class NativeBuffer : IDisposable
{
    private const int Alignment = 64;
    private byte* _address;
    private long _capacity;
    private long _length;

    /// <summary>First byte; changes when the buffer grows.</summary>
    public byte* Address => _address;

    /// <summary>Bytes it can hold before it grows.</summary>
    public long Capacity => _capacity;

    /// <summary>Bytes in use. Growing it makes room; new bytes are not cleared.</summary>
    public long Length
    {
        get => _length;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            EnsureCapacity(value);
            _length = value;
        }
    }

    /// <summary>The bytes in use; at most 2 GiB can be seen at once.</summary>
    public Span<byte> Span => new(_address, checked((int)_length));

    /// <summary>Part of the bytes in use.</summary>
    public Span<byte> Slice(long offset, int count)
    {
        if ((ulong)offset > (ulong)_length || (ulong)(uint)count > (ulong)(_length - offset))
            throw new ArgumentOutOfRangeException(nameof(offset), $"{count} bytes at {offset} are outside a buffer of {_length} bytes");
        return new Span<byte>(_address + offset, count);
    }

    /// <summary>Makes room for <paramref name="bytes"/> in all, at least doubling when it must grow.</summary>
    public void EnsureCapacity(long bytes)
    {
        if (bytes <= _capacity)
            return;
        var capacity = Math.Max(Math.Max(bytes, _capacity * 2), 256);
        var grown = (byte*)NativeMemory.AlignedAlloc((nuint)capacity, Alignment);
        Buffer.MemoryCopy(_address, grown, capacity, _length);
        NativeMemory.AlignedFree(_address);
        NativeMemoryLedger.Add(MemoryTag.Buffer, capacity - _capacity);
        _address = grown;
        _capacity = capacity;
    }

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var start = _length;
        Length = start + bytes.Length;
        bytes.CopyTo(new Span<byte>(_address + start, bytes.Length));
    }

    /// <summary>Frees the memory; the buffer is empty then and may be used again.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    ~NativeBuffer() => Free();

    private void Free()
    {
        NativeMemory.AlignedFree(_address);
        NativeMemoryLedger.Add(MemoryTag.Buffer, -_capacity);
        _address = null;
        _capacity = _length = 0;
    }
}
