using System.Runtime.CompilerServices;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Sorting;

/// <summary>Replaces base forms of texts that are only prefixes by dense ranks among the texts at hand, so that equal numbers mean equal texts.</summary>
internal static unsafe class TextRanking
{
    // Code columns are ranked by distinct code while a table of the dictionary's codes is worth its memory.
    private const int SmallDictionary = 65536;
    private const int RunRows = 12;

    /// <summary>Ranks the first <paramref name="rowCount"/> rows of a Text or Code column; NULL stays the least number.</summary>
    public static void Rank(RowBuffer rows, int column, int rowCount, long* bases, QueryRun run)
    {
        var mark = run.Scratch.MarkPosition();
        var dictionary = rows.Dictionary(column);
        if (dictionary is not null && dictionary.Count < Math.Max(SmallDictionary, rowCount))
            RankCodes(rows, column, rowCount, bases, dictionary, run);
        else
            RankRows(rows, column, rowCount, bases, run);
        run.Scratch.Release(mark);
    }

    private static void RankCodes(RowBuffer rows, int column, int rowCount, long* bases, CodeDictionary dictionary, QueryRun run)
    {
        var codes = run.Scratch.Allocate<int>(rowCount);
        var largest = 0;
        for (var start = 0; start < rowCount;)
        {
            var count = Math.Min(rows.SliceRows(start), rowCount - start);
            ColumnCopy.Rows(rows.Slice(column, start, count), 0, count, codes + start);
            start += count;
        }

        for (var i = 0; i < rowCount; i++)
            largest = Math.Max(largest, codes[i]);
        var byCode = run.Scratch.Allocate<long>(largest + 1);
        var present = run.Scratch.Allocate<int>(Math.Min(largest, rowCount) + 1);
        new Span<long>(byCode, largest + 1).Fill(-1);
        var presentCount = 0;
        for (var i = 0; i < rowCount; i++)
        {
            if (bases[i] == long.MinValue || byCode[codes[i]] >= 0)
                continue;
            byCode[codes[i]] = bases[i];
            present[presentCount++] = codes[i];
        }

        var order = new CodeOrder(byCode, dictionary);
        var sorted = Sort(present, run.Scratch.Allocate<int>(presentCount + 1), presentCount, order, run);
        long rank = -1;
        var previousBase = -1L;
        for (var i = 0; i < presentCount; i++)
        {
            // Bases turn into ranks on the way, so the previous one is kept for the comparison.
            var code = sorted[i];
            var current = byCode[code];
            if (i == 0 || previousBase != current || !dictionary.Text(sorted[i - 1]).Bytes.SequenceEqual(dictionary.Text(code).Bytes))
                rank++;
            previousBase = current;
            byCode[code] = rank;
        }

        for (var i = 0; i < rowCount; i++)
            bases[i] = bases[i] == long.MinValue ? long.MinValue : byCode[codes[i]];
    }

    private static void RankRows(RowBuffer rows, int column, int rowCount, long* bases, QueryRun run)
    {
        var items = run.Scratch.Allocate<int>(rowCount);
        for (var i = 0; i < rowCount; i++)
            items[i] = i;
        var order = new RowTextOrder(bases, rows, column);
        var sorted = Sort(items, run.Scratch.Allocate<int>(rowCount), rowCount, order, run);
        var ranks = run.Scratch.Allocate<long>(rowCount);
        long rank = 0;
        for (var i = 0; i < rowCount; i++)
        {
            if (i > 0 && order.Compare(sorted[i - 1], sorted[i]) != 0)
                rank++;
            ranks[sorted[i]] = bases[sorted[i]] == long.MinValue ? long.MinValue : rank;
        }

        new Span<long>(ranks, rowCount).CopyTo(new Span<long>(bases, rowCount));
    }

    // Bottom-up merge sort; runs that already follow each other are not merged.
    private static int* Sort<TOrder>(int* items, int* spare, int count, TOrder order, QueryRun run) where TOrder : struct, ITextOrder
    {
        for (var start = 0; start < count; start += RunRows)
            InsertionSort(items + start, Math.Min(RunRows, count - start), order);
        for (long width = RunRows; width < count; width *= 2)
        {
            for (long start = 0; start < count; start += 2 * width)
            {
                run.ThrowIfStopped();
                var middle = (int)Math.Min(start + width, count);
                Merge(items, spare, (int)start, middle, (int)Math.Min(start + 2 * width, count), order);
            }

            var sorted = spare;
            spare = items;
            items = sorted;
        }

        return items;
    }

    private static void InsertionSort<TOrder>(int* items, int count, TOrder order) where TOrder : struct, ITextOrder
    {
        for (var i = 1; i < count; i++)
        {
            var item = items[i];
            var at = i;
            for (; at > 0 && order.Compare(items[at - 1], item) > 0; at--)
                items[at] = items[at - 1];
            items[at] = item;
        }
    }

    private static void Merge<TOrder>(int* items, int* target, int start, int middle, int end, TOrder order) where TOrder : struct, ITextOrder
    {
        var left = start;
        var right = middle;
        var at = start;
        if (middle < end && order.Compare(items[middle - 1], items[middle]) > 0)
        {
            while (left < middle && right < end)
                target[at++] = order.Compare(items[left], items[right]) <= 0 ? items[left++] : items[right++];
        }

        while (left < middle)
            target[at++] = items[left++];
        while (right < end)
            target[at++] = items[right++];
    }

    private interface ITextOrder
    {
        int Compare(int left, int right);
    }

    private readonly struct CodeOrder(long* byCode, CodeDictionary dictionary) : ITextOrder
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Compare(int left, int right)
        {
            var order = byCode[left].CompareTo(byCode[right]);
            return order != 0 || !KeyEncoding.IsCut(byCode[left])
                ? order
                : dictionary.Text(left).Bytes.SequenceCompareTo(dictionary.Text(right).Bytes);
        }
    }

    private readonly struct RowTextOrder(long* bases, RowBuffer rows, int column) : ITextOrder
    {
        private readonly CodeDictionary? _dictionary = rows.Dictionary(column);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Compare(int left, int right)
        {
            var order = bases[left].CompareTo(bases[right]);
            return order != 0 || !KeyEncoding.IsCut(bases[left]) ? order : Text(left).SequenceCompareTo(Text(right));
        }

        private ReadOnlySpan<byte> Text(int row) =>
            _dictionary != null ? _dictionary.Text(rows.Code(column, row)).Bytes : rows.Text(column, row).Bytes;
    }
}
