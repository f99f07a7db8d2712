using System.Text;
using Zepto.Query.Results;

namespace Zepto.Http.Tests.Fakes;

/// <summary>An execution that hands out prepared columns in batches, may wait for a signal first, and may fail at a given row.</summary>
internal sealed class FakeExecution : IStatementExecution
{
    private readonly FakeRunner _runner;
    private FakeColumn[] _columns = [];
    private ResultColumn[] _resultColumns = [];
    private int _batchRowsMax;
    private int _nextRow;
    private int _rowCount;
    private int _startRow;
    private int _failAtRow;
    private StatementErrorKind _failKind;
    private byte[] _failText = [];
    private byte[] _formatName = [];
    private TaskCompletionSource? _gate;
    private bool _isCancelled;

    public FakeExecution(FakeRunner runner) => _runner = runner;

    public bool IsDisposed { get; private set; }

    public bool WasCancelled => Volatile.Read(ref _isCancelled);

    public ReadOnlySpan<ResultColumn> Columns => _resultColumns;

    public int BatchRows { get; private set; }

    public StatementErrorKind ErrorKind { get; private set; }

    public ReadOnlySpan<byte> ErrorText => ErrorKind == StatementErrorKind.None ? default : _failText;

    public ReadOnlySpan<byte> FormatName => _formatName;

    public long ElapsedNs { get; set; } = 52_300;

    public long RowsScanned => 0;

    public long RowsWritten => 0;

    public void Reset(ScriptedStatement script)
    {
        IsDisposed = false;
        _isCancelled = false;
        _columns = script.Columns;
        _resultColumns = script.ResultColumns;
        _rowCount = script.RowCount;
        _batchRowsMax = script.BatchRows;
        _failAtRow = script.FailAtRow;
        _failKind = script.FailKind;
        _failText = script.FailText;
        _formatName = script.FormatName;
        _gate = script.Gate;
        _nextRow = _startRow = BatchRows = 0;
        ErrorKind = _failAtRow < 0 ? _failKind : StatementErrorKind.None;
    }

    public ValueTask<bool> MoveNextAsync() =>
        _gate is { Task.IsCompleted: false } gate ? WaitAsync(gate) : new ValueTask<bool>(MoveNext());

    public ColumnValues Values(int index) => _columns[index].Values(_startRow, BatchRows);

    public void Cancel()
    {
        Volatile.Write(ref _isCancelled, true);
        _gate?.TrySetResult();
    }

    public void Dispose()
    {
        IsDisposed = true;
        _runner.Return(this);
    }

    private async ValueTask<bool> WaitAsync(TaskCompletionSource gate)
    {
        await gate.Task.ConfigureAwait(false);
        return MoveNext();
    }

    /// <summary>The next batch, for callers that know there is nothing to wait for.</summary>
    public bool MoveNext()
    {
        if (WasCancelled)
        {
            ErrorKind = StatementErrorKind.Cancelled;
            _failText = Encoding.UTF8.GetBytes("stopped");
            return false;
        }
        if (_failKind != StatementErrorKind.None && _nextRow >= _failAtRow)
        {
            ErrorKind = _failKind;
            return false;
        }
        if (_nextRow >= _rowCount) return false;
        _startRow = _nextRow;
        BatchRows = Math.Min(_batchRowsMax, _rowCount - _nextRow);
        _nextRow += BatchRows;
        return true;
    }
}
