namespace Zepto.Query.Engine;

/// <summary>Keeps a bounded number of idle objects. Thread-safe, without locks, and without allocations unlike the concurrent collections.</summary>
internal sealed class SlotPool<T>(int capacity) where T : class
{
    private readonly T?[] _slots = new T?[capacity];
    private T? _first;

    /// <summary>Takes an idle object; null when there is none.</summary>
    public T? TryTake()
    {
        var item = Volatile.Read(ref _first);
        if (item is not null && Interlocked.CompareExchange(ref _first, null, item) == item)
            return item;
        for (var i = 0; i < _slots.Length; i++)
        {
            item = Volatile.Read(ref _slots[i]);
            if (item is not null && Interlocked.CompareExchange(ref _slots[i], null, item) == item)
                return item;
        }

        return null;
    }

    /// <summary>Keeps an object; false when the pool is full, and the caller still owns it.</summary>
    public bool TryAdd(T item)
    {
        if (Interlocked.CompareExchange(ref _first, item, null) is null)
            return true;
        for (var i = 0; i < _slots.Length; i++)
        {
            if (Volatile.Read(ref _slots[i]) is null && Interlocked.CompareExchange(ref _slots[i], item, null) is null)
                return true;
        }

        return false;
    }
}
