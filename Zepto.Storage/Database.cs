using System.Collections.Concurrent;
using Zepto.Native.Memory;
using Zepto.Storage.Catalog;
using Zepto.Storage.Compaction;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Epochs;
using Zepto.Storage.Extents;
using Zepto.Storage.Ingest;
using Zepto.Storage.Log;
using Zepto.Storage.Persistence;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage;

/// <summary>
/// All tables of a server, in a data directory or in anonymous memory. Thread-safe. Reading: take an epoch lease, then a table from the catalogue
/// (a table kept from before the lease may be dropped and its rows overwritten), its committed sequence, then series, partitions and slices.
/// Writing: rent a batch, fill it, append it.
/// </summary>
public sealed partial class Database : IDisposable
{
    private const int PooledBatches = 64;
    private readonly DatabaseOptions _options;
    private readonly StoredState _state;
    private readonly WriterThread[] _writers;
    private readonly ConcurrentBag<RowBatch> _batches = [];
    private readonly List<WeakReference<Table>> _dropped = [];
    private readonly List<Table> _toRetire = [];
    private readonly Lock _changing = new();
    private readonly CheckpointSchedule? _schedule;
    private readonly Compactor _compactor;
    private readonly CompactionThread? _compaction;
    private TableCatalog _catalog;
    private int _nextTableId;

    private Database(DatabaseOptions options, StoredState state, EpochRegistry epochs, StorageStatistics statistics)
    {
        _options = options;
        _state = state;
        Epochs = epochs;
        Statistics = statistics;
        IndexMemory = new MemoryBudget(options.IndexBytes);
        _catalog = new TableCatalog(1, state.Tables);
        _nextTableId = state.NextTableId;
        _writers = new WriterThread[Math.Max(1, options.WriterThreads)];
        for (var i = 0; i < _writers.Length; i++)
            _writers[i] = new WriterThread(i, options, Allocator, Epochs, Statistics, Log);
        _compactor = new Compactor(Epochs, () => Catalog, WriterOf, options.HotTime);
        if (options.CompactionInterval != Timeout.InfiniteTimeSpan && !IsReadOnly)
            _compaction = new CompactionThread(options, _compactor);
        if (state.Checkpointer is not null && options.CheckpointInterval != Timeout.InfiniteTimeSpan)
            _schedule = new CheckpointSchedule(options, Allocator, Statistics, Log, CheckpointAsync);
    }

    /// <summary>
    /// Opens the data directory, made when missing, at its last checkpoint and the statements that its log has after it; without a directory, an empty
    /// database in memory. Throws StorageException: Locked, Unwritable or Damaged.
    /// </summary>
    public static Database Open(DatabaseOptions options)
    {
        var epochs = new EpochRegistry();
        var statistics = new StorageStatistics();
        var database = new Database(options, StoredState.Open(options, epochs, statistics), epochs, statistics);
        database.AfterReplay();
        if (!database.IsReadOnly)
            database.StartRetention();
        return database;
    }

    /// <summary>The server's symbols.</summary>
    public SymbolDictionary Symbols => _state.Symbols;

    /// <summary>Tables now.</summary>
    public TableCatalog Catalog => Volatile.Read(ref _catalog);

    /// <summary>Tables that were ever made in it, those dropped since included.</summary>
    public int TablesMade => Volatile.Read(ref _nextTableId) - 1;

    /// <summary>What indexes of columns hold beside the segments.</summary>
    public MemoryBudget IndexMemory { get; }

    /// <summary>Leases of readers.</summary>
    public EpochRegistry Epochs { get; }

    /// <summary>Counters.</summary>
    public StorageStatistics Statistics { get; }

    /// <summary>Whether it was opened for reading only; see <see cref="DatabaseOptions.Recover"/>.</summary>
    public bool IsReadOnly => _options is { Recover: true, DataDirectory: not null };

    /// <summary>Bytes mapped for segments; address space, of which only touched pages are memory.</summary>
    public long MappedBytes => Allocator.MappedBytes;

    private SegmentAllocator Allocator => _state.Allocator;

    private WriteAheadLog? Log => _state.Log;

    /// <summary>
    /// Makes a table, durable when the call is done. Throws StorageException when the name is taken, the definition makes no table or the directory
    /// refuses; there is no such table then.
    /// </summary>
    public async ValueTask<Table> CreateTableAsync(TableDefinition definition)
    {
        ThrowIfReadOnly();
        var schema = new TableSchema([.. definition.Columns], definition.TimestampColumn);
        Table table;
        long lsn;
        lock (_changing)
        {
            if (_catalog.TryGet(definition.Name, out _))
                throw new StorageException(StorageErrorKind.AlreadyExists, $"Table {definition.Name} exists already");
            table = new Table(_nextTableId, definition.Name, schema);
            table.SetRetention(definition.RetentionNs);
            // Before anybody can store rows in it.
            lsn = Log?.AppendTable(table) ?? 0;
            _nextTableId++;
            Publish([.. _catalog.Tables, table]);
        }

        try
        {
            await MakeDurableAsync(lsn).ConfigureAwait(false);
        }
        catch
        {
            // Somebody may have stored rows or dropped it already.
            if (TryForget(table))
                await WriterOf(table).RetireAsync(table, isForgotten: false).ConfigureAwait(false);
            throw;
        }

        return table;
    }

    /// <summary>As <see cref="CreateTableAsync"/>, waiting.</summary>
    public Table CreateTable(TableDefinition definition) => CreateTableAsync(definition).AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Removes a table from the catalogue, durably when the call is done; statements that read it go on to their end, then its room is used again.
    /// Throws StorageException when there is none or the directory refuses; the table is there then.
    /// </summary>
    public async ValueTask DropTableAsync(string name)
    {
        ThrowIfReadOnly();
        var table = Find(name);
        long lsn;
        lock (_changing)
        {
            if (table.IsDropped)
                throw new StorageException(StorageErrorKind.UnknownTable, $"Unknown table: {name}");
            lsn = Log?.AppendDrop(table) ?? 0;
            _ = TryForget(table);
        }

        try
        {
            await MakeDurableAsync(lsn).ConfigureAwait(false);
        }
        catch
        {
            // Another table may have taken the name meanwhile; then this one stays dropped.
            if (!TryRemember(table))
                await WriterOf(table).RetireAsync(table, isForgotten: false).ConfigureAwait(false);
            throw;
        }

        lock (_changing)
            _toRetire.Add(table);
        if (Log is null)
            await RetireAsync([table]).ConfigureAwait(false);
        else
            _schedule?.Request();
    }

    /// <summary>As <see cref="DropTableAsync"/>, waiting.</summary>
    public void DropTable(string name) => DropTableAsync(name).AsTask().GetAwaiter().GetResult();

    /// <summary>Rows of all tables and the room they take, about now.</summary>
    public StoredSize Measure() => Catalog.Tables.Aggregate(default(StoredSize), (sum, table) => sum + table.Measure());

    /// <summary>An empty batch for a table. Give it to <see cref="AppendAsync"/> or back to <see cref="ReturnBatch"/>.</summary>
    public RowBatch RentBatch(Table table)
    {
        if (!_batches.TryTake(out var batch))
            batch = new RowBatch();
        batch.Begin(table);
        return batch;
    }

    /// <summary>Takes back a batch that was not appended.</summary>
    public void ReturnBatch(RowBatch batch)
    {
        batch.End();
        if (_batches.Count < PooledBatches)
            _batches.Add(batch);
        else
            batch.Dispose();
    }

    /// <summary>
    /// Stores a batch as one statement: done when its rows are visible to new snapshots. The batch goes back to the pool either way. Throws
    /// StorageException, and nothing is stored then.
    /// </summary>
    public async ValueTask AppendAsync(RowBatch batch)
    {
        try
        {
            ThrowIfReadOnly();
            if (batch.Table.IsDropped)
                throw new StorageException(StorageErrorKind.UnknownTable, $"Unknown table: {batch.Table.Name}");
            await WriterOf(batch.Table).StoreAsync(batch).ConfigureAwait(false);
        }
        finally
        {
            ReturnBatch(batch);
        }

        _schedule?.Look();
    }

    /// <summary>Keeps the table's writer busy until the event is set, so that a test can queue behind it.</summary>
    internal ValueTask HoldWriterAsync(Table table, ManualResetEventSlim until) => WriterOf(table).ChangeAsync(until.Wait);

    /// <summary>
    /// Finishes queued statements, takes a checkpoint and frees everything; no reader may be running. When the directory refuses the checkpoint, a log
    /// line says so and the directory stays at the one before and its log.
    /// </summary>
    public void Dispose() => Close(makeDurable: true);

    /// <summary>As <see cref="Dispose"/>, but leaves the directory at its last checkpoint, or as it was opened when there was none since: for a start that failed half way.</summary>
    public void Abandon() => Close(makeDurable: false);

    private void Close(bool makeDurable)
    {
        _closing.Cancel();
        _retention?.Dispose();
        _schedule?.Dispose();
        _compaction?.Dispose();
        _compactor.Dispose();
        foreach (var writer in _writers)
            writer.Dispose();
        if (_state.Checkpointer is not null)
            Stop(_state.Checkpointer, makeDurable);
        _state.Tables.Clear();
        _state.Tables.AddRange(_catalog.Tables);
        foreach (var reference in _dropped)
        {
            if (reference.TryGetTarget(out var table))
                _state.Tables.Add(table);
        }

        foreach (var table in _state.Tables)
            table.FreeIndexes();
        _state.Dispose();
        foreach (var batch in _batches)
            batch.Dispose();
        DisposeMutations();
    }

    private void ThrowIfReadOnly()
    {
        if (IsReadOnly)
            throw new StorageException(StorageErrorKind.Unwritable, "The database is read-only: the server was started with --recover");
        Log?.ThrowIfFailed();
    }

    /// <summary>Takes a table out of the catalogue; false when it is out already.</summary>
    private bool TryForget(Table table)
    {
        lock (_changing)
        {
            if (table.IsDropped)
                return false;
            table.IsDropped = true;
            _dropped.RemoveAll(reference => !reference.TryGetTarget(out _));
            // Statements may still look at its dictionaries, so they end with the last reference to the table.
            _dropped.Add(new WeakReference<Table>(table));
            Publish(_catalog.Tables.Where(t => t != table));
            return true;
        }
    }

    /// <summary>Puts a table back that could not be dropped; false when its name is taken.</summary>
    private bool TryRemember(Table table)
    {
        lock (_changing)
        {
            if (_catalog.TryGet(table.Name, out _))
                return false;
            table.IsDropped = false;
            _dropped.RemoveAll(reference => reference.TryGetTarget(out var dropped) && dropped == table);
            Publish([.. _catalog.Tables, table]);
            return true;
        }
    }

    private void Publish(IEnumerable<Table> tables) => Volatile.Write(ref _catalog, new TableCatalog(_catalog.Version + 1, tables));

    private WriterThread WriterOf(Table table) => _writers[table.Id % _writers.Length];

    private Table Find(string name) =>
        _catalog.TryGet(name, out var table) ? table : throw new StorageException(StorageErrorKind.UnknownTable, $"Unknown table: {name}");
}
