using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Tasks.Sources;
using Zepto.Native.Memory;
using Zepto.Query.Access;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Results;
using Zepto.Query.Statements;
using Zepto.Query.Syntax;
using Zepto.Storage;
using Zepto.Storage.Ingest;

namespace Zepto.Query.Engine;

/// <summary>
/// One running statement: a plan that gives batches, or an action that changes something. Pooled with its memory; the query thread that works
/// for it completes the caller's ValueTask, so a step allocates nothing.
/// </summary>
internal sealed class StatementExecution : IStatementExecution, IValueTaskSource<bool>
{
    private const int MaxShownBytes = 4096;
    private readonly QueryEngine _engine;
    private readonly ResultBatch _batch = new();
    private readonly byte[] _shownSql = new byte[MaxShownBytes];
    private ManualResetValueTaskSourceCore<bool> _step;
    private Plan? _plan;
    private Statement? _change;
    private RowChange? _rowChange;
    private BackupRun? _backup;
    private bool _isOpen;
    private bool _isAdmitted;
    private long _rowsReturned;
    private long _startedTicks;
    private long _endedTicks;
    private byte[] _errorText = [];
    private byte[] _formatName = [];
    private int _shownLength;
    private string _subject = "";
    private long _startedAtNs;

    public StatementExecution(QueryEngine engine)
    {
        _engine = engine;
        Run = new QueryRun(engine.Options.MaxQueryMemoryBytes, StatementKey.MostLiterals);
        InsertReader = new InsertReader(engine.Database);
    }

    /// <summary>Memory, literals, limits of this run.</summary>
    public QueryRun Run { get; }

    /// <summary>Id of the running statement.</summary>
    public int Id { get; private set; }

    /// <summary>What its caller may do and see.</summary>
    public StatementAccess Access { get; private set; } = StatementAccess.Unrestricted;

    /// <summary>Its place in the list of running statements; the list's.</summary>
    public int RunningIndex { get; set; }

    /// <summary>Whether it counts as running on the query threads; set and read by them only.</summary>
    public bool HoldsSlot { get; set; }

    /// <summary>Rows of an INSERT on their way to the table; owned until it is appended.</summary>
    public RowBatch? Insert { get; set; }

    /// <summary>Reader of INSERT's rows, kept with its buffers.</summary>
    public InsertReader InsertReader { get; }

    public ReadOnlySpan<ResultColumn> Columns => _plan is not null ? _plan.Columns : _backup is not null ? BackupRun.Columns : [];

    public int BatchRows { get; private set; }

    public StatementErrorKind ErrorKind { get; private set; }

    public ReadOnlySpan<byte> ErrorText => _errorText;

    public ReadOnlySpan<byte> FormatName => _formatName;

    public long ElapsedNs => (long)Stopwatch.GetElapsedTime(_startedTicks, _endedTicks == 0 ? Stopwatch.GetTimestamp() : _endedTicks).TotalNanoseconds;

    public long RowsScanned => Run.RowsScanned;

    public long RowsWritten { get; private set; }

    public ColumnValues Values(int index) => _batch.Values(index);

    public void Cancel()
    {
        Run.Cancel();
        _rowChange?.Cancel();
        _backup?.Cancel();
        _engine.Threads.Wake(this);
    }

    /// <summary>Starts anew for a statement.</summary>
    public void Begin(ReadOnlySpan<byte> sql, string? subject, StatementAccess access, int id, long nowNs)
    {
        _startedTicks = Stopwatch.GetTimestamp();
        _endedTicks = 0;
        _rowsReturned = 0;
        RowsWritten = 0;
        ErrorKind = StatementErrorKind.None;
        _errorText = [];
        _formatName = [];
        Run.Begin(nowNs, _engine.Options.QueryTimeoutMs);
        Access = access;
        (Id, _subject, _startedAtNs) = (id, subject ?? "anonymous", nowNs);
        _shownLength = Math.Min(sql.Length, MaxShownBytes);
        sql[.._shownLength].CopyTo(_shownSql);
    }

    /// <summary>Takes a plan, opens it and decides where it runs.</summary>
    public void Use(Plan plan, byte[] formatName)
    {
        _plan = plan;
        _formatName = formatName;
        _isOpen = true;
        plan.Root.Open(Run);
        if (!plan.TakesAtMost(_engine.Options.InlineMicroseconds))
        {
            _engine.Threads.Admit();
            _isAdmitted = true;
            Run.Workers = _engine.Threads;
        }
    }

    /// <summary>Lets go of a plan that could not be opened, for another one.</summary>
    public void DropPlan()
    {
        if (_isOpen)
            _plan!.Root.Close();
        (_plan, _isOpen) = (null, false);
    }

    /// <summary>The statement changes a schema; done by the first MoveNextAsync.</summary>
    public void Use(Statement change) => _change = change;

    /// <summary>The statement changes rows; done by the first MoveNextAsync.</summary>
    public void Use(RowChange change) => _rowChange = change;

    /// <summary>The statement makes a backup; done by the first MoveNextAsync, which gives its row.</summary>
    public void Use(BackupRun backup)
    {
        _backup = backup;
        _formatName = backup.FormatName;
    }

    /// <summary>Ends with an error.</summary>
    public void Fail(Exception exception)
    {
        (ErrorKind, _errorText) = StatementFailure.Of(exception);
        if (ErrorKind == StatementErrorKind.Internal)
            _engine.Options.OnFault?.Invoke(exception);
        End();
    }

    public ValueTask<bool> MoveNextAsync()
    {
        if (ErrorKind != StatementErrorKind.None || _endedTicks != 0)
            return new ValueTask<bool>(false);
        return _plan is null ? ChangeAsync() : StepAsync();
    }

    /// <summary>Computes the next batch for a caller that waits; on a query thread.</summary>
    public void RunStep()
    {
        var more = Step();
        _engine.Threads.AfterStep(this);
        _step.SetResult(more);
    }

    public void Dispose()
    {
        ClosePlan();
        if (Insert is not null)
        {
            _engine.Database.ReturnBatch(Insert);
            Insert = null;
        }

        Run.End();
        if (_isAdmitted)
            _engine.Threads.Leave(this);
        _isAdmitted = false;
        _change = null;
        _rowChange?.Dispose();
        _rowChange = null;
        _backup?.Dispose();
        _backup = null;
        _engine.Return(this);
    }

    /// <summary>Frees the memory of one that is not used again.</summary>
    public void Release()
    {
        Run.Dispose();
        InsertReader.Dispose();
    }

    /// <summary>The statement as administrators see it; while it is listed as running.</summary>
    public RunningStatement Describe() => new(QueryIds.TextOf(Id), _subject, Encoding.UTF8.GetString(_shownSql, 0, _shownLength), _startedAtNs);

    bool IValueTaskSource<bool>.GetResult(short token) => _step.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _step.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _step.OnCompleted(continuation, state, token, flags);

    /// <summary>Computes the next batch, here or on a query thread.</summary>
    private ValueTask<bool> StepAsync()
    {
        if (!_isAdmitted || _engine.Threads.MayRunHere(this))
            return new ValueTask<bool>(Step());
        _step.Reset();
        _engine.Threads.Enqueue(this);
        return new ValueTask<bool>(this, _step.Version);
    }

    private bool Step()
    {
        try
        {
            _batch.Clear();
            Run.ThrowIfStopped();
            if (_rowChange is not null)
                return TakeChunk(_rowChange);
            if (!_plan!.Root.Next())
            {
                End();
                return false;
            }

            BatchRows = _plan.Root.RowCount;
            _rowsReturned += BatchRows;
            var most = _engine.Options.MaxResultRows;
            if (most > 0 && _rowsReturned > most)
                throw new SqlException(StatementErrorKind.ResultLimit, $"The result has more than {most} rows (--max-result-rows); add LIMIT");
            _batch.Show(_plan.Root, Run.Scratch);
            return true;
        }
        catch (Exception exception)
        {
            Fail(exception);
            return false;
        }
    }

    private bool TakeChunk(RowChange change)
    {
        var more = _plan!.Root.Next();
        if (more)
            change.Take(_plan.Root);
        else
            change.Finish();
        return more;
    }

    private async ValueTask OpenAsync(RowChange change)
    {
        for (var planning = 1; ; planning++)
        {
            try
            {
                Use(await change.BeginAsync().ConfigureAwait(false), []);
                return;
            }
            catch (StalePlanException) when (planning < QueryEngine.MostPlannings)
            {
                DropPlan();
            }
        }
    }

    private async ValueTask ChangeRowsAsync(RowChange change)
    {
        try
        {
            await OpenAsync(change).ConfigureAwait(false);
            while (await StepAsync().ConfigureAwait(false))
            {
            }

            // What was read may be freed while the change is stored.
            ClosePlan();
            if (ErrorKind != StatementErrorKind.None)
                return;
            Run.ThrowIfStopped();
            RowsWritten = await change.StoreAsync().ConfigureAwait(false);
        }
        finally
        {
            ClosePlan();
            change.Dispose();
        }
    }

    private async ValueTask<bool> BackUpAsync(BackupRun backup)
    {
        var result = await backup.RunAsync().ConfigureAwait(false);
        // The backup is there: that it took longer than a query may is no error.
        Run.EndTimeLimit();
        Use(QueryEngine.PlanOf(result), backup.FormatName);
        return await StepAsync().ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ChangeAsync()
    {
        try
        {
            if (Insert is { } batch)
            {
                // Whoever read the rows has looked at this already; nothing gets past here unseen.
                if (Access.Symbols is { } storable && batch.Schema.SymbolIndex is >= 0 and var symbol)
                    storable.RequireAll(_engine.Database.Symbols, batch.Column<int>(symbol)[..batch.RowCount]);
                var rows = batch.RowCount;
                Insert = null;
                await _engine.Database.AppendAsync(batch).ConfigureAwait(false);
                RowsWritten = rows;
            }
            else if (_change is not null)
            {
                await _engine.Schema.RunChangingAsync(_change).ConfigureAwait(false);
            }
            else if (_rowChange is not null)
            {
                await ChangeRowsAsync(_rowChange).ConfigureAwait(false);
            }

            else if (_backup is not null)
            {
                return await BackUpAsync(_backup).ConfigureAwait(false);
            }

            End();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        return false;
    }

    private void End()
    {
        if (_endedTicks == 0)
            _endedTicks = Stopwatch.GetTimestamp();
    }

    private void ClosePlan()
    {
        if (_plan is null)
            return;
        _batch.Clear();
        if (_isOpen)
            _plan.Root.Close();
        _isOpen = false;
        _engine.CountScanned(Run.RowsScanned);
        // A plan that failed may hold anything: it is dropped.
        if (ErrorKind == StatementErrorKind.None)
            _plan.Origin?.Return(_plan);
        _plan = null;
    }
}
