using Zepto.Http.Endpoints;
using Zepto.Native.Diagnostics;
using Zepto.Native.Threads;
using Zepto.Native.Topology;
using Zepto.Query.Engine;
using Zepto.Query.Results;
using Zepto.Query.Statements;
using Zepto.Storage;

namespace Zepto.Http.Hosting;

/// <summary>
/// The real engine: a database and the statements on it, opened as the options say. Where the log must be replayed, it comes before the database is open;
/// until <see cref="IsReady"/> no statement may be started.
/// </summary>
public sealed class DatabaseEngine : IServerEngine, IServerStatistics, IStatementRunner
{
    // Most logs are replayed by then, so that who waits for the server to listen finds it ready.
    private const int RecoveryGraceMs = 250;

    private static readonly StorageStatistics s_none = new();

    private readonly TaskCompletionSource _recovers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _opening = Task.CompletedTask;
    private Database? _database;
    private QueryEngine? _queries;
    private volatile bool _isReady;

    private DatabaseEngine()
    {
    }

    /// <inheritdoc/>
    public IStatementRunner Statements => this;

    /// <inheritdoc/>
    public IServerStatistics Statistics => this;

    /// <inheritdoc/>
    public bool IsReady => _isReady;

    /// <inheritdoc/>
    public Task Opened => _opening;

    long IServerStatistics.TicksIngested => Storage.TicksIngested;

    long IServerStatistics.TicksStored => Storage.TicksStored;

    long IServerStatistics.TicksDropped => Storage.TicksDropped;

    long IServerStatistics.QueriesExecuted => _isReady ? _queries!.StatementCount : 0;

    long IServerStatistics.RowsScanned => _isReady ? _queries!.RowsScanned : 0;

    long IServerStatistics.PartitionsCreated => Storage.PartitionsCreated;

    long IServerStatistics.LastIngestLatencyNs => Storage.LastIngestLatencyNs;

    long IServerStatistics.LogBytes => Storage.LogBytes;

    long IServerStatistics.LogRecords => Storage.LogRecords;

    long IServerStatistics.LogFlushes => Storage.LogFlushes;

    long IServerStatistics.LastLogFlushNs => Storage.LastLogFlushNs;

    private StorageStatistics Storage => _isReady ? _database!.Statistics : s_none;

    /// <summary>
    /// Opens the database, makes the built-in tables in a fresh one, and fills them when a demo is asked for. Returns early while a log is replayed; see
    /// <see cref="Opened"/>.
    /// </summary>
    /// <exception cref="EngineOpenException">The data directory cannot be used.</exception>
    public static DatabaseEngine Open(ServerOptions options, ServerLog log)
    {
        NativeLog.Sink = line => log.Write(LogLevel.Info, line);
        DatabaseEngine engine = new();
        engine._opening = Task.Run(() => engine.OpenDatabase(options, log));
        if (Task.WaitAny(engine._opening, engine._recovers.Task) != 0) Task.WaitAny([engine._opening], RecoveryGraceMs);
        if (engine._opening.IsCompleted) engine._opening.GetAwaiter().GetResult();
        return engine;
    }

    /// <inheritdoc/>
    public IStatementExecution Start(ReadOnlySpan<byte> sql, in StatementContext context) => _queries!.Start(sql, context);

    /// <inheritdoc/>
    public IReadOnlyList<RunningStatement> ListRunning() => _isReady ? _queries!.ListRunning() : [];

    /// <inheritdoc/>
    public bool Kill(ReadOnlySpan<byte> queryId) => _isReady && _queries!.Kill(queryId);

    /// <summary>Waits for a recovery under way, whose work a checkpoint keeps.</summary>
    public void Dispose()
    {
        Task.WaitAny(_opening);
        _queries?.Dispose();
        _database?.Dispose();
    }

    private void OpenDatabase(ServerOptions options, ServerLog log)
    {
        Database database;
        try
        {
            database = Database.Open(new DatabaseOptions
            {
                DataDirectory = options.InMemory ? null : options.DataDir,
                Durability = options.Durability,
                CheckpointInterval = TimeSpan.FromMilliseconds(options.CheckpointIntervalMs),
                Recover = options.Recover,
                RecoveryBegins = () => _recovers.TrySetResult(),
                Log = line => log.Write(LogLevel.Warning, line),
                FirstWriterCpu = options.Pin ? WriterCpu() : -1,
            });
        }
        catch (StorageException exception)
        {
            throw new EngineOpenException(exception.Message);
        }
        QueryEngine? queries = null;
        try
        {
            queries = new QueryEngine(database, new EngineOptions
            {
                QueryTimeoutMs = (int)Math.Min(options.QueryTimeoutMs, int.MaxValue),
                MaxQueryMemoryBytes = options.MaxQueryMemoryMb > 0 ? options.MaxQueryMemoryMb << 20 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4,
                MaxResultRows = options.MaxResultRows,
                MaxConcurrentQueries = options.MaxConcurrentQueries,
                QueryThreads = options.QueryThreads,
                Pin = options.Pin,
                OnFault = exception => log.Write(LogLevel.Error, "internal error in a statement", ("exception", exception)),
            });
            if (!database.IsReadOnly) BuiltInTables.CreateIn(database);
            if (options.Demo && !database.IsReadOnly) DemoData.Fill(database, log);
        }
        catch (Exception exception)
        {
            queries?.Dispose();
            // Nothing half made becomes durable, so that the next start can make all of it.
            database.Abandon();
            if (exception is StorageException) throw new EngineOpenException(exception.Message);
            throw;
        }
        (_database, _queries) = (database, queries);
        _isReady = true;
    }

    // The last CPU: the first ones see most of the sockets' interrupts.
    private static int WriterCpu() => CpuTopology.Current.Cpus[^1];
}
