using System.Diagnostics;
using Zepto.Storage.Mutations;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>
/// Statements that take rows away. Each takes one number that no row has, so that snapshots before and after it differ; one that finds nothing to
/// change takes none. Repeating one whose number the table has reached already does nothing.
/// </summary>
internal sealed unsafe partial class TableWriter
{
    /// <summary>Takes rows away and puts their replacements in place.</summary>
    /// <param name="mutation">Sealed here when it is not yet.</param>
    /// <param name="commitSequence">The statement's number: one more than the table's.</param>
    /// <returns>Rows changed.</returns>
    public long Apply(RowMutation mutation, long commitSequence)
    {
        var table = mutation.Table;
        if (commitSequence <= table.CommittedSequence)
            return 0;
        Debug.Assert(commitSequence == table.CommittedSequence + 1);
        mutation.Seal();
        try
        {
            if (mutation.Replacements.Schema != table.Schema)
                mutation.Replacements.AdoptSchema(table.Schema);
            var found = Locate(mutation);
            if (found == 0)
                return 0;
            var stored = mutation.KeepStored();
            Rewrite(mutation, commitSequence);
            Applied(table, commitSequence, table.RowCount - found + stored, log?.AppendMutation(mutation, commitSequence) ?? 0);
            return found;
        }
        catch
        {
            appender.Undo();
            throw;
        }
    }

    /// <summary>Takes all rows away. Returns how many.</summary>
    public long Truncate(Table table, long commitSequence) => Clear(table, null, commitSequence);

    /// <summary>Takes away all days that end before a time. Returns their rows.</summary>
    public long DropPartitionsBefore(Table table, long time, long commitSequence) => Clear(table, time, commitSequence);

    private long Clear(Table table, long? before, long commitSequence)
    {
        if (commitSequence <= table.CommittedSequence)
            return 0;
        Debug.Assert(commitSequence == table.CommittedSequence + 1);
        long removed = 0;
        try
        {
            for (var i = 0; i < table.SeriesCount; i++)
            {
                var series = table.SeriesAt(i);
                foreach (var partition in series.Partitions.Span)
                {
                    if ((before is { } time && !partition.IsBefore(time)) || partition.State.Slices.Length == 0)
                        continue;
                    removed += partition.PublishedRows;
                    appender.Touch(partition);
                    appender.Clear(series, partition, commitSequence);
                }
            }

            if (removed > 0)
                Applied(table, commitSequence, table.RowCount - removed, log?.AppendClear(table, before, commitSequence) ?? 0);
        }
        catch
        {
            appender.Undo();
            throw;
        }

        return removed;
    }

    /// <summary>Finds the removed rows, partition by partition, and marks the replacements whose old versions are there. Returns the rows found.</summary>
    private static long Locate(RowMutation mutation)
    {
        var table = mutation.Table;
        var removed = mutation.Removed;
        long found = 0;
        for (var start = 0; start < removed.Length;)
        {
            var end = EndOfPartition(table.Schema, removed, start, out var bucket);
            var places = mutation.Places[start..end];
            if (table.TryGetSeries(removed[start].SymbolId, out var series) && series.TryGet(bucket, out var partition))
                found += Locate(partition, table.Schema, removed[start..end], places, mutation);
            else
                places.Fill(RowPlace.None);
            start = end;
        }

        return found;
    }

    private static long Locate(Partition partition, TableSchema schema, ReadOnlySpan<RemovedRow> removed, Span<RowPlace> places, RowMutation mutation)
    {
        var slices = partition.State.Slices;
        var next = 0;
        long found = 0;
        for (var s = 0; s < slices.Length && next < removed.Length; s++)
        {
            var order = new RowOrder(slices[s], schema);
            for (var from = 0; next < removed.Length; next++)
            {
                ref readonly var row = ref removed[next];
                if (order.RowCount == 0 || order.Compare(order.RowCount - 1, row.Time, row.Sequence) < 0)
                    break;
                from = order.Find(from, row.Time, row.Sequence);
                var place = new RowPlace(s, from);
                // A row may have been named twice.
                var isFound = order.Compare(from, row.Time, row.Sequence) == 0 && (next == 0 || places[next - 1] != place);
                places[next] = isFound ? place : RowPlace.None;
                if (!isFound)
                    continue;
                found++;
                if (row.Replacement != RemovedRow.NoReplacement)
                    mutation.MarkStored(row.Replacement);
            }
        }

        places[next..].Fill(RowPlace.None);
        return found;
    }

    /// <summary>Goes through the partitions that lose or get rows, both lists being in the order of the table.</summary>
    private void Rewrite(RowMutation mutation, long commitSequence)
    {
        var table = mutation.Table;
        var batch = mutation.Replacements;
        var removed = mutation.Removed;
        var order = mutation.ReplacementOrder;
        var symbols = table.Schema.SymbolIndex < 0 ? null : (int*)batch.Address(table.Schema.SymbolIndex);
        var times = table.Schema.TimestampIndex < 0 ? null : (long*)batch.Address(table.Schema.TimestampIndex);
        for (int nextRemoved = 0, nextNew = 0; nextRemoved < removed.Length || nextNew < order.Length;)
        {
            var (symbol, bucket) = (int.MaxValue, long.MaxValue);
            if (nextRemoved < removed.Length)
                (symbol, bucket) = (removed[nextRemoved].SymbolId, BucketOf(table.Schema, removed[nextRemoved].Time));
            if (nextNew < order.Length)
            {
                var newKey = (symbols == null ? 0 : symbols[order[nextNew]], times == null ? 0 : Bucket(times[order[nextNew]]));
                if (nextRemoved == removed.Length || newKey.CompareTo((symbol, bucket)) < 0)
                    (symbol, bucket) = newKey;
            }

            var firstRemoved = nextRemoved;
            if (nextRemoved < removed.Length && removed[nextRemoved].SymbolId == symbol && BucketOf(table.Schema, removed[nextRemoved].Time) == bucket)
                nextRemoved = EndOfPartition(table.Schema, removed, nextRemoved, out _);
            var firstNew = nextNew;
            while (nextNew < order.Length && (symbols == null || symbols[order[nextNew]] == symbol) && (times == null || IsIn(bucket, times[order[nextNew]])))
                nextNew++;
            var places = Found(mutation.Places[firstRemoved..nextRemoved]);
            if (places.IsEmpty && firstNew == nextNew)
                continue;
            var series = table.GetOrAddSeries(symbol);
            var partition = PartitionOf(series, bucket);
            appender.Touch(partition);
            appender.Rewrite(series, partition, places, new NewRows(batch, order[firstNew..nextNew], mutation.Sequences), commitSequence);
        }
    }

    /// <summary>Moves the places that were found to the front.</summary>
    private static ReadOnlySpan<RowPlace> Found(Span<RowPlace> places)
    {
        var count = 0;
        foreach (var place in places)
        {
            if (place.IsFound)
                places[count++] = place;
        }

        return places[..count];
    }

    private static int EndOfPartition(TableSchema schema, ReadOnlySpan<RemovedRow> removed, int start, out long bucket)
    {
        bucket = BucketOf(schema, removed[start].Time);
        var end = start + 1;
        while (end < removed.Length && removed[end].SymbolId == removed[start].SymbolId && (schema.TimestampIndex < 0 || IsIn(bucket, removed[end].Time)))
            end++;
        return end;
    }

    private static long BucketOf(TableSchema schema, long time) => schema.TimestampIndex < 0 ? 0 : Bucket(time);
}
