using Zepto.Query.Access;
using Zepto.Query.Execution;
using Zepto.Query.Planning;
using Zepto.Query.Statements;
using Zepto.Query.Statements.Formats;
using Zepto.Query.Syntax;
using Zepto.Storage.Ingest;

namespace Zepto.Query.Engine;

/// <summary>INSERT … SELECT: the rows of a query become one batch.</summary>
internal sealed class InsertSelect(QueryEngine engine, InsertStatement statement, QueryRun run, StatementAccess access) : RowChange
{
    private const double FixedRowCostNs = 20;
    private const double ColumnCostNs = 5;
    private RowBatch? _batch;
    private ChunkLoader? _loader;

    public override ValueTask<Plan> BeginAsync()
    {
        Dispose();
        var database = engine.Database;
        var catalog = database.Catalog;
        var target = InsertTarget.Create(catalog, statement.Table, statement.Columns, InputFormat.Values);
        var planning = new PlanContext(database, catalog, engine.Dictionaries, access);
        var query = new QueryPlanner(planning).Plan(statement.Query!, null);
        var columns = target.Columns.Length;
        if (query.Names.Length != columns)
        {
            var where = target.HasColumnList ? "the column list" : "the table";
            throw SqlException.Value(
                $"The SELECT gives {query.Names.Length} column{(query.Names.Length == 1 ? "" : "s")}, {where} has {columns}");
        }

        _batch = database.RentBatch(target.Table);
        _loader = new ChunkLoader(target, _batch, database, engine.Dictionaries, run, mutation: null, access.Symbols);
        return new ValueTask<Plan>(new Plan(query.Root, [], [.. planning.Scans], null) { ResultRowCostNs = FixedRowCostNs + (ColumnCostNs * columns) });
    }

    public override void Take(Operator source) => _loader!.Load(source, 0);

    public override void Finish() => _loader!.Finish();

    public override async ValueTask<long> StoreAsync()
    {
        var batch = _batch!;
        var rows = batch.RowCount;
        if (rows == 0)
            return 0;
        _batch = null;
        await engine.Database.AppendAsync(batch).ConfigureAwait(false);
        return rows;
    }

    public override void Dispose()
    {
        _loader?.Dispose();
        _loader = null;
        if (_batch is null)
            return;
        engine.Database.ReturnBatch(_batch);
        _batch = null;
    }
}
