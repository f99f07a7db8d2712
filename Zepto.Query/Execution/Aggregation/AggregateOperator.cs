using Zepto.Query.Aggregates;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Aggregation;

/// <summary>
/// GROUP BY: a row for each combination of key values with its aggregates, in the order of first appearance; without keys one row in any case.
/// Without functions it is DISTINCT. Reading the input (<see cref="Consume"/>) and giving out the groups are apart, so that several of them can
/// read parts of one input and be merged.
/// </summary>
internal sealed unsafe class AggregateOperator : Operator
{
    private readonly Operator _input;
    private readonly Operator[] _inputs;
    private readonly AggregateFunction[] _functions;
    private readonly GroupUpdater _updater;
    private readonly GroupStore? _groups;
    private readonly int _keyCount;
    private readonly string _text;
    private readonly void*[] _results;
    private QueryRun? _run;
    private bool _consumed;
    private int _given;

    /// <param name="input">Rows.</param>
    /// <param name="keys">Expressions over the input's columns; rows with equal values are a group.</param>
    /// <param name="predicate">Rows for which it is not true are passed over; null for none.</param>
    /// <param name="arguments">What the functions read, over the input's columns.</param>
    /// <param name="functions">Aggregates; their argument numbers are places in <paramref name="arguments"/>.</param>
    /// <param name="text">For EXPLAIN.</param>
    public AggregateOperator(
        Operator input, BoundExpression[] keys, BoundExpression? predicate, BoundExpression[] arguments, AggregateFunction[] functions, string text)
        : base([.. keys.Select(k => new ColumnShape(k.Type, k.Kind, k.Nullable)), .. functions.Select(f => f.ResultShape)])
    {
        _input = input;
        _inputs = [input];
        _functions = functions;
        _keyCount = keys.Length;
        _text = text;
        _groups = keys.Length == 0 ? null : new GroupStore(Shape[..keys.Length]);
        _updater = new GroupUpdater(input, keys, predicate, arguments, functions, _groups);
        _results = new void*[functions.Length];
    }

    public override ReadOnlySpan<Operator> Inputs => _inputs;

    public override double RowCostNs => _updater.RowCostNs;

    public override double RowsPerInputRow => 0.05;

    public override string Describe() => _text;

    public override void Open(QueryRun run)
    {
        _run = run;
        _consumed = false;
        _given = 0;
        _groups?.Reset(run.Arena);
        foreach (var function in _functions)
            function.Begin(run);
        _input.Open(run);
        _updater.Open(run);
    }

    /// <summary>Reads the whole input.</summary>
    public void Consume()
    {
        _consumed = true;
        if (_groups is null)
        {
            foreach (var function in _functions)
                function.EnsureGroups(1);
        }

        while (_input.Next())
        {
            _run!.ThrowIfStopped();
            _updater.Add();
        }
    }

    /// <summary>Adds the groups of another operator of the same plan that has consumed its input, which stays as it is.</summary>
    public void MergeFrom(AggregateOperator other)
    {
        var mark = _run!.Scratch.MarkPosition();
        var count = other._groups?.Count ?? 1;
        var groups = _run.Scratch.Allocate<int>(count);
        *groups = 0;
        for (var first = 0; other._groups is not null && first < count;)
        {
            _run.ThrowIfStopped();
            var rows = other._groups.SliceRows(first);
            other._groups.Slice(first, rows, Columns);
            _groups!.Find(Columns.AsSpan(0, _keyCount), rows, groups + first);
            first += rows;
        }

        for (var i = 0; i < _functions.Length; i++)
        {
            _run.ThrowIfStopped();
            _functions[i].EnsureGroups(_groups?.Count ?? 1);
            _functions[i].Merge(other._functions[i], 0, new ReadOnlySpan<int>(groups, count));
        }

        _run.Scratch.Release(mark);
    }

    public override bool Next()
    {
        if (!_consumed)
            Consume();
        _run!.ThrowIfStopped();
        var count = _groups?.Count ?? 1;
        if (_given == count)
            return false;
        if (_given == 0)
            MakeRoom(Math.Min(count, MaxChunkRows));
        RowCount = _groups is null ? 1 : _groups.SliceRows(_given);
        _groups?.Slice(_given, RowCount, Columns);
        for (var i = 0; i < _functions.Length; i++)
        {
            var function = _functions[i];
            function.Result(_given, RowCount, _results[i]);
            var shape = function.ResultShape;
            Columns[_keyCount + i] = Vector.Of(shape.Kind, _results[i], RowCount, shape.Nullable, function.Dictionary);
        }

        _given += RowCount;
        return true;
    }

    public override void Close() => _input.Close();

    private void MakeRoom(int rows)
    {
        for (var i = 0; i < _results.Length; i++)
            _results[i] = _run!.Arena.Allocate((long)rows * Vector.WidthBytes(_functions[i].ResultShape.Kind));
    }
}
