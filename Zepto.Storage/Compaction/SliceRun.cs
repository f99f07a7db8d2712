using Zepto.Storage.Ingest;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Compaction;

/// <summary>Consecutive slices of a partition that are worth writing anew as one encoded segment.</summary>
internal readonly record struct SliceRun(int First, int Count)
{
    /// <summary>An encoded slice is written again only along with at least this part of its rows, so that a row is not written for ever.</summary>
    private const int WorthwhilePart = 4;

    /// <summary>Finds the next run from a slice on; false when there is none.</summary>
    /// <param name="slices">Slices of a partition.</param>
    /// <param name="from">First slice to look at.</param>
    /// <param name="toTheEnd">Whether the partition goes without rows: its last slices are taken although they might grow, the open one too.</param>
    /// <param name="run">The run.</param>
    public static bool TryFind(ReadOnlySpan<SegmentSlice> slices, int from, bool toTheEnd, out SliceRun run)
    {
        while (from < slices.Length)
        {
            var end = from;
            var rows = 0;
            while (end < slices.Length && rows + slices[end].PublishedRows <= PartitionAppender.LargestCapacity && (toTheEnd || !slices[end].IsOpen))
                rows += slices[end++].PublishedRows;
            // A run that the next slice may still belong to waits for it.
            var isWhole = toTheEnd || (end < slices.Length && (!slices[end].IsOpen || rows == PartitionAppender.LargestCapacity));
            if (end == from || !isWhole)
            {
                from = Math.Max(end, from + 1);
                continue;
            }

            while (from < end && slices[from].Segment.IsEncoded && slices[from].PublishedRows > WorthwhilePart * (rows - slices[from].PublishedRows))
                rows -= slices[from++].PublishedRows;
            if (end - from > 1 || (end > from && IsWorthwhile(slices[from])))
            {
                run = new SliceRun(from, end - from);
                return true;
            }

            from = Math.Max(end, from + 1);
        }

        run = default;
        return false;
    }

    /// <summary>Whether a slice is worth writing anew by itself: a raw one, and what is left of an encoded segment after its rows were removed.</summary>
    private static bool IsWorthwhile(in SegmentSlice slice) =>
        slice.PublishedRows > 0 && (!slice.Segment.IsEncoded || slice.PublishedRows < slice.Segment.Capacity / 2);
}
