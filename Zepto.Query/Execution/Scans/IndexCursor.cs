using Zepto.Native.Memory;
using Zepto.Query.Expressions;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Query.Execution.Scans;

/// <summary>
/// The rows of a slice that the attributes of columns leave, all conditions intersected, given out in pieces of one block: as they lie, or picked one by one
/// where they lie far apart. Every row that meets the conditions is among them.
/// </summary>
internal sealed unsafe class IndexCursor(IndexProbe[] probes)
{
    // As many rows of one segment as GROUPED is used for.
    private const int MostRanges = 8192;

    // EXPLAIN answers on the connection's thread: some 0.2 s at most, should all indexes be made for it.
    private const int MostDescribed = 128;

    // By how much they narrow the rows for how little work.
    private readonly IndexProbe[] _probes = [.. probes.OrderBy(p => p.Attribute switch { ColumnAttribute.Sorted => 0, ColumnAttribute.Parted => 1, _ => 2 })];
    private RowRanges _rows;
    private RowRanges _found;
    private RowRanges _both;
    private PickedRows _picked;
    private long _sequence;
    private int _next;
    private int _row;
    private int _endRow;

    /// <summary>The rows wanted of those that <see cref="TryTake"/> gave, counted from the first one; none where all are.</summary>
    public ref readonly PickedRows Picked => ref _picked;

    /// <summary>Readies for a run, once its snapshot is taken.</summary>
    public void Open(EvaluationContext context, NativeArena arena, long sequence)
    {
        foreach (var probe in _probes)
            probe.Open(context, arena);
        _rows = new RowRanges(arena.Allocate<RowRange>(MostRanges), MostRanges);
        _found = new RowRanges(arena.Allocate<RowRange>(MostRanges), MostRanges);
        _both = new RowRanges(arena.Allocate<RowRange>(MostRanges), MostRanges);
        _picked = new PickedRows(arena.Allocate<int>(Segment.BlockRows));
        _sequence = sequence;
    }

    /// <summary>Goes to the rows of a slice.</summary>
    public void Begin(in SliceRows slice)
    {
        _next = 0;
        _row = _endRow = 0;
        _rows.Clear();
        _rows.Append(slice.StartRow, slice.EndRow);
        foreach (var probe in _probes)
        {
            if (_rows.Count == 0)
                return;
            _found.Clear();
            probe.Find(slice, new RowRange(_rows.Span[0].Start, _rows.Span[^1].End), _sequence, ref _found);
            if (_found.IsOverfull)
                continue;
            _both.Intersect(_rows.Span, _found.Span);
            if (!_both.IsOverfull)
                (_rows, _both) = (_both, _rows);
        }
    }

    /// <summary>The next rows, all in one block; false at the end of the slice.</summary>
    /// <param name="start">First row.</param>
    /// <param name="end">Row behind the last one.</param>
    public bool TryTake(out int start, out int end)
    {
        _picked.Clear();
        if (_row >= _endRow && !TryMove())
        {
            start = end = 0;
            return false;
        }

        start = _row;
        var blockEnd = (start / Segment.BlockRows + 1) * Segment.BlockRows;
        var isPicked = IsWorthPicking(blockEnd);
        do
        {
            end = Math.Min(_endRow, blockEnd);
            for (var row = _row; isPicked && row < end; row++)
                _picked.Add(row - start);
            _row = end;
        }
        while (_row == _endRow && _next < _rows.Count && _rows.Span[_next].Start < blockEnd && TryMove());
        return true;
    }

    /// <summary>The attributes that are used, and in how many of the first segments each leaves all rows, for EXPLAIN; makes the indexes of those segments.</summary>
    public string Describe(SliceCursor slices)
    {
        var whole = new int[_probes.Length];
        var count = 0;
        for (; count < MostDescribed && slices.TryTake(out var slice); count++)
        {
            for (var i = 0; i < whole.Length; i++)
            {
                _found.Clear();
                if (!_probes[i].Find(slice, new RowRange(slice.StartRow, slice.EndRow), _sequence, ref _found) || _found.IsOverfull)
                    whole[i]++;
            }
        }

        var first = slices.TryTake(out _) ? "the first " : "";
        return Describe(i => whole[i] == 0 ? "" : $" ({whole[i]} of {first}{count} segments read whole)");
    }

    /// <summary>The attributes that are used, for EXPLAIN.</summary>
    public string Describe() => Describe(_ => "");

    private string Describe(Func<int, string> detail) => "index " + string.Join(" and ", _probes.Select((probe, i) => probe.Text + detail(i)));

    private bool TryMove()
    {
        if (_next >= _rows.Count)
            return false;
        (_row, _endRow) = (_rows.Span[_next].Start, _rows.Span[_next].End);
        _next++;
        return true;
    }

    /// <summary>Whether less than half of the rows from the present one to the last one in the block are wanted; the filter above drops the others.</summary>
    private bool IsWorthPicking(int blockEnd)
    {
        var ranges = _rows.Span;
        var last = Math.Min(_endRow, blockEnd);
        var wanted = last - _row;
        for (var i = _next; i < ranges.Length && ranges[i].Start < blockEnd; i++)
        {
            last = Math.Min(ranges[i].End, blockEnd);
            wanted += last - ranges[i].Start;
        }

        return wanted * 2 < last - _row;
    }
}
