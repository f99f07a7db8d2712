using System.Diagnostics;
using Zepto.Storage.Catalog;
using Zepto.Storage.Encodings;
using Zepto.Storage.Epochs;
using Zepto.Storage.Ingest;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Compaction;

/// <summary>
/// Writes sealed segments anew: encoded, several short ones as one, without the columns dropped since. The rows and their order stay, so every snapshot may
/// see the new segment in place of the old ones. Reading and encoding happen on the caller's thread under an epoch lease; the writer thread of the
/// table only copies the result and swaps it in, if the slices are still the same. One run at a time; thread-safe.
/// </summary>
internal sealed class Compactor(EpochRegistry epochs, Func<TableCatalog> catalog, Func<Table, WriterThread> writerOf, TimeSpan hotTime) : IDisposable
{
    private readonly Lock _running = new();
    private readonly SegmentEncoder _encoder = new();

    /// <summary>Looks at all partitions once. Returns the segments made.</summary>
    /// <param name="toTheEnd">Takes every partition to its end, not only those without rows since the last look.</param>
    /// <param name="stop">Ends the run between two segments.</param>
    /// <param name="only">The one table to look at; null for all.</param>
    public int Run(bool toTheEnd, CancellationToken stop, Table? only = null)
    {
        lock (_running)
        {
            var made = 0;
            foreach (var table in only is null ? catalog().Tables : [only])
            {
                for (var i = 0; i < table.SeriesCount; i++)
                {
                    var partitions = table.SeriesAt(i).Partitions.Span;
                    for (var p = 0; p < partitions.Length && !stop.IsCancellationRequested && !table.IsDropped; p++)
                    {
                        if (toTheEnd || p < partitions.Length - 1 || !IsHot(partitions[p]))
                            made += Compact(table, partitions[p], toTheEnd, stop);
                    }
                }
            }

            return made;
        }
    }

    public void Dispose()
    {
        lock (_running)
            _encoder.Dispose();
    }

    // The newest day of a series is what most queries read; those that find it in the cache are faster on raw values.
    private bool IsHot(Partition partition)
    {
        var (rows, now) = (partition.PublishedRows, Stopwatch.GetTimestamp());
        if (partition.HotRows != rows)
            (partition.HotRows, partition.HotSince) = (rows, now);
        return Stopwatch.GetElapsedTime(partition.HotSince, now) < hotTime;
    }

    private int Compact(Table table, Partition partition, bool toTheEnd, CancellationToken stop)
    {
        var rows = partition.PublishedRows;
        var isIdle = toTheEnd || partition.RowsSeen == rows;
        partition.RowsSeen = rows;
        if (partition.RowsCompacted == rows)
            return 0;
        var (made, refused) = (0, 0);
        var next = 0;
        while (!stop.IsCancellationRequested && SliceRun.TryFind(partition.State.Slices, next, isIdle, out var run))
        {
            switch (Compact(table, partition, run))
            {
                case Outcome.Made:
                    made++;
                    next = run.First + 1;
                    break;
                case Outcome.Refused:
                    refused++;
                    next = run.First + run.Count;
                    break;
                default:
                    next = run.First + run.Count;
                    break;
            }
        }

        if (isIdle && refused == 0 && !stop.IsCancellationRequested)
            partition.RowsCompacted = rows;
        return made;
    }

    private Outcome Compact(Table table, Partition partition, SliceRun run)
    {
        var layout = table.Schema.Layout;
        var committed = table.CommittedSequence;
        SegmentSlice[] slices;
        using (epochs.Enter())
        {
            if (table.IsDropped)
                return Outcome.Refused;
            // Rows that a statement not committed yet has moved may be put back and others moved there, as many.
            var newest = partition.State;
            if (newest.VisibleFrom > committed)
                return Outcome.Refused;
            // As they are from here on: what an open slice gets later makes the swap fail.
            var state = newest.Slices;
            if (run.First + run.Count > state.Length)
                return Outcome.Refused;
            var rows = 0;
            slices = [.. state.Slice(run.First, run.Count)];
            for (var i = 0; i < slices.Length; i++)
            {
                slices[i] = new SegmentSlice(slices[i].Segment, slices[i].StartRow, slices[i].PublishedRows);
                rows += slices[i].PublishedRows;
            }

            if (rows > PartitionAppender.LargestCapacity)
                return Outcome.Refused;
            _encoder.Write(layout, slices);
        }

        // Rows of a statement not committed yet may be taken back and others put in their places.
        if (_encoder.LargestSequence > committed)
            return Outcome.Refused;
        if (!IsWorthwhile(slices))
            return Outcome.NotWorthwhile;
        var isSwapped = false;
        writerOf(table).CompactAsync(appender =>
        {
            // After a failed flush the newest state may never be committed, and readers stay at the one before, in the same segments.
            if (partition.State.VisibleFrom > table.CommittedSequence)
                return;
            // Statements that still read a dropped column must find it.
            if (!table.IsDropped && table.Schema.Layout.IsSameAs(layout) && epochs.IsOver(table.ColumnsChangedIn))
                isSwapped = appender.TrySwap(partition, run.First, slices, layout, _encoder);
        }).AsTask().GetAwaiter().GetResult();
        return isSwapped ? Outcome.Made : Outcome.Refused;
    }

    private bool IsWorthwhile(SegmentSlice[] slices)
    {
        Debug.Assert(slices.Length > 0);
        long bytes = 0;
        foreach (var segment in slices.Select(s => s.Segment).Distinct())
            bytes += segment.Allocation.SizeBytes;
        return _encoder.Written.Length < bytes;
    }

    private enum Outcome
    {
        /// <summary>There is a new segment.</summary>
        Made,

        /// <summary>The slices changed meanwhile, or somebody must still find them as they are; another time.</summary>
        Refused,

        /// <summary>It would take more room than before.</summary>
        NotWorthwhile,
    }
}
