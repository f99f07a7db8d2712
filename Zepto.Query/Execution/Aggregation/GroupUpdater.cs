using System.Diagnostics;
using Zepto.Query.Aggregates;
using Zepto.Query.Execution.Rows;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Aggregation;

/// <summary>
/// Brings the rows of a chunk to their groups' functions, in the cheapest way that the chunk allows: the whole chunk at once when its keys are
/// constant (a scan of one series), runs of rows when a key is a bucket of the ascending time or keys repeat, row by row otherwise.
/// </summary>
internal sealed unsafe class GroupUpdater
{
    // Runs shorter than this on average are not worth a call each.
    private const int ShortRunRows = 8;

    private readonly Operator _input;
    private readonly BoundExpression[] _keys;
    private readonly BoundExpression? _predicate;
    private readonly BoundExpression[] _arguments;
    private readonly AggregateFunction[] _functions;
    private readonly GroupStore? _groups;
    private readonly Vector[] _keyVectors;
    private readonly Vector[] _argumentVectors;
    private readonly Vector[] _filteredVectors;
    private readonly bool[] _isRead;
    private readonly bool _readsPlainColumns;
    private readonly int _bucketKey;
    private EvaluationContext? _context;
    private QueryRun? _run;
    private bool _hasBuckets;
    private long _bucketWidth;
    private long _bucketOrigin;

    public GroupUpdater(
        Operator input, BoundExpression[] keys, BoundExpression? predicate, BoundExpression[] arguments, AggregateFunction[] functions, GroupStore? groups)
    {
        _input = input;
        _keys = keys;
        _predicate = predicate;
        _arguments = arguments = Guarded(arguments, functions);
        _functions = functions;
        _groups = groups;
        _keyVectors = new Vector[keys.Length];
        _argumentVectors = new Vector[arguments.Length];
        _filteredVectors = new Vector[arguments.Length];
        _isRead = new bool[input.Shape.Length];
        foreach (var expression in keys.Concat(arguments))
            MarkRead(expression);
        _readsPlainColumns = Array.TrueForAll(arguments, a => a is ColumnReference) && Array.TrueForAll(functions, f => f.FilterArgument < 0);
        _bucketKey = Array.FindIndex(keys, k => k is IBucketExpression bucket && IsAscending(bucket.BucketOperand));
        var inRanges = keys.All(k => k.Type == ColumnType.Symbol || k.IsConstant || Array.IndexOf(keys, k) == _bucketKey);
        RowCostNs = (inRanges ? 0.1 + (0.15 * functions.Length) : 10 + (2 * functions.Length)) + (predicate is null ? 0 : 0.5) + arguments.Count(a => a is not ColumnReference);
    }

    /// <summary>Rough cost of a row, ns: ranges of rows go through kernels, mixed groups row by row.</summary>
    public double RowCostNs { get; }

    /// <summary>Readies for a run of the opened input.</summary>
    public void Open(QueryRun run)
    {
        _run = run;
        _context = EvaluationContext.Of(_context, run, _input.Shape.Length);
        _hasBuckets = _bucketKey >= 0 && ((IBucketExpression)_keys[_bucketKey]).TryGetBuckets(_context, out _bucketWidth, out _bucketOrigin);
    }

    /// <summary>Adds the input's current chunk.</summary>
    public void Add()
    {
        var mark = _run!.Scratch.MarkPosition();
        _input.Columns.CopyTo(_context!.Inputs, 0);
        _context.RowCount = _input.RowCount;
        if (_predicate is null)
            AddRows();
        else
            AddWhere(_predicate.Evaluate(_context));
        _run.Scratch.Release(mark);
    }

    private void AddWhere(in Vector predicate)
    {
        var rowCount = _context!.RowCount;
        var kept = predicate.IsConstant ? predicate.Bool[0] == 1 ? rowCount : 0 : predicate.Bool.Count((byte)1);
        if (kept == 0)
            return;
        if (kept == rowCount)
        {
            AddRows();
            return;
        }

        if (_groups is null && _readsPlainColumns)
        {
            Evaluate(_arguments, _argumentVectors);
            foreach (var function in _functions)
                function.UpdateMasked(0, _argumentVectors, predicate.Bool);
            return;
        }

        Compact(predicate.Bool);
        AddRows();
    }

    // Keys and arguments are computed for the kept rows only: for others they may fail.
    private void Compact(ReadOnlySpan<byte> mask)
    {
        var rows = _run!.Scratch.Allocate<int>(mask.Length + 32);
        var count = Selection.FromPredicate(mask, rows);
        var selected = new ReadOnlySpan<int>(rows, count);
        for (var i = 0; i < _isRead.Length; i++)
        {
            if (_isRead[i])
                _context!.Inputs[i] = Gather(_context.Inputs[i], selected);
        }

        _context!.RowCount = count;
    }

    private Vector Gather(in Vector source, ReadOnlySpan<int> selected) =>
        Selection.Gather(source, selected, source.IsConstant ? null : _run!.Scratch.Allocate((long)selected.Length * Vector.WidthBytes(source.Kind)));

    private void AddRows()
    {
        Evaluate(_arguments, _argumentVectors);
        var rowCount = _context!.RowCount;
        if (_groups is null)
        {
            AddRange(0, 0, rowCount);
            return;
        }

        var variable = EvaluateKeys();
        if (variable == 0)
        {
            var group = _groups.FindOne(_keyVectors);
            EnsureGroups();
            AddRange(group, 0, rowCount);
        }
        else if (_hasBuckets && variable == 1 && _keyVectors[_bucketKey].RowCount == 0)
        {
            AddBuckets(rowCount);
        }
        else
        {
            AddMixed(rowCount);
        }
    }

    /// <summary>Computes the keys; gives how many are not constant. A bucket key is left out (0 rows) when it is the only such one.</summary>
    private int EvaluateKeys()
    {
        var variable = 0;
        for (var i = 0; i < _keys.Length; i++)
        {
            if (_hasBuckets && i == _bucketKey)
            {
                _keyVectors[i] = default;
                variable++;
                continue;
            }

            _keyVectors[i] = _keys[i].Evaluate(_context!);
            variable += _keyVectors[i].IsConstant ? 0 : 1;
        }

        if (_hasBuckets && variable > 1)
            _keyVectors[_bucketKey] = _keys[_bucketKey].Evaluate(_context!);
        return variable;
    }

    private void AddBuckets(int rowCount)
    {
        var times = _context!.Inputs[_input.AscendingColumn];
        if (times.IsConstant)
        {
            _keyVectors[_bucketKey] = _keys[_bucketKey].Evaluate(_context);
            AddMixed(rowCount);
            return;
        }

        var values = times.Int64;
        long bucket;
        for (var start = 0; start < rowCount;)
        {
            bucket = TimeFloor.Floor(values[start], _bucketWidth, _bucketOrigin);
            var last = bucket > long.MaxValue - _bucketWidth ? long.MaxValue : bucket + _bucketWidth - 1;
            var end = Gallop(values, start, last);
            _keyVectors[_bucketKey] = Vector.OfConstant(VectorKind.Int64, &bucket, rowCount, false);
            var group = _groups!.FindOne(_keyVectors);
            EnsureGroups();
            AddRange(group, start, end - start);
            start = end;
        }
    }

    // First row behind start whose value is above the last one of the bucket.
    private static int Gallop(ReadOnlySpan<long> values, int start, long last)
    {
        var low = start;
        var step = 1;
        while (low + step < values.Length && values[low + step] <= last)
        {
            low += step;
            step *= 2;
        }

        var high = Math.Min(low + step, values.Length);
        low++;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (values[middle] <= last)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void AddMixed(int rowCount)
    {
        Debug.Assert(rowCount <= Operator.MaxChunkRows);
        var groups = _run!.Scratch.Allocate<int>(rowCount);
        _groups!.Find(_keyVectors, rowCount, groups);
        EnsureGroups();
        var runs = 1;
        for (var i = 1; i < rowCount; i++)
            runs += groups[i] != groups[i - 1] ? 1 : 0;
        if (runs * ShortRunRows > rowCount)
        {
            AddEach(new ReadOnlySpan<int>(groups, rowCount));
            return;
        }

        for (var start = 0; start < rowCount;)
        {
            var end = start + 1;
            while (end < rowCount && groups[end] == groups[start])
                end++;
            AddRange(groups[start], start, end - start);
            start = end;
        }
    }

    private void AddRange(int group, int start, int count)
    {
        foreach (var function in _functions)
        {
            if (function.FilterArgument < 0)
            {
                function.UpdateRange(group, _argumentVectors, start, count);
                continue;
            }

            var kept = Filter(function, start, count, out _);
            if (kept > 0)
                function.UpdateRange(group, _filteredVectors, 0, kept);
        }
    }

    private void AddEach(ReadOnlySpan<int> groups)
    {
        foreach (var function in _functions)
        {
            if (function.FilterArgument < 0)
            {
                function.UpdateGroups(groups, _argumentVectors);
                continue;
            }

            var kept = Filter(function, 0, groups.Length, out var rows);
            var keptGroups = _run!.Scratch.AllocateSpan<int>(kept);
            for (var i = 0; i < kept; i++)
                keptGroups[i] = groups[rows[i]];
            if (kept > 0)
                function.UpdateGroups(keptGroups, _filteredVectors);
        }
    }

    /// <summary>Thins the function's arguments out to the rows of a range that its FILTER keeps; says how many and which.</summary>
    private int Filter(AggregateFunction function, int start, int count, out int* rows)
    {
        var filter = _argumentVectors[function.FilterArgument];
        rows = _run!.Scratch.Allocate<int>(count + 32);
        var kept = 0;
        if (filter.IsConstant)
        {
            for (var i = 0; filter.Bool[0] == 1 && i < count; i++)
                rows[kept++] = i;
        }
        else
        {
            kept = Selection.FromPredicate(filter.Bool.Slice(start, count), rows);
        }

        for (var i = 0; i < kept; i++)
            rows[i] += start;
        foreach (var argument in function.Arguments)
            _filteredVectors[argument] = Gather(_argumentVectors[argument], new ReadOnlySpan<int>(rows, kept));
        return kept;
    }

    private void EnsureGroups()
    {
        foreach (var function in _functions)
            function.EnsureGroups(_groups!.Count);
    }

    private void Evaluate(BoundExpression[] expressions, Vector[] target)
    {
        for (var i = 0; i < expressions.Length; i++)
            target[i] = expressions[i].Evaluate(_context!);
    }

    // FILTER may keep the rows out for which an argument fails, such as a division by zero: it is computed for the others only.
    private static BoundExpression[] Guarded(BoundExpression[] arguments, AggregateFunction[] functions)
    {
        BoundExpression[] guarded = [.. arguments];
        foreach (var function in functions.Where(f => f.FilterArgument >= 0))
        {
            foreach (var argument in function.Arguments.Where(a => RowSubset.CanFail(arguments[a])))
                guarded[argument] = ExpressionBuilder.Case([(arguments[function.FilterArgument], arguments[argument])], null, position: 1);
        }

        return guarded;
    }

    private bool IsAscending(BoundExpression operand) =>
        (operand is Retyped ? operand.Operands[0] : operand) is ColumnReference column && column.Input == _input.AscendingColumn;

    private void MarkRead(BoundExpression expression)
    {
        if (expression is ColumnReference column)
            _isRead[column.Input] = true;
        foreach (var operand in expression.Operands)
            MarkRead(operand);
    }
}
