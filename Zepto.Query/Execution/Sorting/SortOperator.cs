using System.Runtime.Intrinsics;
using System.Text;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Sorting;

/// <summary>
/// ORDER BY, with LIMIT when that is known: gives the input's rows in key order, equal rows in input order. With a small row limit it keeps
/// a bounded buffer and drops rows beyond its worst row by a comparison of the first key before anything is copied.
/// </summary>
/// <param name="input">Rows to order; key expressions are columns of it.</param>
/// <param name="keys">At least one key.</param>
/// <param name="maxRows">Rows that are wanted: OFFSET plus LIMIT, or long.MaxValue.</param>
internal sealed unsafe class SortOperator(Operator input, SortKey[] keys, long maxRows) : Operator(input.Shape)
{
    // Up to this limit the bounded buffer is used; it holds the limit twice, and a chunk before there is a worst row.
    private const int LargestBound = 65536;

    // With few rows wanted the bound must not get tight too often.
    private const int LeastSpareRows = 64;

    private readonly Operator[] _inputs = [input];
    private readonly RowSorter _sorter = new();
    private readonly CodePrefixes _prefixes = new();
    private readonly void*[] _output = new void*[input.Shape.Length];
    private RowBuffer _rows = new(input.Shape);
    private RowBuffer _spareRows = new(input.Shape);
    private QueryRun? _run;
    private int* _order;
    private int _at;
    private int _end;
    private bool _sorted;
    private long* _encoded;
    private int* _selection;
    private bool _hasThreshold;
    private long _threshold;

    /// <summary>Rows that are wanted; read by Open.</summary>
    public long MaxRows { get; set; } = maxRows;

    public override ReadOnlySpan<Operator> Inputs => _inputs;

    public override void Open(QueryRun run)
    {
        _run = run;
        _rows.Reset(run.Arena);
        _spareRows.Reset(run.Arena);
        _prefixes.Reset(run.Arena);
        _order = null;
        _sorted = _hasThreshold = false;
        _at = _end = 0;
        for (var column = 0; column < Shape.Length; column++)
            _output[column] = run.Arena.Allocate((long)MaxChunkRows * Vector.WidthBytes(Shape[column].Kind));
        _encoded = run.Arena.Allocate<long>(MaxChunkRows);
        _selection = run.Arena.Allocate<int>(MaxChunkRows);
        input.Open(run);
    }

    public override double RowCostNs => MaxRows <= LargestBound ? 1 : 60;

    public override bool Next()
    {
        if (!_sorted)
        {
            Read();
            _sorted = true;
        }

        _run!.ThrowIfStopped();
        if (_at == _end)
            return false;
        if (_order == null)
        {
            RowCount = Math.Min(_rows.SliceRows(_at), _end - _at);
            for (var column = 0; column < Columns.Length; column++)
                Columns[column] = _rows.Slice(column, _at, RowCount);
        }
        else
        {
            RowCount = Math.Min(MaxChunkRows, _end - _at);
            for (var column = 0; column < Columns.Length; column++)
                Columns[column] = _rows.Gather(column, _order + _at, RowCount, _output[column], false);
        }

        _at += RowCount;
        return true;
    }

    public override void Close() => input.Close();

    public override string Describe()
    {
        var text = new StringBuilder(MaxRows == long.MaxValue ? "Sort" : $"Top {MaxRows}");
        for (var i = 0; i < keys.Length; i++)
        {
            text.Append(i == 0 ? " by " : ", ").Append('#').Append(keys[i].Column + 1);
            text.Append(keys[i].Descending ? " DESC" : "").Append(keys[i].NullsFirst ? " NULLS FIRST" : "");
        }

        return text.ToString();
    }

    private void Read()
    {
        if (MaxRows <= 0)
            return;
        var bounded = MaxRows <= LargestBound;
        if (bounded && !keys[0].NullsFirst && Shape[keys[0].Column].Kind is VectorKind.Int64 or VectorKind.Float64)
            input.PreferFirst(keys[0].Column, keys[0].Descending);
        var capacity = bounded ? (int)MaxRows * 2 + LeastSpareRows : int.MaxValue;
        while (input.Next())
        {
            _run!.ThrowIfStopped();
            if (_hasThreshold)
                AppendBelowThreshold();
            else
                _rows.Append(input.Columns, input.RowCount);
            if (bounded && _rows.RowCount >= capacity)
                KeepBest();
        }

        var mark = _run!.Scratch.MarkPosition();
        var order = Order();
        if (order != null)
        {
            // The order outlives the scratch memory it was made in.
            _end = (int)Math.Min(_rows.RowCount, MaxRows);
            _order = _run.Arena.Allocate<int>(_end);
            new Span<int>(order, _end).CopyTo(new Span<int>(_order, _end));
        }

        _run.Scratch.Release(mark);
        _end = (int)Math.Min(_rows.RowCount, MaxRows);
    }

    private int* Order()
    {
        _sorter.Begin(_run!, _rows.RowCount);
        foreach (var key in keys)
            _sorter.Add(_rows, key);
        return _sorter.Sort();
    }

    private void KeepBest()
    {
        var mark = _run!.Scratch.MarkPosition();
        var order = Order();
        var keep = (int)MaxRows;
        if (order == null)
        {
            order = _run.Scratch.Allocate<int>(keep);
            for (var i = 0; i < keep; i++)
                order[i] = i;
        }

        _spareRows.Clear();
        _spareRows.Append(_rows, order, keep);
        _run.Scratch.Release(mark);
        (_rows, _spareRows) = (_spareRows, _rows);

        long worst;
        LeaveOutWorse(_rows.Slice(keys[0].Column, keep - 1, 1));
        EncodeFirstKey(_rows.Slice(keys[0].Column, keep - 1, 1), 1, &worst);
        _threshold = worst;
        _hasThreshold = true;
    }

    // The input need not read blocks in which all rows are worse than the worst one here.
    private void LeaveOutWorse(in Vector worst)
    {
        if (keys[0].NullsFirst || ConstantVectors.IsNullAt(worst, 0))
            return;
        var orEqual = keys.Length == 1;
        if (worst.Kind == VectorKind.Int64)
            input.LeaveOut(keys[0].Column, new SortBound(worst.Kind, worst.Int64[0], 0, keys[0].Descending, orEqual));
        else if (worst.Kind == VectorKind.Float64 && !double.IsNaN(worst.Float64[0]))
            input.LeaveOut(keys[0].Column, new SortBound(worst.Kind, 0, worst.Float64[0], keys[0].Descending, orEqual));
    }

    private void EncodeFirstKey(in Vector column, int rowCount, long* target)
    {
        KeyEncoding.Encode(column, rowCount, _prefixes, target);
        KeyEncoding.Direct(target, rowCount, keys[0].Descending, keys[0].NullsFirst);
    }

    // A row with the threshold's first key still matters when further keys, or text beyond the prefix, can put it before the worst row.
    private void AppendBelowThreshold()
    {
        ref readonly var column = ref input.Columns[keys[0].Column];
        EncodeFirstKey(column, input.RowCount, _encoded);
        var worstBase = KeyEncoding.Undirect(_threshold, keys[0].Descending, keys[0].NullsFirst);
        var isText = column.Kind is VectorKind.Text or VectorKind.Code;
        var keepEqual = keys.Length > 1 || (isText && KeyEncoding.IsCut(worstBase));
        var selected = Select(_encoded, input.RowCount, _threshold, keepEqual, _selection);
        if (selected == input.RowCount)
            _rows.Append(input.Columns, selected);
        else if (selected > 0)
            _rows.Append(input.Columns, _selection, selected);
    }

    private static int Select(long* values, int count, long threshold, bool keepEqual, int* selection)
    {
        var selected = 0;
        var limit = Vector256.Create(threshold);
        var i = 0;
        for (; i <= count - 4; i += 4)
        {
            var block = Vector256.Load(values + i);
            var below = keepEqual ? ~Vector256.GreaterThan(block, limit) : Vector256.LessThan(block, limit);
            for (var bits = below.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                selection[selected++] = i + System.Numerics.BitOperations.TrailingZeroCount(bits);
        }

        for (; i < count; i++)
        {
            if (values[i] < threshold || (keepEqual && values[i] == threshold))
                selection[selected++] = i;
        }

        return selected;
    }
}
