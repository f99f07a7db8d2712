using System.Collections.Concurrent;
using Zepto.Native.Memory;
using Zepto.Storage.Mutations;
using Zepto.Storage.Tables;

namespace Zepto.Storage;

/// <summary>UPDATE, DELETE, TRUNCATE and the retention of tables.</summary>
public sealed partial class Database
{
    private readonly ConcurrentBag<RowMutation> _mutations = [];
    private RetentionSchedule? _retention;

    /// <summary>An empty mutation of a table; its Dispose gives it back.</summary>
    /// <param name="table">The table to change.</param>
    /// <param name="budget">Limits its memory; null for no limit.</param>
    public RowMutation RentMutation(Table table, MemoryBudget? budget = null)
    {
        if (!_mutations.TryTake(out var mutation))
            mutation = new RowMutation(table);
        mutation.Begin(table, budget, _mutations);
        return mutation;
    }

    /// <summary>
    /// Waits until no other UPDATE or DELETE of the table runs, in the order of the calls, and keeps the next ones waiting until the result is disposed. Take
    /// the snapshot that tells which rows change afterwards. Rows are inserted meanwhile. Throws StorageException when the table was dropped.
    /// </summary>
    public async ValueTask<IDisposable> BeginMutationAsync(Table table, CancellationToken cancellation)
    {
        var turn = await table.Mutations.EnterAsync(cancellation).ConfigureAwait(false);
        if (Catalog.TryGet(table.Name, out var found) && found == table)
            return turn;
        turn.Dispose();
        throw UnknownTable(table.Name);
    }

    /// <summary>
    /// Removes and replaces rows as one statement: snapshots see all of it or nothing, in all partitions. Done when it is visible. Rows that no longer
    /// exist are skipped, their replacements with them. The mutation stays the caller's. Throws StorageException, and nothing is changed then.
    /// </summary>
    /// <returns>Rows changed.</returns>
    public async ValueTask<long> MutateAsync(RowMutation mutation)
    {
        ThrowIfReadOnly();
        var table = mutation.Table;
        mutation.Seal();
        long changed = 0;
        await WriterOf(table).RunAsync(writer =>
        {
            ThrowIfDropped(table);
            changed = writer.Apply(mutation, table.CommittedSequence + 1);
        }).ConfigureAwait(false);
        Statistics.CountChanged(changed);
        _schedule?.Look();
        return changed;
    }

    /// <summary>Removes all rows as one statement; their disk space comes back after the next checkpoint, which is started soon.</summary>
    public async ValueTask TruncateAsync(string table)
    {
        ThrowIfReadOnly();
        var found = Find(table);
        long removed = 0;
        await WriterOf(found).RunAsync(writer =>
        {
            ThrowIfDropped(found);
            removed = writer.Truncate(found, found.CommittedSequence + 1);
        }).ConfigureAwait(false);
        Statistics.CountChanged(removed);
        _schedule?.Request();
    }

    /// <summary>
    /// Says how long rows are kept by their designated timestamp, null for ever. Whole days go, once their last nanosecond is older: now, at each start
    /// and in every <see cref="DatabaseOptions.RetentionInterval"/>. Durable when the call is done.
    /// </summary>
    public async ValueTask SetRetentionAsync(string table, long? ns)
    {
        ThrowIfReadOnly();
        var found = Find(table);
        if (ns <= 0)
            throw new StorageException(StorageErrorKind.BadDefinition, $"Rows of {table} must be kept for a positive time");
        if (ns is not null && found.Schema.TimestampIndex < 0)
            throw new StorageException(StorageErrorKind.BadDefinition, $"Table {table} has no designated timestamp, so its rows have no age");
        long lsn = 0;
        await WriterOf(found).ChangeAsync(() =>
        {
            ThrowIfDropped(found);
            lsn = Log?.AppendRetention(found, ns) ?? 0;
            found.SetRetention(ns);
        }).ConfigureAwait(false);
        await MakeDurableAsync(lsn).ConfigureAwait(false);
        await ExpireAsync(RetentionSchedule.NowNs).ConfigureAwait(false);
    }

    /// <summary>Drops the days that are too old at a moment, in all tables that have a retention. Returns the rows dropped.</summary>
    internal async ValueTask<long> ExpireAsync(long nowNs)
    {
        long removed = 0;
        foreach (var table in Catalog.Tables)
        {
            if (table.RetentionNs is not { } ns || nowNs < long.MinValue + ns || !table.HasRowsBefore(nowNs - ns))
                continue;
            await WriterOf(table).RunAsync(writer =>
            {
                // The retention may have been changed or the table dropped while this waited.
                if (table.IsDropped || table.RetentionNs != ns)
                    return;
                removed += writer.DropPartitionsBefore(table, nowNs - ns, table.CommittedSequence + 1);
                }).ConfigureAwait(false);
        }

        Statistics.CountChanged(removed);
        if (removed > 0)
            _schedule?.Request();
        return removed;
    }

    /// <summary>Drops what is too old at the start, then from time to time.</summary>
    private void StartRetention()
    {
        ExpireAsync(RetentionSchedule.NowNs).AsTask().GetAwaiter().GetResult();
        if (_options.RetentionInterval != Timeout.InfiniteTimeSpan)
            _retention = new RetentionSchedule(_options, TendAsync);
    }

    /// <summary>What is due from time to time although no statement comes: old days, and room that waited for readers.</summary>
    private async ValueTask TendAsync(long nowNs)
    {
        await ExpireAsync(nowNs).ConfigureAwait(false);
        foreach (var writer in _writers)
        {
            if (writer.HasRetired)
                await writer.ChangeAsync(static () => { }).ConfigureAwait(false);
        }
    }

    private void DisposeMutations()
    {
        foreach (var mutation in _mutations)
            mutation.Free();
    }

    private static void ThrowIfDropped(Table table)
    {
        if (table.IsDropped)
            throw UnknownTable(table.Name);
    }

    private static StorageException UnknownTable(string name) => new(StorageErrorKind.UnknownTable, $"Unknown table: {name}");
}
