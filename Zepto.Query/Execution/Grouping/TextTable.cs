using Zepto.Native.Memory;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Execution.Grouping;

/// <summary>Hash table from texts to ids numbered from 0 in order of arrival; copies the bytes into an arena. A struct that a grouper owns.</summary>
internal unsafe struct TextTable
{
    private const int FirstCapacity = 256;

    private Slot* _slots;
    private int _mask;

    /// <summary>Texts held, which is also the next id.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets texts and memory.</summary>
    public void Reset()
    {
        _slots = null;
        _mask = 0;
        Count = 0;
    }

    /// <summary>Id of a text; -1 when it is not held.</summary>
    public readonly int Find(ReadOnlySpan<byte> text)
    {
        if (_slots == null)
            return -1;
        var hash = Hash(text);
        for (var at = (int)hash & _mask; ; at = (at + 1) & _mask)
        {
            ref var slot = ref _slots[at];
            if (slot.Id < 0 || (slot.Hash == hash && slot.Text.Bytes.SequenceEqual(text)))
                return slot.Id;
        }
    }

    /// <summary>Id of a text, a new one where it is not held yet.</summary>
    public int FindOrAdd(ReadOnlySpan<byte> text, NativeArena arena)
    {
        if (_slots == null || Count * 2 > _mask)
            Grow(arena);
        var hash = Hash(text);
        for (var at = (int)hash & _mask; ; at = (at + 1) & _mask)
        {
            ref var slot = ref _slots[at];
            if (slot.Id < 0)
            {
                var copy = (byte*)arena.Allocate(Math.Max(text.Length, 1), 1);
                text.CopyTo(new Span<byte>(copy, text.Length));
                slot = new Slot { Text = new TextRef(copy, text.Length), Hash = hash, Id = Count };
                return Count++;
            }

            if (slot.Hash == hash && slot.Text.Bytes.SequenceEqual(text))
                return slot.Id;
        }
    }

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = 0x9E37_79B9_7F4A_7C15UL ^ (ulong)text.Length;
        for (; text.Length >= 8; text = text[8..])
            hash = Mix(hash ^ System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(text));
        ulong rest = 0;
        for (var i = 0; i < text.Length; i++)
            rest |= (ulong)text[i] << (8 * i);
        hash = Mix(hash ^ rest);
        return (uint)(hash >> 32);
    }

    private static ulong Mix(ulong value)
    {
        value *= 0xFF51_AFD7_ED55_8CCD;
        return value ^ (value >> 29);
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
        for (var i = 0; i <= _mask; i++)
            _slots[i].Id = -1;
        for (var i = 0; i < oldCapacity; i++)
        {
            if (old[i].Id < 0)
                continue;
            var at = (int)old[i].Hash & _mask;
            while (_slots[at].Id >= 0)
                at = (at + 1) & _mask;
            _slots[at] = old[i];
        }
    }

    private struct Slot
    {
        public TextRef Text;
        public uint Hash;
        public int Id;
    }
}
