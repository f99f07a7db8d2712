using System.Diagnostics;

namespace Zepto.Native.Memory;

/// <summary>Growable array of unmanaged values outside the managed heap. One thread at a time.</summary>
public sealed unsafe class NativeList<T> : IDisposable where T : unmanaged
{
    private readonly NativeBuffer _buffer = new();

    /// <summary>Values in the list.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of memory held, for values that it has or has room for.</summary>
    public long HeldBytes => _buffer.Capacity;

    /// <summary>All values; invalid once the list grows.</summary>
    public Span<T> Span => new(_buffer.Address, Count);

    /// <summary>Address of the first value; changes when the list grows.</summary>
    public T* Address => (T*)_buffer.Address;

    public ref T this[int index]
    {
        get
        {
            Debug.Assert((uint)index < (uint)Count);
            return ref ((T*)_buffer.Address)[index];
        }
    }

    public void Add(T value)
    {
        EnsureCapacity(Count + 1);
        ((T*)_buffer.Address)[Count++] = value;
    }

    /// <summary>Sets the number of values; new ones are not cleared.</summary>
    public void SetCount(int count)
    {
        EnsureCapacity(count);
        Count = count;
    }

    public void EnsureCapacity(int count)
    {
        if ((long)count * sizeof(T) <= _buffer.Capacity)
            return;
        _buffer.Length = (long)Count * sizeof(T);
        _buffer.EnsureCapacity((long)count * sizeof(T));
    }

    /// <summary>Forgets the values, keeps the memory.</summary>
    public void Clear() => Count = 0;

    public void Dispose()
    {
        Count = 0;
        _buffer.Dispose();
    }
}
