using Zepto.Storage.Log;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>
/// Carries out statements, each in two steps. Apply puts everything in place behind the statements before, and in the log, but shows it to nobody; nothing of
/// the statement is left when it throws. <see cref="Commit"/> shows it all at once. Several statements may be applied before they are committed, in
/// their order. Used by one writer thread; keeps its scratch arrays, so a batch in steady state allocates nothing.
/// </summary>
internal sealed unsafe partial class TableWriter(PartitionAppender appender, StorageStatistics statistics, WriteAheadLog? log)
{
    private AppliedStatement _applied;
    private int[] _order = [];
    private int[] _scratch = [];
    private int[] _counts = [];

    /// <summary>Puts rows in place, grouped by series and day, each group in time order.</summary>
    public void Apply(RowBatch batch)
    {
        if (batch.Table.IsDropped)
            throw new StorageException(StorageErrorKind.UnknownTable, $"Unknown table: {batch.Table.Name}");
        try
        {
            Store(batch);
        }
        catch
        {
            appender.Undo();
            throw;
        }
    }

    /// <summary>What was applied since the last call; it has no table when nothing was, or when it changed nothing.</summary>
    public AppliedStatement Take()
    {
        var applied = _applied;
        _applied = default;
        return applied;
    }

    /// <summary>Makes the oldest statement that is applied and not committed visible to snapshots taken from now on.</summary>
    public void Commit(in AppliedStatement statement)
    {
        statement.Table!.Commit(statement.Next.Sequence, statement.Next.RowCount);
        appender.Finish();
    }

    /// <summary>Leaves the oldest statement that is applied and not committed invisible for good; none may be committed after it.</summary>
    public void Abandon() => appender.Abandon();

    private void Store(RowBatch batch)
    {
        var table = batch.Table;
        if (batch.Schema != table.Schema)
            batch.AdoptSchema(table.Schema);
        var schema = batch.Schema;
        var rows = batch.RowCount;
        if (rows == 0)
            return;
        var firstSequence = table.Appended.Sequence + 1;
        var commitSequence = table.Appended.Sequence + rows;
        Order(batch);
        var symbols = schema.SymbolIndex < 0 ? null : (int*)batch.Address(schema.SymbolIndex);
        var times = schema.TimestampIndex < 0 ? null : (long*)batch.Address(schema.TimestampIndex);
        for (var start = 0; start < rows;)
        {
            var first = _order[start];
            var symbol = symbols == null ? 0 : symbols[first];
            var bucket = times == null ? 0 : Bucket(times[first]);
            var end = start + 1;
            while (end < rows && (symbols == null || symbols[_order[end]] == symbol) && (times == null || IsIn(bucket, times[_order[end]])))
                end++;
            var series = table.GetOrAddSeries(symbol);
            var partition = PartitionOf(series, bucket);
            appender.Touch(partition);
            var group = _order.AsSpan(start, end - start);
            if (times == null || times[first] >= partition.LastTime)
                appender.Append(partition, batch, group, firstSequence);
            else
                appender.Merge(series, partition, new NewRows(batch, group, firstSequence), commitSequence);
            if (times != null)
                partition.LastTime = Math.Max(partition.LastTime, times[group[^1]]);
            start = end;
        }

        Applied(table, commitSequence, table.Appended.RowCount + rows, log?.AppendRows(batch, firstSequence) ?? 0);
    }

    /// <summary>The statement is in place and in the log, so it can no longer be undone.</summary>
    private void Applied(Table table, long commitSequence, long rowCount, long lsn)
    {
        table.Appended = new TableSnapshot(commitSequence, rowCount);
        appender.Seal();
        _applied = new AppliedStatement(table, table.Appended, lsn);
    }

    private Partition PartitionOf(Series series, long bucket)
    {
        var partition = series.GetOrAdd(bucket, out var added);
        if (added)
            statistics.CountPartition();
        return partition;
    }

    /// <summary>Start of the day of a time; the day that INT64 cuts off at its lower end starts there.</summary>
    private static long Bucket(long time)
    {
        var remainder = time % Partition.DayNs;
        var floor = remainder >= 0 ? time - remainder : time - remainder - Partition.DayNs;
        return floor <= time ? floor : long.MinValue;
    }

    private static bool IsIn(long bucket, long time) =>
        (ulong)(time - bucket) < (bucket == long.MinValue ? (ulong)-(long.MinValue % Partition.DayNs) : Partition.DayNs);

    /// <summary>Row numbers ordered by symbol, then time, then arrival.</summary>
    private void Order(RowBatch batch)
    {
        var rows = batch.RowCount;
        if (_order.Length < rows)
            _order = new int[rows];

        for (var i = 0; i < rows; i++)
            _order[i] = i;
        var order = _order.AsSpan(0, rows);
        var schema = batch.Schema;
        if (schema.TimestampIndex >= 0)
            SortStably(order, new ReadOnlySpan<long>(batch.Address(schema.TimestampIndex), rows));
        if (schema.SymbolIndex < 0)
            return;
        var symbols = new ReadOnlySpan<int>(batch.Address(schema.SymbolIndex), rows);
        if (!TryCountingSort(order, symbols))
            SortStably(order, symbols);
    }

    /// <summary>
    /// Sorts stably by counting where ids lie close together, the usual case: two passes over the rows however many ids there are. False, with
    /// nothing done, where counting would look at more ids than rows.
    /// </summary>
    private bool TryCountingSort(Span<int> order, ReadOnlySpan<int> values)
    {
        var (min, max) = (int.MaxValue, int.MinValue);
        foreach (var value in values)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        if ((long)max - min >= order.Length)
            return false;
        if (min == max)
            return true;
        // One more than there are ids: each count is kept one place further, so that adding them up leaves the ids' first places.
        var ids = max - min + 1;
        if (_counts.Length <= ids)
            _counts = new int[ids + 1];
        if (_scratch.Length < order.Length)
            _scratch = new int[order.Length];
        var next = _counts.AsSpan(0, ids + 1);
        next.Clear();
        foreach (var value in values)
            next[value - min + 1]++;
        for (var id = 1; id < ids; id++)
            next[id] += next[id - 1];
        var sorted = _scratch.AsSpan(0, order.Length);
        foreach (var row in order)
            sorted[next[values[row] - min]++] = row;
        sorted.CopyTo(order);
        return true;
    }

    /// <summary>Leaves the order alone when it is right already, the common case.</summary>
    private void SortStably<T>(Span<int> order, ReadOnlySpan<T> values) where T : unmanaged, IComparable<T>
    {
        var sorted = true;
        for (var i = 1; i < order.Length && sorted; i++)
            sorted = values[order[i - 1]].CompareTo(values[order[i]]) <= 0;
        if (sorted)
            return;
        MergeSort(order, values);
    }

    private void MergeSort<T>(Span<int> order, ReadOnlySpan<T> values) where T : unmanaged, IComparable<T>
    {
        if (_scratch.Length < order.Length)
            _scratch = new int[order.Length];
        var scratch = _scratch.AsSpan(0, order.Length);
        for (var width = 1; width < order.Length; width *= 2)
        {
            for (var start = 0; start < order.Length; start += 2 * width)
            {
                var middle = Math.Min(start + width, order.Length);
                var end = Math.Min(start + 2 * width, order.Length);
                var (left, right, output) = (start, middle, start);
                while (left < middle && right < end)
                    scratch[output++] = values[order[right]].CompareTo(values[order[left]]) < 0 ? order[right++] : order[left++];
                order[left..middle].CopyTo(scratch[output..]);
                order[right..end].CopyTo(scratch[(output + middle - left)..]);
            }

            scratch.CopyTo(order);
        }
    }
}

/// <summary>A statement that is in place but shown to nobody yet.</summary>
/// <param name="Table">Its table; null when it changed nothing.</param>
/// <param name="Next">What the table is after it.</param>
/// <param name="Lsn">LSN of its record; 0 without a log.</param>
internal readonly record struct AppliedStatement(Table? Table, TableSnapshot Next, long Lsn);
