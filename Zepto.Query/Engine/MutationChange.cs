using Zepto.Query.Access;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Planning;
using Zepto.Query.Results;
using Zepto.Query.Statements;
using Zepto.Query.Statements.Formats;
using Zepto.Query.Syntax;
using Zepto.Storage.Mutations;

namespace Zepto.Query.Engine;

/// <summary>
/// UPDATE and DELETE: the rows found are removed, and for UPDATE whole new ones with their arrival numbers put in their places. One at a time for each
/// table, so that what was found is still there when it is changed.
/// </summary>
internal sealed class MutationChange : RowChange
{
    private const double RowCostNs = 30;
    private const double ColumnCostNs = 10;
    private readonly QueryEngine _engine;
    private readonly Statement _statement;
    private readonly QueryRun _run;
    private readonly StatementAccess _access;

    // Never disposed, since it may be cancelled at any time; its timer is stopped.
    private readonly CancellationTokenSource _waiting = new();
    private IDisposable? _turn;
    private PlannedMutation? _plan;
    private RowMutation? _mutation;
    private ChunkLoader? _replacements;

    /// <param name="engine">Whose database is changed.</param>
    /// <param name="statement">UPDATE or DELETE, with its literals in the tree.</param>
    /// <param name="run">Its run.</param>
    /// <param name="access">What its caller may see and store.</param>
    public MutationChange(QueryEngine engine, Statement statement, QueryRun run, StatementAccess access) =>
        (_engine, _statement, _run, _access) = (engine, statement, run, access);

    public override async ValueTask<Plan> BeginAsync()
    {
        var database = _engine.Database;
        _turn ??= await WaitForTurnAsync().ConfigureAwait(false);
        Forget();
        // Planned now, for what the table is after the statements that came before.
        var catalog = database.Catalog;
        var planning = new PlanContext(database, catalog, _engine.Dictionaries, _access);
        var planner = new MutationPlanner(planning);
        _plan = _statement is UpdateStatement update ? planner.Plan(update) : planner.Plan((DeleteStatement)_statement);
        _mutation = database.RentMutation(_plan.Table, _run.Memory);
        if (_statement is UpdateStatement)
        {
            var target = InsertTarget.Create(catalog, _plan.Table.Name, null, InputFormat.Values);
            if (target.Schema != _plan.Schema)
                throw new StalePlanException(_plan.Table.Name);
            _replacements = new ChunkLoader(target, _mutation.Replacements, database, _engine.Dictionaries, _run, _mutation, _access.Symbols);
        }

        return new Plan(_plan.Root, [], [.. planning.Scans], null) { ResultRowCostNs = RowCostNs + (ColumnCostNs * _plan.Root.Shape.Length) };
    }

    public override void Take(Operator source)
    {
        var plan = _plan!;
        var sequences = source.Columns[plan.SequenceColumn];
        for (var i = 0; i < source.RowCount; i++)
        {
            _mutation!.Remove(
                plan.SymbolColumn < 0 ? 0 : source.Columns[plan.SymbolColumn] is var symbol && symbol.IsConstant ? symbol.Codes[0] : symbol.Codes[i],
                plan.TimeColumn < 0 ? 0 : source.Columns[plan.TimeColumn].Int64[i],
                sequences.Int64[i]);
        }

        if (_replacements is null)
            return;
        var start = _replacements.RowCount;
        _replacements.Load(source, plan.FirstValueColumn);
        sequences.Int64.CopyTo(_mutation!.ReplacementSequences[start..]);
    }

    public override void Finish() => _replacements?.Finish();

    public override async ValueTask<long> StoreAsync() =>
        _mutation!.RemovedCount == 0 ? 0 : await _engine.Database.MutateAsync(_mutation).ConfigureAwait(false);

    // The waiting statement goes on elsewhere, not on the thread of whoever stops it.
    public override void Cancel() => _ = _waiting.CancelAsync();

    public override void Dispose()
    {
        Forget();
        _turn?.Dispose();
        _turn = null;
    }

    private void Forget()
    {
        _replacements?.Dispose();
        _replacements = null;
        _mutation?.Dispose();
        _mutation = null;
    }

    private async ValueTask<IDisposable> WaitForTurnAsync()
    {
        var name = _statement is UpdateStatement update ? update.Table : ((DeleteStatement)_statement).Table;
        var table = TablePlanner.Find(_engine.Database.Catalog, name);
        try
        {
            if (_engine.Options.QueryTimeoutMs > 0)
                _waiting.CancelAfter(_engine.Options.QueryTimeoutMs);
            return await _engine.Database.BeginMutationAsync(table, _waiting.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _run.ThrowIfStopped();
            throw new SqlException(StatementErrorKind.TimedOut, "Query cancelled");
        }
        finally
        {
            _waiting.CancelAfter(Timeout.Infinite);
        }
    }
}
