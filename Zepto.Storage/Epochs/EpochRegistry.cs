using System.Diagnostics;

namespace Zepto.Storage.Epochs;

/// <summary>Keeps what a reader may still see from being freed; ends by Dispose, on any thread.</summary>
public struct EpochLease : IDisposable
{
    private EpochRegistry? _registry;
    private readonly int _slot;

    internal EpochLease(EpochRegistry registry, int slot)
    {
        _registry = registry;
        _slot = slot;
    }

    public void Dispose()
    {
        _registry?.Exit(_slot);
        _registry = null;
    }
}

/// <summary>
/// Epoch-based reclamation: readers announce the epoch they began in; what was retired in an epoch is freed once every running reader began
/// later. Enter and exit are a few interlocked operations and never wait for writers.
/// </summary>
public sealed class EpochRegistry(int readers = 1024)
{
    private const int Stride = 8;
    private readonly long[] _slots = new long[readers * Stride];
    private long _epoch = 1;
    private int _hint;
    // Slots from here on were never taken, so that writers look at no more than readers ever were at once, or nearly.
    private int _taken;

    /// <summary>Begins reading. Throws when more readers than slots run at once.</summary>
    public EpochLease Enter()
    {
        var start = Volatile.Read(ref _hint);
        for (var i = 0; i < readers; i++)
        {
            var slot = (start + i) % readers;
            Include(slot);
            if (Volatile.Read(ref _slots[slot * Stride]) == 0
                && Interlocked.CompareExchange(ref _slots[slot * Stride], Volatile.Read(ref _epoch), 0) == 0)
            {
                Volatile.Write(ref _hint, slot);
                return new EpochLease(this, slot);
            }
        }

        throw new StorageException(StorageErrorKind.Overloaded, $"More than {readers} scans run at once; try again later");
    }

    internal void Exit(int slot)
    {
        Debug.Assert(_slots[slot * Stride] != 0);
        Volatile.Write(ref _slots[slot * Stride], 0);
    }

    /// <summary>Ends the current epoch and returns it: what is retired now may be freed once <see cref="IsOver"/> says so.</summary>
    internal long Advance() => Interlocked.Increment(ref _epoch) - 1;

    /// <summary>Whether no reader that began in or before the epoch still runs.</summary>
    internal bool IsOver(long epoch)
    {
        Interlocked.MemoryBarrier();
        var end = Volatile.Read(ref _taken) * Stride;
        for (var i = 0; i < end; i += Stride)
        {
            var began = Volatile.Read(ref _slots[i]);
            if (began != 0 && began <= epoch)
                return false;
        }

        return true;
    }

    /// <summary>Before the slot is taken: a writer that does not see it here has retired before the reader begins.</summary>
    private void Include(int slot)
    {
        for (var taken = Volatile.Read(ref _taken); taken <= slot;)
            taken = Interlocked.CompareExchange(ref _taken, slot + 1, taken);
    }
}
