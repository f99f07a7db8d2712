using System.IO.Hashing;
using Zepto.Native.Memory;

namespace Zepto.Storage.Dictionaries;

/// <summary>
/// Text by code and code by text, append-only, in unmanaged memory that never moves. Readers take no lock; adding is locked by the owner.
/// Codes may have gaps (ids given by number). Entries become visible to <see cref="TryFind"/> last, so a found code has its text.
/// </summary>
internal sealed unsafe class TextTable : IDisposable
{
    private readonly NativeArena _texts = new();
    private readonly IdMap<TextRef> _byCode = new();
    private int[] _slots = new int[256];
    private int _hashed;

    /// <summary>Largest code in use.</summary>
    public int LargestCode { get; private set; }

    /// <summary>Text of a code; NULL for a code not in use.</summary>
    public TextRef Text(int code) => _byCode.Find(code);

    /// <summary>Whether a code has text.</summary>
    public bool Contains(int code) => !Text(code).IsNull;

    /// <summary>Code of a text that was added as findable.</summary>
    public bool TryFind(ReadOnlySpan<byte> text, out int code)
    {
        var slots = Volatile.Read(ref _slots);
        var mask = slots.Length - 1;
        for (var slot = (int)XxHash3.HashToUInt64(text) & mask; ; slot = (slot + 1) & mask)
        {
            code = Volatile.Read(ref slots[slot]);
            if (code == 0)
                return false;
            if (Text(code).Bytes.SequenceEqual(text))
                return true;
        }
    }

    /// <summary>Adds text under a code that is not in use; <paramref name="findable"/> also makes TryFind find it.</summary>
    public void Add(int code, ReadOnlySpan<byte> text, bool findable)
    {
        var copy = (byte*)_texts.Allocate(Math.Max(text.Length, 1), 1);
        text.CopyTo(new Span<byte>(copy, text.Length));
        _byCode.Add(code, new TextRef(copy, text.Length, isNumber: !findable));
        LargestCode = Math.Max(LargestCode, code);
        if (!findable)
            return;
        if (2 * (_hashed + 1) > _slots.Length)
            Rehash();
        Insert(_slots, code, text);
        _hashed++;
    }

    public void Dispose() => _texts.Dispose();

    private void Rehash()
    {
        var grown = new int[_slots.Length * 2];
        foreach (var code in _slots)
        {
            if (code != 0)
                Insert(grown, code, Text(code).Bytes);
        }

        Volatile.Write(ref _slots, grown);
    }

    private static void Insert(int[] slots, int code, ReadOnlySpan<byte> text)
    {
        var mask = slots.Length - 1;
        var slot = (int)XxHash3.HashToUInt64(text) & mask;
        while (slots[slot] != 0)
            slot = (slot + 1) & mask;
        Volatile.Write(ref slots[slot], code);
    }
}
