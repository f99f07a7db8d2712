using System.Runtime.CompilerServices;
using Zepto.Native.Memory;

namespace Zepto.Query.Execution.Grouping;

/// <summary>Hash table from 64-bit keys to ids numbered from 0 in order of arrival; open addressing in an arena. A struct that a grouper owns.</summary>
internal unsafe struct LongTable
{
    private const int FirstCapacity = 256;

    private Slot* _slots;
    private int _mask;
    private int _shift;

    /// <summary>Keys held, which is also the next id.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets keys and memory.</summary>
    public void Reset()
    {
        _slots = null;
        _mask = 0;
        Count = 0;
    }

    /// <summary>Id of a key; -1 when it is not held.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Find(long key)
    {
        if (_slots == null)
            return -1;
        for (var at = Home(key); ; at = (at + 1) & _mask)
        {
            ref var slot = ref _slots[at];
            if (slot.Id < 0 || slot.Key == key)
                return slot.Id;
        }
    }

    /// <summary>Id of a key, a new one where it is not held yet.</summary>
    public int FindOrAdd(long key, NativeArena arena)
    {
        if (_slots == null || Count * 2 > _mask)
            Grow(arena);
        for (var at = Home(key); ; at = (at + 1) & _mask)
        {
            ref var slot = ref _slots[at];
            if (slot.Id < 0)
            {
                slot = new Slot { Key = key, Id = Count };
                return Count++;
            }

            if (slot.Key == key)
                return slot.Id;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Home(long key)
    {
        var mixed = unchecked((ulong)key ^ ((ulong)key >> 32)) * 0x9E37_79B9_7F4A_7C15;
        return (int)(mixed >> _shift);
    }

    private void Grow(NativeArena arena)
    {
        var old = _slots;
        var oldCapacity = old == null ? 0 : _mask + 1;
        var capacity = Math.Max(oldCapacity * 2L, FirstCapacity);
        if (capacity > 1 << 30)
            throw new ArenaLimitException(capacity * sizeof(Slot));
        _slots = (Slot*)arena.Allocate(capacity * sizeof(Slot));
        _mask = (int)capacity - 1;
        _shift = 64 - System.Numerics.BitOperations.Log2((ulong)capacity);
        for (var i = 0; i <= _mask; i++)
            _slots[i].Id = -1;
        for (var i = 0; i < oldCapacity; i++)
        {
            if (old[i].Id < 0)
                continue;
            var at = Home(old[i].Key);
            while (_slots[at].Id >= 0)
                at = (at + 1) & _mask;
            _slots[at] = old[i];
        }
    }

    private struct Slot
    {
        public long Key;
        public int Id;
    }
}
