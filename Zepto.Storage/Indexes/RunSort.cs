using Zepto.Native.Memory;

namespace Zepto.Storage.Indexes;

/// <summary>Sorts runs of rows by their keys, stably, by a radix sort over those bytes in which the keys differ.</summary>
internal static unsafe class RunSort
{
    private const int Digits = 256;

    /// <summary>Sorts <paramref name="runs"/> and <paramref name="keys"/> along.</summary>
    public static void Sort(long* keys, uint* runs, int count)
    {
        if (count < 2)
            return;
        var (min, max) = (keys[0], keys[0]);
        for (var i = 1; i < count; i++)
            (min, max) = (Math.Min(min, keys[i]), Math.Max(max, keys[i]));
        using var room = new NativeBuffer { Length = (long)count * (sizeof(long) + sizeof(uint)) };
        var (fromKeys, fromRuns) = ((nint)keys, (nint)runs);
        var (toKeys, toRuns) = ((nint)room.Address, (nint)(room.Address + ((long)count * sizeof(long))));
        var span = unchecked((ulong)(max - min));
        for (var shift = 0; shift < 64 && span >> shift != 0; shift += 8)
        {
            Spread((long*)fromKeys, (uint*)fromRuns, (long*)toKeys, (uint*)toRuns, count, min, shift);
            (fromKeys, toKeys) = (toKeys, fromKeys);
            (fromRuns, toRuns) = (toRuns, fromRuns);
        }

        if (fromKeys == (nint)keys)
            return;
        new Span<long>((long*)fromKeys, count).CopyTo(new Span<long>(keys, count));
        new Span<uint>((uint*)fromRuns, count).CopyTo(new Span<uint>(runs, count));
    }

    private static void Spread(long* fromKeys, uint* fromRuns, long* toKeys, uint* toRuns, int count, long min, int shift)
    {
        var counts = stackalloc int[Digits];
        new Span<int>(counts, Digits).Clear();
        for (var i = 0; i < count; i++)
            counts[Digit(fromKeys[i], min, shift)]++;
        for (int digit = 0, next = 0; digit < Digits; digit++)
            (counts[digit], next) = (next, next + counts[digit]);
        for (var i = 0; i < count; i++)
        {
            var place = counts[Digit(fromKeys[i], min, shift)]++;
            toKeys[place] = fromKeys[i];
            toRuns[place] = fromRuns[i];
        }
    }

    private static byte Digit(long key, long min, int shift) => unchecked((byte)((ulong)(key - min) >> shift));
}
