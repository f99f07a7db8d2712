namespace Zepto.Native.Memory;

/// <summary>Bytes that several arenas may hold together. Thread-safe.</summary>
public sealed class MemoryBudget(long limitBytes)
{
    private long _heldBytes;

    /// <summary>Most bytes held at once.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>Bytes held now.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>Counts bytes in; false when they would pass the limit.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _heldBytes, bytes) <= LimitBytes)
            return true;
        Interlocked.Add(ref _heldBytes, -bytes);
        return false;
    }

    /// <summary>Counts bytes out.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _heldBytes, -bytes);
}
