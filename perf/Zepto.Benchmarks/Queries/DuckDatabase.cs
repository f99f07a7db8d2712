using DuckDB.NET.Native;
using static DuckDB.NET.Native.NativeMethods;

namespace Zepto.Benchmarks.Queries;

/// <summary>A DuckDB database in memory with one connection, through DuckDB's C interface: results arrive as column chunks, as ours do.</summary>
internal sealed class DuckDatabase : IDisposable
{
    private readonly DuckDBDatabase _database;
    private readonly DuckDBNativeConnection _connection;

    public DuckDatabase()
    {
        Checked(Startup.DuckDBOpen(":memory:", out _database), "open");
        Checked(Startup.DuckDBConnect(_database, out _connection), "connect");
    }

    /// <summary>Version of the library.</summary>
    public static string Version => Startup.DuckDBLibraryVersion();

    /// <summary>The connection, for the appender.</summary>
    public DuckDBNativeConnection Connection => _connection;

    /// <summary>Runs a statement and gives each chunk of its result to <paramref name="take"/>; returns the number of rows.</summary>
    public long Run(string sql, ChunkReader? take = null)
    {
        var state = NativeMethods.Query.DuckDBQuery(_connection, sql, out var result);
        try
        {
            if (state != DuckDBState.Success)
                throw new InvalidOperationException($"DuckDB: {NativeMethods.Query.DuckDBResultError(ref result)}: {sql}");
            long rows = 0;
            while (true)
            {
                using var chunk = NativeMethods.Query.DuckDBFetchChunk(result);
                if (chunk.IsInvalid)
                    return rows;
                var count = (int)DataChunks.DuckDBDataChunkGetSize(chunk);
                rows += count;
                take?.Invoke(ref result, chunk, count);
            }
        }
        finally
        {
            NativeMethods.Query.DuckDBDestroyResult(ref result);
        }
    }

    /// <summary>Reads one chunk of a result.</summary>
    public delegate void ChunkReader(ref DuckDBResult result, DuckDBDataChunk chunk, int rows);

    /// <summary>Makes a table of market data.</summary>
    public void CreateTable(MarketTable table)
    {
        var (first, second) = MarketData.ColumnNames(table);
        Run($"CREATE TABLE {MarketData.NameOf(table)} (symbol VARCHAR, {first} BIGINT, {second} BIGINT, timestamp BIGINT)");
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    public static void Checked(DuckDBState state, string call)
    {
        if (state != DuckDBState.Success)
            throw new InvalidOperationException($"DuckDB refused to {call}");
    }
}
