using System.Buffers.Binary;
using System.Numerics;

namespace Zepto.Query.Statements;

/// <summary>
/// Codes of short texts that were looked up lately, so that most rows of a load cost no search in a dictionary. A text of up to
/// <see cref="LongestBytes"/> is its own key: its first and last eight bytes and its length say all of it. One thread at a time.
/// </summary>
internal sealed class TextCodeCache
{
    /// <summary>Longer texts are not kept.</summary>
    public const int LongestBytes = 2 * sizeof(ulong);

    private const int EntryBits = 10;
    private readonly Entry[] _entries = new Entry[1 << EntryBits];

    /// <summary>Finds the code that <see cref="Set"/> noted for a text of an owner.</summary>
    /// <param name="owner">Number of the dictionary, from 1.</param>
    /// <param name="text">At most <see cref="LongestBytes"/> long.</param>
    /// <param name="code">The code.</param>
    public bool TryGet(ulong owner, ReadOnlySpan<byte> text, out int code)
    {
        var key = KeyOf(owner, text);
        ref var entry = ref _entries[key.Slot];
        code = entry.Code;
        return entry.Head == key.Head && entry.Tail == key.Tail && entry.Owner == key.Owner;
    }

    /// <summary>Notes a code; another text may lose its place.</summary>
    public void Set(ulong owner, ReadOnlySpan<byte> text, int code)
    {
        var key = KeyOf(owner, text);
        _entries[key.Slot] = new Entry { Head = key.Head, Tail = key.Tail, Owner = key.Owner, Code = code };
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => Array.Clear(_entries);

    private static Key KeyOf(ulong owner, ReadOnlySpan<byte> text)
    {
        ulong head, tail = 0;
        if (text.Length >= sizeof(ulong))
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(text);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(text[^sizeof(ulong)..]);
        }
        else if (text.Length >= sizeof(uint))
        {
            head = BinaryPrimitives.ReadUInt32LittleEndian(text) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^sizeof(uint)..]) << 32);
        }
        else
        {
            head = text.IsEmpty ? 0 : text[0] | ((ulong)text[text.Length / 2] << 8) | ((ulong)text[^1] << 16);
        }

        owner = (owner << 8) | (uint)text.Length;
        var hash = (head ^ BitOperations.RotateLeft(tail, 29) ^ (owner * 0x9E37_79B9_7F4A_7C15)) * 0xD6E8_FEB8_6659_FD93;
        hash ^= hash >> 32;
        hash *= 0xD6E8_FEB8_6659_FD93;
        return new Key(head, tail, owner, (int)(hash >> (64 - EntryBits)));
    }

    private readonly record struct Key(ulong Head, ulong Tail, ulong Owner, int Slot);

    private struct Entry
    {
        public ulong Head;
        public ulong Tail;

        /// <summary>Number of the dictionary and, in the low byte, length of the text; 0 marks a free entry.</summary>
        public ulong Owner;

        public int Code;
    }
}
