using System.Diagnostics;
using Zepto.Query.Execution.Grouping;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Joins;

/// <summary>
/// ASOF JOIN: the left's columns and the columns of the nearest right row with the same keys. The right side is kept and indexed, the left
/// passes through chunk by chunk, in its own order. Inputs may come in any order; cheapest when times rise within each key.
/// </summary>
internal sealed unsafe class AsofJoinOperator : Operator
{
    private readonly Operator _left;
    private readonly Operator _right;
    private readonly Operator[] _inputs;
    private readonly int[] _leftKeys;
    private readonly int[] _rightKeys;
    private readonly int _leftTime;
    private readonly int _rightTime;
    private readonly AsofComparison _comparison;
    private readonly bool _keepUnmatched;
    private readonly bool _showRightTime;
    private readonly int[] _rightOutput;
    private readonly int _timeColumn;
    private readonly int _sequenceColumn;
    private readonly bool _asDouble;
    private readonly KeyGrouper _grouper;
    private readonly RowBuffer _rows;
    private readonly int[] _kept;
    private readonly Vector[] _appended;
    private readonly AsofIndex _index = new();
    private readonly void*[] _output;
    private QueryRun? _run;
    private bool _built;
    private int* _groups;
    private int* _matches;
    private int* _selection;
    private long* _times;

    /// <param name="left">Rows that pass through.</param>
    /// <param name="right">Rows that are looked up.</param>
    /// <param name="leftKeys">Columns that must be equal; may be none.</param>
    /// <param name="rightKeys">Their counterparts.</param>
    /// <param name="leftTime">Int64 or Float64 column of the inequality.</param>
    /// <param name="rightTime">Its counterpart.</param>
    /// <param name="comparison">Left time OP right time.</param>
    /// <param name="keepUnmatched">Left rows without a match stay, with NULLs.</param>
    /// <param name="showRightTime">The left time column reads the matched right time (AJ0).</param>
    /// <param name="rightSequence">Right column that orders equal times, or -1 for row order.</param>
    /// <param name="rightOutput">Right columns that the output has, behind all of the left.</param>
    public AsofJoinOperator(
        Operator left, Operator right, int[] leftKeys, int[] rightKeys, int leftTime, int rightTime, AsofComparison comparison, bool keepUnmatched,
        bool showRightTime, int rightSequence, int[] rightOutput)
        : base(JoinShapes.Combine(left.Shape, false, Array.ConvertAll(rightOutput, c => right.Shape[c]), keepUnmatched))
    {
        var leftKind = left.Shape[leftTime].Kind;
        var rightKind = right.Shape[rightTime].Kind;
        if (leftKind is not (VectorKind.Int64 or VectorKind.Float64) || rightKind is not (VectorKind.Int64 or VectorKind.Float64))
            throw SqlException.Unsupported("The inequality of an ASOF JOIN must compare numbers or timestamps");
        if (showRightTime && leftKind != rightKind)
            throw SqlException.Unsupported("AJ0 JOIN needs times of the same type on both sides");
        _left = left;
        _right = right;
        _inputs = [left, right];
        _leftKeys = leftKeys;
        _rightKeys = rightKeys;
        _leftTime = leftTime;
        _rightTime = rightTime;
        _comparison = comparison;
        _keepUnmatched = keepUnmatched;
        _showRightTime = showRightTime;
        _rightOutput = rightOutput;
        _asDouble = leftKind != rightKind;
        _grouper = new KeyGrouper(JoinShapes.Kinds(right.Shape, rightKeys), JoinShapes.Kinds(left.Shape, leftKeys), false);
        // What is kept of the right rows: the output, then what the index is made of.
        int[] kept = rightSequence < 0 ? [.. rightOutput, rightTime] : [.. rightOutput, rightSequence, rightTime];
        _timeColumn = kept.Length - 1;
        _sequenceColumn = rightSequence < 0 ? -1 : kept.Length - 2;
        _kept = kept;
        _rows = new RowBuffer([.. kept.Select(c => right.Shape[c]), JoinShapes.RowNumber]);
        _appended = new Vector[kept.Length + 1];
        _output = new void*[Shape.Length];
    }

    public override ReadOnlySpan<Operator> Inputs => _inputs;

    public override void Open(QueryRun run)
    {
        _run = run;
        _built = false;
        _rows.Reset(run.Arena);
        _grouper.Reset(run.Arena);
        for (var column = 0; column < Shape.Length; column++)
            _output[column] = run.Arena.Allocate((long)MaxChunkRows * Vector.WidthBytes(Shape[column].Kind));
        _groups = run.Arena.Allocate<int>(MaxChunkRows);
        _matches = run.Arena.Allocate<int>(MaxChunkRows);
        _selection = run.Arena.Allocate<int>(MaxChunkRows);
        _times = run.Arena.Allocate<long>(MaxChunkRows);
        _right.Open(run);
        _left.Open(run);
    }

    public override bool Next()
    {
        if (!_built)
        {
            ReadRight();
            _built = true;
        }

        while (_left.Next())
        {
            _run!.ThrowIfStopped();
            var matched = Match();
            if (matched < _left.RowCount && !_keepUnmatched)
                EmitSelected(matched);
            else
                EmitAll(matched);
            if (RowCount > 0)
                return true;
        }

        return false;
    }

    public override void Close()
    {
        _left.Close();
        _right.Close();
    }

    public override double RowCostNs => 15;

    public override string Describe() =>
        $"ASOF {(_keepUnmatched ? "LEFT " : "")}JOIN on {_leftKeys.Length} keys, left time {Symbol} right time{(_showRightTime ? ", right time shown" : "")}";

    private string Symbol => _comparison switch
    {
        AsofComparison.GreaterOrEqual => ">=",
        AsofComparison.Greater => ">",
        AsofComparison.LessOrEqual => "<=",
        _ => "<",
    };

    private void ReadRight()
    {
        while (_right.Next())
        {
            _run!.ThrowIfStopped();
            var rowCount = _right.RowCount;
            if (AreConstant(_right.Columns, _rightKeys))
            {
                // A chunk of one series: one look-up.
                _grouper.Add(_right.Columns, _rightKeys, 1, _groups);
                new Span<int>(_groups, rowCount).Fill(_groups[0]);
            }
            else
            {
                _grouper.Add(_right.Columns, _rightKeys, rowCount, _groups);
            }

            ref readonly var time = ref _right.Columns[_rightTime];
            if (time.MayHaveNulls)
            {
                AsofIndex.EncodeTimes(time, rowCount, _asDouble, _times);
                for (var i = 0; i < rowCount; i++)
                    _groups[i] = _times[i] == long.MinValue ? -1 : _groups[i];
            }

            for (var i = 0; i < _kept.Length; i++)
                _appended[i] = _right.Columns[_kept[i]];
            _appended[^1] = Vector.Of(VectorKind.Code, _groups, rowCount, false);
            _rows.Append(_appended, rowCount);
        }

        _index.Build(_rows, _appended.Length - 1, _timeColumn, _sequenceColumn, _asDouble, _grouper.GroupCount, _run!);
    }

    // Fills the matches of the left chunk, -1 for none; gives how many there are and selects them.
    private int Match()
    {
        var rowCount = _left.RowCount;
        AsofIndex.EncodeTimes(_left.Columns[_leftTime], rowCount, _asDouble, _times);
        var matched = 0;
        if (AreConstant(_left.Columns, _leftKeys))
        {
            _grouper.Find(_left.Columns, _leftKeys, 1, _groups);
            _index.Nearest(_groups[0], _times, rowCount, _comparison, _matches);
            for (var i = 0; i < rowCount; i++)
            {
                _selection[matched] = i;
                matched += _matches[i] >= 0 ? 1 : 0;
            }

            return matched;
        }

        _grouper.Find(_left.Columns, _leftKeys, rowCount, _groups);
        for (var i = 0; i < rowCount; i++)
        {
            var group = _groups[i];
            var match = group < 0 || _times[i] == long.MinValue ? -1 : _index.Nearest(group, _times[i], _comparison);
            _matches[i] = match;
            _selection[matched] = i;
            matched += match >= 0 ? 1 : 0;
        }

        Debug.Assert(matched <= rowCount);
        return matched;
    }

    private static bool AreConstant(Vector[] columns, int[] keys)
    {
        foreach (var key in keys)
        {
            if (!columns[key].IsConstant)
                return false;
        }

        return true;
    }

    private void EmitAll(int matched)
    {
        RowCount = _left.RowCount;
        var leftColumns = _left.Columns;
        leftColumns.CopyTo(Columns, 0);
        EmitRight(matched < RowCount);
        if (_showRightTime && matched > 0)
            ShowRightTime(matched < RowCount);
    }

    private void EmitSelected(int matched)
    {
        RowCount = matched;
        if (matched == 0)
            return;
        var leftColumns = _left.Columns;
        for (var column = 0; column < leftColumns.Length; column++)
        {
            ref readonly var source = ref leftColumns[column];
            if (source.IsConstant)
            {
                Columns[column] = source.Slice(0, matched);
                continue;
            }

            ColumnCopy.Selected(source, _selection, matched, _output[column]);
            Columns[column] = Vector.Of(source.Kind, _output[column], matched, source.MayHaveNulls, source.Dictionary);
        }

        for (var i = 0; i < matched; i++)
            _matches[i] = _matches[_selection[i]];
        EmitRight(false);
        if (_showRightTime)
            ShowRightTime(false);
    }

    private void EmitRight(bool canMiss)
    {
        var first = _left.Shape.Length;
        for (var column = first; column < Columns.Length; column++)
            Columns[column] = _rows.Gather(column - first, _matches, RowCount, _output[column], canMiss);
    }

    private void ShowRightTime(bool canMiss)
    {
        var shown = (long*)_output[_leftTime];
        var source = Columns[_leftTime];
        if (canMiss)
        {
            // Without a match the left time stays; _times is free by now.
            _rows.Gather(_timeColumn, _matches, RowCount, _times, true);
            ColumnCopy.Rows(source, 0, RowCount, shown);
            for (var i = 0; i < RowCount; i++)
                shown[i] = _matches[i] < 0 ? shown[i] : _times[i];
            Columns[_leftTime] = Vector.Of(source.Kind, shown, RowCount, source.MayHaveNulls);
            return;
        }

        Columns[_leftTime] = _rows.Gather(_timeColumn, _matches, RowCount, shown, false);
    }
}
