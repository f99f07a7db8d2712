using DuckDB.NET.Native;
using static DuckDB.NET.Native.NativeMethods;

namespace Zepto.Benchmarks.Queries;

/// <summary>DuckDB with native tables in memory. Peers that share a database differ in the number of threads they set.</summary>
internal sealed unsafe class DuckDbPeer : IQueryPeer
{
    private readonly DuckDatabase _database;
    private readonly bool _ownsDatabase;
    private readonly int _threads;

    private DuckDbPeer(DuckDatabase database, bool ownsDatabase, int threads)
    {
        _database = database;
        _ownsDatabase = ownsDatabase;
        _threads = threads;
        Name = threads == 1 ? "DuckDB" : $"DuckDB, {threads} threads";
    }

    /// <summary>A peer with one thread and a database of its own.</summary>
    public static DuckDbPeer Open() => new(new DuckDatabase(), ownsDatabase: true, threads: 1);

    /// <summary>Another peer on the same database; disposed before this one.</summary>
    public DuckDbPeer WithThreads(int threads) => new(_database, ownsDatabase: false, threads);

    public string Name { get; }

    public void Load(MarketData data)
    {
        if (!_ownsDatabase)
            return;
        foreach (var table in Enum.GetValues<MarketTable>())
        {
            _database.CreateTable(table);
            DuckAppender.Append(_database, table, data);
        }
    }

    public bool Answers(Query query) => true;

    public void Prepare() => _database.Run($"SET threads = {_threads}");

    public long Run(Query query) => _database.Run(query.DuckSql);

    public QueryAnswer Answer(Query query)
    {
        Prepare();
        var answer = default(QueryAnswer);
        _database.Run(query.DuckSql, (ref DuckDBResult result, DuckDBDataChunk chunk, int rows) =>
        {
            var columns = (int)Math.Min((long)NativeMethods.Query.DuckDBColumnCount(ref result), query.ComparedColumns);
            for (var row = 0; row < rows; row++)
            {
                answer.BeginRow();
                for (var column = 0; column < columns; column++)
                {
                    var data = Vectors.DuckDBVectorGetData(DataChunks.DuckDBDataChunkGetVector(chunk, column));
                    Add(ref answer, NativeMethods.Query.DuckDBColumnType(ref result, column), data, row);
                }
            }
        });
        return answer;
    }

    public void Dispose()
    {
        if (_ownsDatabase)
            _database.Dispose();
    }

    private static void Add(ref QueryAnswer answer, DuckDBType type, void* data, int row)
    {
        switch (type)
        {
            case DuckDBType.BigInt:
                answer.Add(((long*)data)[row]);
                break;
            case DuckDBType.Integer:
                answer.Add(((int*)data)[row]);
                break;
            case DuckDBType.HugeInt:
                // Sums of BIGINT; the lower half is the value modulo 2^64.
                answer.Add(((long*)data)[2 * row]);
                break;
            case DuckDBType.Double:
                answer.Add(((double*)data)[row]);
                break;
            case DuckDBType.Varchar:
                answer.Add(TextOf((byte*)data + 16 * row));
                break;
            default:
                throw new InvalidOperationException($"no query gives a {type}");
        }
    }

    /// <summary>A duckdb_string_t: length, then up to 12 bytes in place, or 4 bytes and the address of all.</summary>
    private static ReadOnlySpan<byte> TextOf(byte* text)
    {
        var length = *(int*)text;
        return length <= 12 ? new ReadOnlySpan<byte>(text + 4, length) : new ReadOnlySpan<byte>(*(byte**)(text + 8), length);
    }
}
