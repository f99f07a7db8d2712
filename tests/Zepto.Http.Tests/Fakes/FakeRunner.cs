using System.Collections.Concurrent;
using System.Text;
using Zepto.Http.Endpoints;
using Zepto.Http.Hosting;
using Zepto.Query.Results;

namespace Zepto.Http.Tests.Fakes;

/// <summary>What a statement of this text does.</summary>
internal sealed class ScriptedStatement
{
    public FakeColumn[] Columns { get; init; } = [];

    public int RowCount { get; init; }

    public int BatchRows { get; init; } = 1024;

    /// <summary>Negative: fails at once in Start.</summary>
    public int FailAtRow { get; init; } = -1;

    public StatementErrorKind FailKind { get; init; }

    public byte[] FailText { get; init; } = [];

    public byte[] FormatName { get; init; } = [];

    /// <summary>When set, batches come after it completes, asynchronously.</summary>
    public TaskCompletionSource? Gate { get; init; }

    public ResultColumn[] ResultColumns => field ??= Columns.Select(column => column.Column).ToArray();

    public static ScriptedStatement Result(params FakeColumn[] columns) => new() { Columns = columns, RowCount = columns.Length == 0 ? 0 : columns[0].RowCount };

    public static ScriptedStatement Error(StatementErrorKind kind, string text) => new() { FailKind = kind, FailText = Encoding.UTF8.GetBytes(text) };
}

/// <summary>An engine without a database: statements do what a script says, all others fail as unknown.</summary>
internal sealed class FakeRunner : IStatementRunner, IServerEngine, IServerStatistics
{
    private readonly ConcurrentStack<FakeExecution> _pool = new();
    private readonly List<(byte[] Sql, ScriptedStatement Script)> _scripts = [];
    private FakeExecution? _spare;

    public FakeRunner()
    {
        On("SELECT 1", ScriptedStatement.Result(FakeColumn.Int64("1", [1])));
        On("SELECT vwap", ScriptedStatement.Result(FakeColumn.Float64("vwap", [15037.2]), FakeColumn.Int64("n", [1000])));
        On("", ScriptedStatement.Error(StatementErrorKind.Syntax, "Parse error: empty statement"));
    }

    public bool IsReady { get; set; } = true;

    public IStatementRunner Statements => this;

    public IServerStatistics Statistics => this;

    public string LastSql { get; private set; } = "";

    public string LastData { get; private set; } = "";

    public bool LastWasReadOnly { get; private set; }

    public bool IsRecording { get; set; } = true;

    public FakeExecution? LastExecution { get; private set; }

    public int Started;

    public List<RunningStatement> Running { get; } = [];

    public long TicksIngested => 5_000_000;

    public long TicksStored => 4_999_800;

    public long TicksDropped => 200;

    public long QueriesExecuted => 12_345;

    public long RowsScanned => 50_000_000;

    public long PartitionsCreated => 10;

    public long LastIngestLatencyNs => 181;

    public long LogBytes => 4096;

    public long LogRecords => 64;

    public long LogFlushes => 32;

    public long LastLogFlushNs => 77;

    public void On(string sql, ScriptedStatement script)
    {
        lock (_scripts) _scripts.Add((Encoding.UTF8.GetBytes(sql), script));
    }

    public IStatementExecution Start(ReadOnlySpan<byte> sql, in StatementContext context)
    {
        Interlocked.Increment(ref Started);
        if (IsRecording)
        {
            LastSql = Encoding.UTF8.GetString(sql);
            LastData = Encoding.UTF8.GetString(context.Data.Span);
            LastWasReadOnly = context.ReadOnly;
        }
        if (sql.SequenceEqual("THROW"u8)) throw new InvalidOperationException("the fake engine was told to throw");
        FakeExecution execution = Interlocked.Exchange(ref _spare, null) ?? (_pool.TryPop(out FakeExecution? pooled) ? pooled : new FakeExecution(this));
        LastExecution = execution;
        execution.Reset(Find(sql, context.ReadOnly));
        return execution;
    }

    public IReadOnlyList<RunningStatement> ListRunning() => Running;

    public bool Kill(ReadOnlySpan<byte> queryId)
    {
        string id = Encoding.UTF8.GetString(queryId);
        return Running.RemoveAll(statement => statement.Id == id) > 0;
    }

    public void Return(FakeExecution execution)
    {
        if (IsRecording) return; // Tests look at finished executions.
        if (Interlocked.CompareExchange(ref _spare, execution, null) is not null) _pool.Push(execution);
    }

    public void Dispose()
    {
        // Nothing to release; the interface is the engine's.
    }

    private ScriptedStatement Find(ReadOnlySpan<byte> sql, bool isReadOnly)
    {
        if (isReadOnly && sql.StartsWith("INSERT"u8)) return ScriptedStatement.Error(StatementErrorKind.ReadOnly, "Cannot change anything in a GET request");
        foreach ((byte[] text, ScriptedStatement script) in _scripts)
        {
            if (sql.SequenceEqual(text)) return script;
        }
        if (sql.StartsWith("INSERT"u8)) return new ScriptedStatement();
        return ScriptedStatement.Error(StatementErrorKind.UnknownTable, "Unknown table: " + Encoding.UTF8.GetString(sql));
    }
}
