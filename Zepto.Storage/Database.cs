using System.Collections.Concurrent;
using Zepto.Storage.Catalog;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Epochs;
using Zepto.Storage.Extents;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage;

/// <summary>
/// All tables of a server, in anonymous memory. Thread-safe. Reading: take an epoch lease, a table from the catalogue, its committed sequence,
/// then series, partitions and slices. Writing: rent a batch, fill it, append it.
/// </summary>
public sealed class Database : IDisposable
{
    private const int PooledBatches = 64;
    private readonly SegmentAllocator _allocator;
    private readonly WriterThread[] _writers;
    private readonly ConcurrentBag<RowBatch> _batches = [];
    private readonly Lock _changing = new();
    private TableCatalog _catalog = new(1, []);
    private int _nextTableId = 1;

    private Database(DatabaseOptions options)
    {
        _allocator = new SegmentAllocator(options.ExtentBytes);
        _writers = new WriterThread[Math.Max(1, options.WriterThreads)];
        for (var i = 0; i < _writers.Length; i++)
            _writers[i] = new WriterThread(i, options, _allocator, Epochs, Statistics);
    }

    /// <summary>Makes an empty database in memory.</summary>
    public static Database Open(DatabaseOptions options) => new(options);

    /// <summary>The server's symbols.</summary>
    public SymbolDictionary Symbols { get; } = new();

    /// <summary>Tables now.</summary>
    public TableCatalog Catalog => Volatile.Read(ref _catalog);

    /// <summary>Leases of readers.</summary>
    public EpochRegistry Epochs { get; } = new();

    /// <summary>Counters.</summary>
    public StorageStatistics Statistics { get; } = new();

    /// <summary>Bytes mapped for segments; address space, of which only touched pages are memory.</summary>
    public long MappedBytes => _allocator.MappedBytes;

    /// <summary>Makes a table; throws StorageException when the name is taken or the definition makes no table.</summary>
    public Table CreateTable(TableDefinition definition)
    {
        var schema = new TableSchema([.. definition.Columns], definition.TimestampColumn);
        lock (_changing)
        {
            if (_catalog.TryGet(definition.Name, out _))
                throw new StorageException(StorageErrorKind.AlreadyExists, $"Table {definition.Name} exists already");
            var table = new Table(_nextTableId++, definition.Name, schema);
            Volatile.Write(ref _catalog, new TableCatalog(_catalog.Version + 1, [.. _catalog.Tables, table]));
            return table;
        }
    }

    /// <summary>Removes a table from the catalogue; statements that read it go on to their end.</summary>
    public void DropTable(string name)
    {
        lock (_changing)
        {
            var table = Find(name);
            table.IsDropped = true;
            Volatile.Write(ref _catalog, new TableCatalog(_catalog.Version + 1, _catalog.Tables.Where(t => t != table)));
        }
    }

    /// <summary>Adds a column, which reads as NULL in the rows stored before.</summary>
    public async ValueTask AddColumnAsync(string tableName, ColumnDefinition column)
    {
        var table = Find(tableName);
        await WriterOf(table).ChangeAsync(() =>
        {
            lock (_changing)
            {
                if (table.Schema.IndexOf(column.Name) >= 0)
                    throw new StorageException(StorageErrorKind.AlreadyExists, $"Column {column.Name} exists already in {tableName}");
                table.Replace(table.Schema.With(column));
                Volatile.Write(ref _catalog, new TableCatalog(_catalog.Version + 1, _catalog.Tables));
            }
        }).ConfigureAwait(false);
    }

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
            if (batch.Table.IsDropped)
                throw new StorageException(StorageErrorKind.UnknownTable, $"Unknown table: {batch.Table.Name}");
            await WriterOf(batch.Table).StoreAsync(batch).ConfigureAwait(false);
        }
        finally
        {
            ReturnBatch(batch);
        }
    }

    /// <summary>Finishes queued statements and frees everything; no reader may be running.</summary>
    public void Dispose()
    {
        foreach (var writer in _writers)
            writer.Dispose();
        foreach (var table in _catalog.Tables)
            table.Dispose();
        foreach (var batch in _batches)
            batch.Dispose();
        Symbols.Dispose();
        _allocator.Dispose();
    }

    private WriterThread WriterOf(Table table) => _writers[table.Id % _writers.Length];

    private Table Find(string name) =>
        _catalog.TryGet(name, out var table) ? table : throw new StorageException(StorageErrorKind.UnknownTable, $"Unknown table: {name}");
}
