using System.Diagnostics;
using System.Numerics;

namespace Zepto.Query.Execution.Sorting;

/// <summary>Something the radix sort can order.</summary>
internal interface IRadixItem
{
    ulong Key { get; }
}

/// <summary>A row with its key.</summary>
internal readonly record struct KeyedRow(ulong Key, int Row) : IRadixItem;

/// <summary>A row number in the low bits and its key above them.</summary>
internal readonly record struct PackedRow(ulong Key) : IRadixItem;

/// <summary>Stable least-significant-digit radix sort, 8 bits a pass; digits that all items share cost no pass. Insertion sort for few items.</summary>
internal static unsafe class RadixSort
{
    private const int FewItems = 48;
    private const int Buckets = 256;

    /// <summary>Orders by the key's bits from <paramref name="firstBit"/> to below <paramref name="endBit"/>; the result lies where the return value says.</summary>
    public static T* Sort<T>(T* items, T* spare, int count, int firstBit, int endBit, QueryRun run) where T : unmanaged, IRadixItem
    {
        if (count <= FewItems)
        {
            InsertionSort(items, count);
            return items;
        }

        var counts = stackalloc int[Buckets];
        for (var bit = firstBit; bit < endBit; bit += 8)
        {
            run.ThrowIfStopped();
            new Span<int>(counts, Buckets).Clear();
            var mask = endBit - bit >= 8 ? 0xFFu : (1u << (endBit - bit)) - 1;
            for (var i = 0; i < count; i++)
                counts[(uint)(items[i].Key >> bit) & mask]++;
            if (counts[(uint)(items[0].Key >> bit) & mask] == count)
                continue;
            var start = 0;
            for (var bucket = 0; bucket < Buckets; bucket++)
            {
                var size = counts[bucket];
                counts[bucket] = start;
                start += size;
            }

            for (var i = 0; i < count; i++)
            {
                var item = items[i];
                spare[counts[(uint)(item.Key >> bit) & mask]++] = item;
            }

            var sorted = spare;
            spare = items;
            items = sorted;
        }

        return items;
    }

    /// <summary>Bits that numbers from 0 to <paramref name="largest"/> need.</summary>
    public static int Bits(ulong largest) => 64 - BitOperations.LeadingZeroCount(largest);

    // Compares whole keys: bits below the first one are a row number that is rising, so that equal keys stay in order.
    private static void InsertionSort<T>(T* items, int count) where T : unmanaged, IRadixItem
    {
        Debug.Assert(count <= FewItems);
        for (var i = 1; i < count; i++)
        {
            var item = items[i];
            var at = i;
            while (at > 0 && items[at - 1].Key > item.Key)
            {
                items[at] = items[at - 1];
                at--;
            }

            items[at] = item;
        }
    }
}
