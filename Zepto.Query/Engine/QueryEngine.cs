using System.Text;
using Zepto.Query.Access;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Planning;
using Zepto.Query.Results;
using Zepto.Query.Statements;
using Zepto.Query.Statements.Formats;
using Zepto.Query.Syntax;
using Zepto.Storage;
using Zepto.Storage.Catalog;

namespace Zepto.Query.Engine;

/// <summary>Runs SQL statements on a database. Thread-safe; made once, disposed after the last statement and before the database.</summary>
public sealed class QueryEngine : IStatementRunner, IDisposable
{
    private const int IdleExecutions = 64;

    /// <summary>Times that a statement is planned at most, when columns change while it starts.</summary>
    internal const int MostPlannings = 4;

    private readonly PlanCache _plans;
    private readonly DictionaryViews _dictionaries;
    private readonly SlotPool<StatementExecution> _idle = new(IdleExecutions);
    private readonly RunningStatements _running = new();
    private readonly InsertTargets _inserts;
    private int _ids;
    private long _statements;
    private long _rowsScanned;

    public QueryEngine(Database database, EngineOptions options)
    {
        Database = database;
        Options = options;
        Schema = new SchemaStatements(database);
        Threads = new QueryThreads(options);
        _plans = new PlanCache(options.PlanCacheEntries);
        _dictionaries = new DictionaryViews(database.Symbols);
        _inserts = new InsertTargets(database);
    }

    /// <summary>Statements started since the engine was made.</summary>
    public long StatementCount => Volatile.Read(ref _statements);

    /// <summary>Rows read from storage by all ended statements.</summary>
    public long RowsScanned => Volatile.Read(ref _rowsScanned);

    internal Database Database { get; }

    internal EngineOptions Options { get; }

    internal SchemaStatements Schema { get; }

    internal QueryThreads Threads { get; }

    internal DictionaryViews Dictionaries => _dictionaries;

    /// <inheritdoc/>
    public IStatementExecution Start(ReadOnlySpan<byte> sql, in StatementContext context)
    {
        Interlocked.Increment(ref _statements);
        var execution = _idle.TryTake() ?? new StatementExecution(this);
        var nowNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        execution.Begin(sql, context.Subject, context.Access ?? StatementAccess.Unrestricted, QueryIds.Next(ref _ids), nowNs);
        _running.Add(execution);
        try
        {
            PrepareWithPlanOfNow(execution, sql, context, nowNs);
        }
        catch (Exception exception)
        {
            execution.Fail(exception);
        }

        return execution;
    }

    /// <inheritdoc/>
    public IReadOnlyList<RunningStatement> ListRunning() => _running.Describe();

    /// <inheritdoc/>
    public bool Kill(ReadOnlySpan<byte> queryId) => QueryIds.TryParse(queryId, out var id) && _running.TryCancel(id);

    /// <summary>Stops what still runs and ends the query threads.</summary>
    public void Dispose()
    {
        _running.CancelAll();
        Threads.Dispose();
        while (_idle.TryTake() is { } execution)
            execution.Release();
    }

    internal void CountScanned(long rows) => Interlocked.Add(ref _rowsScanned, rows);

    internal void Return(StatementExecution execution)
    {
        _running.Remove(execution);
        if (!_idle.TryAdd(execution))
            execution.Release();
    }

    private void PrepareWithPlanOfNow(StatementExecution execution, ReadOnlySpan<byte> sql, in StatementContext context, long nowNs)
    {
        for (var planning = 1; ; planning++)
        {
            try
            {
                Prepare(execution, sql, context, nowNs, mayUseIdlePlan: planning == 1);
                return;
            }
            catch (StalePlanException) when (planning < MostPlannings)
            {
                execution.DropPlan();
            }
        }
    }

    private void Prepare(StatementExecution execution, ReadOnlySpan<byte> sql, in StatementContext context, long nowNs, bool mayUseIdlePlan)
    {
        var catalog = Database.Catalog;
        var key = StatementKey.OfThread;
        if (key.TryRead(sql, execution.Access.PlanKey))
        {
            execution.Access.Require(StatementPermissions.Query);
            var cached = _plans.Find(key.Bytes, catalog.Version);
            if (cached is { NamesDependOnLiterals: true })
                cached = key.TryAppendLiterals(sql) ? _plans.Find(key.Bytes, catalog.Version) : null;
            if (cached is not null && cached.Fits(sql, key.Literals))
            {
                BindLiterals(execution, sql, key.Literals);
                execution.Use((mayUseIdlePlan ? cached.TryTakePlan() : null) ?? MakePlan(cached.Statement, catalog, cached, execution.Access), cached.FormatName);
                return;
            }
        }
        else if (_inserts.TryGet(sql, execution.Access, out var target, out var dataOffset))
        {
            Insert(execution, sql, context, target, dataOffset, nowNs);
            return;
        }

        Dispatch(execution, SqlParser.Parse(sql), sql, context, catalog);
    }

    private void Dispatch(StatementExecution execution, Statement statement, ReadOnlySpan<byte> sql, in StatementContext context, TableCatalog catalog)
    {
        byte[] formatName = [];
        if (statement is FormattedStatement formatted)
        {
            formatName = formatted.Format is null ? [] : Encoding.UTF8.GetBytes(formatted.Format);
            statement = formatted.Inner;
        }

        StatementGuard.Check(statement, execution.Access);
        switch (statement)
        {
            case SelectStatement select:
                Select(execution, select, sql, catalog);
                break;
            case ExplainStatement explain:
                Explain(execution, explain, sql, catalog);
                break;
            case KillQueryStatement kill:
                RequireWriting(context, "KILL QUERY");
                execution.Use(PlanOf(KillResult(kill)), formatName);
                break;
            case BackupStatement backup:
                RequireWriting(context, "BACKUP");
                execution.Use(new BackupRun(Database, backup, formatName));
                break;
            case AcceptedStatement:
                break;
            case UnsupportedStatement unsupported:
                throw SqlException.Unsupported($"{unsupported.What} is not supported");
            case UpdateStatement or DeleteStatement:
                RequireWriting(context, statement is UpdateStatement ? "UPDATE" : "DELETE");
                execution.Use(new MutationChange(this, SqlParser.Parse(sql, numbersLiterals: false), execution.Run, execution.Access));
                break;
            case InsertStatement { Query: not null }:
                RequireWriting(context, "INSERT");
                execution.Use(new InsertSelect(this, (InsertStatement)SqlParser.Parse(sql, numbersLiterals: false), execution.Run, execution.Access));
                break;
            case InsertStatement insert:
                var format = insert.Format is null ? InputFormat.Values : InputFormat.Find(insert.Format);
                Insert(execution, sql, context, InsertTarget.Create(catalog, insert.Table, insert.Columns, format), insert.DataOffset, execution.Run.Literals.NowNs);
                break;
            case var _ when SchemaStatements.IsReading(statement):
                execution.Use(PlanOf(Schema.RunReading(statement, execution.Access)), formatName);
                break;
            default:
                RequireWriting(context, statement switch { TruncateStatement => "TRUNCATE", OptimizeStatement => "OPTIMIZE", _ => "A statement that changes the schema" });
                execution.Use(statement);
                break;
        }
    }

    private void Explain(StatementExecution execution, ExplainStatement explain, ReadOnlySpan<byte> sql, TableCatalog catalog)
    {
        if (explain.Analyze)
            throw SqlException.Unsupported("EXPLAIN ANALYZE is not supported; EXPLAIN is");
        // Parsed again without numbers: the plan reads its literals from the tree.
        explain = (ExplainStatement)SqlParser.Parse(sql, numbersLiterals: false);
        var lines = new MetadataResult(MetadataResult.Column("explain"));
        var plan = MakePlan(explain.Select, catalog, null, execution.Access);
        try
        {
            plan.Root.Open(execution.Run);
            foreach (var line in PlanText.Of(plan, Options.InlineMicroseconds))
                lines.Add(line);
        }
        finally
        {
            plan.Root.Close();
        }

        execution.Use(PlanOf(lines), explain.Select.Format is { } format ? Encoding.UTF8.GetBytes(format) : []);
    }

    private MetadataResult KillResult(KillQueryStatement kill)
    {
        var result = new MetadataResult(MetadataResult.Column("kill_status"), MetadataResult.Column("query_id"));
        if (Kill(Encoding.UTF8.GetBytes(kill.QueryId)))
            result.Add("cancelled", kill.QueryId);
        return result;
    }

    internal static Plan PlanOf(MetadataResult result) => new(new MetadataOperator(result), result.Columns, [], null);

    private void Insert(StatementExecution execution, ReadOnlySpan<byte> sql, in StatementContext context, InsertTarget target, int dataOffset, long nowNs)
    {
        RequireWriting(context, "INSERT");
        execution.Insert = Database.RentBatch(target.Table);
        execution.InsertReader.Read(sql, dataOffset, context.Data.Span, target, execution.Insert, nowNs, execution.Access.Symbols, execution.Run);
    }

    private void Select(StatementExecution execution, SelectStatement select, ReadOnlySpan<byte> sql, TableCatalog catalog)
    {
        var key = StatementKey.OfThread;
        var isCacheable = key.TryRead(sql, execution.Access.PlanKey);
        BindLiterals(execution, sql, isCacheable ? key.Literals : []);
        if (!isCacheable)
            select = (SelectStatement)SqlParser.Parse(sql, numbersLiterals: false);
        var plan = MakePlan(select, catalog, null, execution.Access, out var planning);
        // A literal of this statement that another, fixed one must equal: that is not looked at for later statements.
        if (!isCacheable || planning.EqualLiterals.Exists(pair => pair.Item1 < 0 || pair.Item2 < 0))
        {
            execution.Use(plan, select.Format is null ? [] : Encoding.UTF8.GetBytes(select.Format));
            return;
        }

        var entry = new CachedStatement(select, catalog.Version, planning.EqualLiterals, planning.NamesDependOnLiterals);
        _plans.Add(key.Bytes, entry);
        if (entry.NamesDependOnLiterals && key.TryAppendLiterals(sql))
            _plans.Add(key.Bytes, entry);
        execution.Use(new Plan(plan.Root, plan.Columns, plan.Scans, entry), entry.FormatName);
    }

    private Plan MakePlan(SelectStatement select, TableCatalog catalog, CachedStatement? origin, StatementAccess access) =>
        MakePlan(select, catalog, origin, access, out _);

    private Plan MakePlan(SelectStatement select, TableCatalog catalog, CachedStatement? origin, StatementAccess access, out PlanContext planning)
    {
        planning = new PlanContext(Database, catalog, _dictionaries, access);
        var query = new QueryPlanner(planning).Plan(select.Query, null);
        var columns = query.Names.Select((name, i) =>
            new ResultColumn(Encoding.UTF8.GetBytes(name), query.Root.Shape[i].Type, query.Root.Shape[i].Nullable)).ToArray();
        return new Plan(query.Root, columns, [.. planning.Scans], origin);
    }

    private static void BindLiterals(StatementExecution execution, ReadOnlySpan<byte> sql, ReadOnlySpan<LiteralToken> literals)
    {
        var run = execution.Run;
        for (var i = 0; i < literals.Length; i++)
        {
            ref readonly var literal = ref literals[i];
            switch (literal.Kind)
            {
                case LiteralKind.Integer: run.Literals.SetInteger(i, literal.Integer); break;
                case LiteralKind.Float: run.Literals.SetFloat(i, literal.Float); break;
                default: run.Literals.SetQuotedText(i, sql.Slice(literal.Offset, literal.LengthBytes), run.Arena); break;
            }
        }
    }

    private static void RequireWriting(in StatementContext context, string what)
    {
        if (context.ReadOnly)
            throw new SqlException(StatementErrorKind.ReadOnly, $"{what} is not allowed in a GET request; use POST");
    }
}
