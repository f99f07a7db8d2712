using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Zepto.Native.Memory;

namespace Zepto.Http.Monitoring;

/// <summary>
/// The newest snapshots, in a ring of fixed size outside the managed heap. One thread adds, any thread reads, and neither waits for the other: the thread
/// that adds may be of the lowest priority, so a lock of its could stop a reader for long. A reader tells by two counters whether a snapshot was overwritten
/// while it was being copied. No reader may be left when it is disposed.
/// </summary>
public sealed class MetricsHistory : IDisposable
{
    /// <summary>Memory of the ring.</summary>
    public const int SizeBytes = 256 * 1024;

    private readonly NativeBuffer _ring = new() { Length = SizeBytes };

    // Snapshots whose writing has begun, and those whose writing has ended: the number n is in slot n % Capacity.
    private long _begunCount;
    private long _endedCount;

    /// <summary>Snapshots it can hold.</summary>
    public static int Capacity { get; } = SizeBytes / Unsafe.SizeOf<MetricsSnapshot>();

    /// <summary>Adds a snapshot in place of the oldest. Allocates nothing.</summary>
    public void Add(in MetricsSnapshot snapshot)
    {
        long number = _endedCount;
        Volatile.Write(ref _begunCount, number + 1);
        // The slot must not change before readers can see that its old snapshot is gone.
        Interlocked.MemoryBarrier();
        Slot(number) = snapshot;
        Volatile.Write(ref _endedCount, number + 1);
    }

    /// <summary>Copies the newest snapshots, the oldest of them first.</summary>
    /// <param name="sinceMs">Only those not older, in milliseconds since the Unix epoch.</param>
    /// <param name="target">Gets at most as many as fit, at its end.</param>
    /// <returns>The copied part of <paramref name="target"/>.</returns>
    public Span<MetricsSnapshot> Copy(long sinceMs, Span<MetricsSnapshot> target)
    {
        int start = target.Length;
        long endedCount = Volatile.Read(ref _endedCount);
        for (long number = endedCount - 1; number >= 0 && start > 0; number--)
        {
            MetricsSnapshot snapshot = Slot(number);
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _begunCount) > number + Capacity) break;
            // A clock may be set back, so an old one does not mean that all before it are.
            if (snapshot.TimestampMs >= sinceMs) target[--start] = snapshot;
        }
        return target[start..];
    }

    public void Dispose() => _ring.Dispose();

    private ref MetricsSnapshot Slot(long number) => ref MemoryMarshal.Cast<byte, MetricsSnapshot>(_ring.Span)[(int)(number % Capacity)];
}
