using Zepto.Native.Memory;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Windows;

/// <summary>
/// Window functions over one PARTITION BY and ORDER BY: the input's columns followed by one column a function. Rows come out partition by
/// partition, in window order. Keeps the whole input, unless it is promised to come in window order and no function looks further than a
/// few rows back: then it works chunk by chunk.
/// </summary>
internal sealed unsafe class WindowOperator : Operator
{
    private readonly Operator[] _inputs;
    private readonly WindowFunction[] _functions;
    private readonly WindowOrder[] _orderBy;
    private readonly string _text;
    private readonly bool _inputInOrder;
    private readonly int _inputColumns;
    private readonly int[] _argumentColumns;
    private readonly SortKey[] _keys;
    private readonly bool _needsPeers;
    private readonly bool _needsKey;
    private readonly WindowInput _input;
    private readonly WindowBuffer _buffer;
    private readonly WindowStream _stream;
    private readonly WindowPartition _partition;
    private readonly Vector[] _arguments;
    private readonly Vector[] _results;
    private readonly void*[] _gathered;
    private EvaluationContext? _constants;
    private QueryRun? _run;
    private bool _streams;
    private bool _computed;
    private int _at;

    /// <param name="input">Rows.</param>
    /// <param name="partitionBy">Over the input's columns, like all expressions here.</param>
    /// <param name="orderBy">May be none: rows stay in input order and all are peers.</param>
    /// <param name="tieBreak">INT64, orders peers; null for input order.</param>
    /// <param name="arguments">Arguments of all functions.</param>
    /// <param name="functions">Made for their places among the arguments.</param>
    /// <param name="text">For EXPLAIN.</param>
    /// <param name="inputInOrder">A promise: equal partitions follow each other and each is in window order, ties included.</param>
    public WindowOperator(
        Operator input, BoundExpression[] partitionBy, WindowOrder[] orderBy, BoundExpression? tieBreak, BoundExpression[] arguments,
        WindowFunction[] functions, string text, bool inputInOrder = false)
        : base([.. input.Shape, .. Array.ConvertAll(functions, function => function.Result)])
    {
        _inputs = [input];
        _functions = functions;
        _orderBy = orderBy;
        _text = text;
        _inputInOrder = inputInOrder;
        _inputColumns = input.Shape.Length;
        _needsPeers = Array.Exists(functions, function => function.NeedsPeers);
        _needsKey = Array.Exists(functions, function => function.NeedsKey);
        if (_needsKey && (orderBy.Length != 1 || orderBy[0].Key.Kind is not (VectorKind.Int64 or VectorKind.Float64)))
            throw SqlException.Unsupported("A RANGE frame with an offset needs one ORDER BY key that is a number or a timestamp");
        _input = new WindowInput(input, partitionBy);
        _keys = Array.ConvertAll(orderBy, order => new SortKey(_input.Add(order.Key), order.Descending, order.NullsFirst));
        var tieColumn = tieBreak == null ? -1 : _input.Add(tieBreak);
        _argumentColumns = Array.ConvertAll(arguments, _input.Add);
        _buffer = new WindowBuffer(_input, _keys, tieColumn, _needsPeers);
        _stream = new WindowStream(_input, _argumentColumns, functions);
        _partition = new WindowPartition(arguments.Length);
        _arguments = new Vector[arguments.Length];
        _results = new Vector[functions.Length];
        _gathered = new void*[_inputColumns];
    }

    public override ReadOnlySpan<Operator> Inputs => _inputs;

    public override double RowCostNs => (_inputInOrder ? 1.5 : 60) * _functions.Length;

    public override string Describe() => $"Window {_text}";

    public override void Open(QueryRun run)
    {
        _run = run;
        _constants = EvaluationContext.Of(_constants, run, 0);
        _computed = false;
        _at = 0;
        foreach (var function in _functions)
            function.Open(_constants);
        _streams = _inputInOrder && _stream.CanServe();
        if (_streams)
            _stream.Open(run);
        else
            _buffer.Open(run);
        _input.Open(run);
    }

    public override bool Next()
    {
        if (_streams)
        {
            if (!_stream.Next())
                return false;
            RowCount = _input.RowCount;
            _input.Columns[.._inputColumns].CopyTo(Columns);
            _stream.Results.CopyTo(Columns.AsSpan(_inputColumns));
            return true;
        }

        if (!_computed)
        {
            _buffer.Read();
            Compute();
            _computed = true;
        }

        return ServeBuffered();
    }

    public override void Close()
    {
        if (_streams)
            _stream.Close();
        _input.Close();
    }

    private void Compute()
    {
        if (_buffer.RowCount == 0)
            return;
        var scratch = _run!.Scratch;
        var mark = scratch.MarkPosition();
        for (var i = 0; i < _arguments.Length; i++)
            _arguments[i] = _buffer.Flat(_argumentColumns[i], scratch);
        var key = _needsKey ? _buffer.Flat(_keys[0].Column, scratch) : default;
        for (var i = 0; i < _functions.Length; i++)
        {
            var result = _functions[i].Result;
            var target = _run.Arena.Allocate((long)_buffer.RowCount * Vector.WidthBytes(result.Kind));
            var dictionary = _functions[i].DictionaryArgument is >= 0 and var argument ? _arguments[argument].Dictionary : null;
            _results[i] = Vector.Of(result.Kind, target, _buffer.RowCount, result.Nullable, dictionary);
        }

        var sinceCheck = 0;
        for (var i = 0; i < _buffer.PartitionCount; i++)
        {
            var start = _buffer.PartitionStart(i);
            var rowCount = _buffer.PartitionStart(i + 1) - start;
            var partitionMark = scratch.MarkPosition();
            _partition.Begin(scratch, _arguments, start, rowCount, contextRows: 0);
            if (_needsPeers)
                _partition.FindPeers(_buffer.IsNewPeer == null ? null : _buffer.IsNewPeer + start);
            if (_needsKey)
                _partition.SetKey(key.Slice(start, rowCount), _orderBy[0].Descending);
            for (var function = 0; function < _functions.Length; function++)
            {
                if ((sinceCheck += rowCount) >= MaxChunkRows)
                {
                    _run.ThrowIfStopped();
                    sinceCheck = 0;
                }

                var functionMark = scratch.MarkPosition();
                _functions[function].Compute(_partition, _results[function].Slice(start, rowCount).Data);
                scratch.Release(functionMark);
            }

            scratch.Release(partitionMark);
        }

        scratch.Release(mark);
        if (_buffer.Order == null)
            return;
        for (var column = 0; column < _inputColumns; column++)
            _gathered[column] = _run.Arena.Allocate((long)MaxChunkRows * Vector.WidthBytes(Shape[column].Kind));
    }

    private bool ServeBuffered()
    {
        _run!.ThrowIfStopped();
        if (_at == _buffer.RowCount)
            return false;
        var rows = _buffer.Rows;
        RowCount = _buffer.Order == null ? rows.SliceRows(_at) : Math.Min(MaxChunkRows, _buffer.RowCount - _at);
        for (var column = 0; column < _inputColumns; column++)
        {
            Columns[column] = _buffer.Order == null
                ? rows.Slice(column, _at, RowCount)
                : rows.Gather(column, _buffer.Order + _at, RowCount, _gathered[column], false);
        }

        for (var function = 0; function < _functions.Length; function++)
            Columns[_inputColumns + function] = _results[function].Slice(_at, RowCount);
        _at += RowCount;
        return true;
    }
}
