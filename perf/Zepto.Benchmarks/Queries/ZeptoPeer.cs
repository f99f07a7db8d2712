using System.Text;
using Zepto.Query.Engine;
using Zepto.Query.Results;
using Zepto.Storage;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;

namespace Zepto.Benchmarks.Queries;

/// <summary>Our engine on a database in memory, called as the HTTP server calls it. Peers that share a database differ in their threads.</summary>
internal sealed class ZeptoPeer : IQueryPeer
{
    private const int BatchRows = 65_536;

    private readonly Database _database;
    private readonly QueryEngine _engine;
    private readonly bool _ownsDatabase;
    private readonly bool _encodes;
    private readonly Dictionary<string, byte[]> _statements = [];

    private ZeptoPeer(Database database, bool ownsDatabase, int threads, bool encodes = false)
    {
        _database = database;
        _ownsDatabase = ownsDatabase;
        _encodes = encodes;
        _engine = new QueryEngine(database, new EngineOptions { QueryThreads = threads, QueryTimeoutMs = 0 });
        Name = encodes ? "zepto, encoded" : threads == 1 ? "zepto" : $"zepto, {threads} threads";
    }

    /// <summary>A peer with one thread and a database of its own, whose rows stay as they were written or are all encoded.</summary>
    public static ZeptoPeer Open(bool encodes = false) =>
        new(Database.Open(new DatabaseOptions { CompactionInterval = Timeout.InfiniteTimeSpan }), ownsDatabase: true, threads: 1, encodes);

    /// <summary>Another peer on the same database; disposed before this one.</summary>
    public ZeptoPeer WithThreads(int threads) => new(_database, ownsDatabase: false, threads);

    public string Name { get; }

    public void Load(MarketData data)
    {
        if (!_ownsDatabase)
            return;
        foreach (var table in Enum.GetValues<MarketTable>())
            Load(table, data);
        if (_encodes)
            _database.Compact();
    }

    public bool Answers(Query query) => true;

    public void Prepare()
    {
    }

    public long Run(Query query)
    {
        var rows = RunAsync(query);
        return rows.IsCompleted ? rows.Result : rows.AsTask().GetAwaiter().GetResult();
    }

    public QueryAnswer Answer(Query query)
    {
        using var execution = _engine.Start(Statement(query), default);
        var answer = default(QueryAnswer);
        while (MoveNext(execution))
        {
            var columns = Math.Min(execution.Columns.Length, query.ComparedColumns);
            for (var row = 0; row < execution.BatchRows; row++)
            {
                answer.BeginRow();
                for (var column = 0; column < columns; column++)
                    Add(ref answer, execution.Values(column), row);
            }
        }

        Check(execution, query);
        return answer;
    }

    public void Dispose()
    {
        _engine.Dispose();
        if (_ownsDatabase)
            _database.Dispose();
    }

    // As the server does, without blocking between batches: the thread that computed one goes on with it.
    private async ValueTask<long> RunAsync(Query query)
    {
        using var execution = _engine.Start(Statement(query), default);
        long rows = 0;
        while (await execution.MoveNextAsync().ConfigureAwait(false))
            rows += execution.BatchRows;
        Check(execution, query);
        return rows;
    }

    private void Load(MarketTable name, MarketData data)
    {
        var (first, second) = MarketData.ColumnNames(name);
        var table = _database.CreateTable(new TableDefinition(MarketData.NameOf(name),
        [
            new("symbol", ColumnType.Symbol), new(first, ColumnType.Int64), new(second, ColumnType.Int64), new("timestamp", ColumnType.Timestamp),
        ]));
        var ids = Array.ConvertAll(data.SymbolsUtf8, s => _database.Symbols.Intern(s));
        var columns = data.Table(name);
        for (var start = 0; start < columns.Rows; start += BatchRows)
        {
            var count = Math.Min(BatchRows, columns.Rows - start);
            var batch = _database.RentBatch(table);
            batch.EnsureCapacity(count);
            var symbols = batch.Column<int>(0);
            for (var i = 0; i < count; i++)
                symbols[i] = ids[columns.Symbol[start + i]];
            columns.First.AsSpan(start, count).CopyTo(batch.Column<long>(1));
            columns.Second.AsSpan(start, count).CopyTo(batch.Column<long>(2));
            columns.Time.AsSpan(start, count).CopyTo(batch.Column<long>(3));
            batch.SetRowCount(count);
            _database.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
        }
    }

    private ReadOnlySpan<byte> Statement(Query query)
    {
        if (!_statements.TryGetValue(query.Id, out var sql))
            _statements[query.Id] = sql = Encoding.UTF8.GetBytes(query.Sql);
        return sql;
    }

    private static bool MoveNext(IStatementExecution execution)
    {
        var next = execution.MoveNextAsync();
        return next.IsCompleted ? next.Result : next.AsTask().GetAwaiter().GetResult();
    }

    private static void Add(ref QueryAnswer answer, in ColumnValues values, int row)
    {
        switch (values.Kind)
        {
            case ValueKind.Int64: answer.Add(values.Int64[row]); break;
            case ValueKind.Float64: answer.Add(values.Float64[row]); break;
            case ValueKind.Text: answer.Add(values.Text[row].Bytes); break;
            default: answer.Add(values.Bool[row]); break;
        }
    }

    private static void Check(IStatementExecution execution, Query query)
    {
        if (execution.ErrorKind != StatementErrorKind.None)
            throw new InvalidOperationException($"{query.Id}: {Encoding.UTF8.GetString(execution.ErrorText)}");
    }
}
