using Zepto.Http.Endpoints;
using Zepto.Native.Diagnostics;
using Zepto.Native.Threads;
using Zepto.Native.Topology;
using Zepto.Query.Engine;
using Zepto.Query.Results;
using Zepto.Query.Statements;
using Zepto.Storage;

namespace Zepto.Http.Hosting;

/// <summary>The real engine: a database and the statements on it, opened as the options say.</summary>
public sealed class DatabaseEngine : IServerEngine, IServerStatistics
{
    private readonly Database _database;
    private readonly QueryEngine _queries;

    private DatabaseEngine(Database database, QueryEngine queries)
    {
        _database = database;
        _queries = queries;
    }

    /// <inheritdoc/>
    public IStatementRunner Statements => _queries;

    /// <inheritdoc/>
    public IServerStatistics Statistics => this;

    /// <inheritdoc/>
    public bool IsReady => true;

    long IServerStatistics.TicksIngested => _database.Statistics.TicksIngested;

    long IServerStatistics.TicksStored => _database.Statistics.TicksStored;

    long IServerStatistics.TicksDropped => _database.Statistics.TicksDropped;

    long IServerStatistics.QueriesExecuted => _queries.StatementCount;

    long IServerStatistics.RowsScanned => _queries.RowsScanned;

    long IServerStatistics.PartitionsCreated => _database.Statistics.PartitionsCreated;

    long IServerStatistics.LastIngestLatencyNs => _database.Statistics.LastIngestLatencyNs;

    /// <summary>Opens the database, makes the built-in tables in a fresh one, and fills them when a demo is asked for.</summary>
    /// <exception cref="EngineOpenException">The data directory cannot be used.</exception>
    public static DatabaseEngine Open(ServerOptions options, ServerLog log)
    {
        NativeLog.Sink = line => log.Write(LogLevel.Info, line);
        Database database;
        try
        {
            database = Database.Open(new DatabaseOptions
            {
                DataDirectory = options.InMemory ? null : options.DataDir,
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
            BuiltInTables.CreateIn(database);
            if (options.Demo) DemoData.Fill(database, log);
            return new DatabaseEngine(database, queries);
        }
        catch (Exception exception)
        {
            queries?.Dispose();
            // Nothing half made becomes durable, so that the next start can make all of it.
            database.Abandon();
            if (exception is StorageException) throw new EngineOpenException(exception.Message);
            throw;
        }
    }

    public void Dispose()
    {
        _queries.Dispose();
        _database.Dispose();
    }

    // The last CPU: the first ones see most of the sockets' interrupts.
    private static int WriterCpu() => CpuTopology.Current.Cpus[^1];
}
