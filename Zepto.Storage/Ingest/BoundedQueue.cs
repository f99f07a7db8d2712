using System.Numerics;
using System.Runtime.InteropServices;

namespace Zepto.Storage.Ingest;

/// <summary>
/// Bounded queue of many producers and one consumer without locks: a ring whose cells carry turn numbers (Vyukov's bounded MPMC queue). Neither side
/// waits here; <see cref="TryEnqueue"/> says false when the ring is full.
/// </summary>
internal sealed class BoundedQueue<T> where T : class
{
    private readonly Cell[] _cells;
    private readonly int _mask;
    private PaddedLong _tail;
    private PaddedLong _head;

    /// <param name="capacity">Items it can hold; rounded up to a power of two.</param>
    public BoundedQueue(int capacity)
    {
        _cells = new Cell[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 2))];
        _mask = _cells.Length - 1;
        for (var i = 0; i < _cells.Length; i++)
            _cells[i].Turn = i;
    }

    /// <summary>Adds at the end; any thread.</summary>
    public bool TryEnqueue(T item)
    {
        while (true)
        {
            var position = Volatile.Read(ref _tail.Value);
            ref var cell = ref _cells[position & _mask];
            var difference = Volatile.Read(ref cell.Turn) - position;
            if (difference < 0)
                return false;
            if (difference == 0 && Interlocked.CompareExchange(ref _tail.Value, position + 1, position) == position)
            {
                cell.Item = item;
                Volatile.Write(ref cell.Turn, position + 1);
                return true;
            }
        }
    }

    /// <summary>Takes the first item; the consumer's thread only.</summary>
    public bool TryDequeue(out T item)
    {
        var position = _head.Value;
        ref var cell = ref _cells[position & _mask];
        if (Volatile.Read(ref cell.Turn) != position + 1)
        {
            item = null!;
            return false;
        }

        item = cell.Item!;
        cell.Item = null;
        _head.Value = position + 1;
        Volatile.Write(ref cell.Turn, position + _cells.Length);
        return true;
    }

    private struct Cell
    {
        public long Turn;
        public T? Item;
    }
}

/// <summary>A counter on a cache line of its own, so that producers and the consumer do not fight over one.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct PaddedLong
{
    [FieldOffset(64)] public long Value;
}
