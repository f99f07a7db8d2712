using Zepto.Native.Memory;
using Zepto.Query.Expressions;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Query.Execution.Scans;

/// <summary>
/// The rows of a slice that the attributes of columns leave, all conditions intersected, given out as consecutive rows of one block, or picked one by one where they
/// lie apart. Every row that meets the conditions is among them.
/// </summary>
internal sealed unsafe class IndexCursor(IndexProbe[] probes)
{
    private const int MostRanges = 2048;

    // Whoever asks for an estimate waits for it on the connection's thread: some 0.1 ms at most.
    private const int MostCounted = 32;

    // Reading a row by itself takes as long as reading some 30 one after another, most of which the filter above drops.
    private const int WorthwhilePart = 32;

    // Fewer consecutive rows are put together with others: a chunk has its price.
    private const int LeastConsecutive = 256;

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

    /// <summary>The rows that <see cref="TryTake"/> gave, where they are not consecutive.</summary>
    public ref readonly PickedRows Picked => ref _picked;

    /// <summary>Readies for a run, once its snapshot is taken.</summary>
    public void Open(EvaluationContext context, NativeArena arena, long sequence)
    {
        foreach (var probe in _probes)
            probe.Open(context, arena);
        _rows = new RowRanges(arena.Allocate<RowRange>(MostRanges), MostRanges);
        _found = new RowRanges(arena.Allocate<RowRange>(MostRanges), MostRanges);
        _both = new RowRanges(arena.Allocate<RowRange>(MostRanges), MostRanges);
        _picked = new PickedRows(arena.Allocate<int>(Operator.MaxChunkRows));
        _sequence = sequence;
    }

    /// <summary>Goes to the rows of a slice.</summary>
    public void Begin(in SliceRows slice) => Begin(slice, onlyKnown: false);

    /// <summary>Rows of a few slices by the indexes that there are already; counting stops when they are more than <paramref name="enough"/>. Null for more slices.</summary>
    public long? CountRows(SliceCursor slices, long enough)
    {
        long rows = 0;
        for (var i = 0; i < MostCounted && rows <= enough; i++)
        {
            if (!slices.TryTake(out var slice))
                return rows;
            Begin(slice, onlyKnown: true);
            foreach (ref readonly var range in _rows.Span)
                rows += range.End - range.Start;
        }

        return rows > enough ? rows : null;
    }

    private void Begin(in SliceRows slice, bool onlyKnown)
    {
        _next = 0;
        _row = _endRow = 0;
        _rows.Clear();
        _rows.Append(slice.StartRow, slice.EndRow);
        var isWhole = true;
        foreach (var probe in _probes)
        {
            if (_rows.Count == 0)
                return;
            _found.Clear();
            probe.Find(slice, new RowRange(_rows.Span[0].Start, _rows.Span[^1].End), _sequence, onlyKnown, ref _found);
            if (_found.IsOverfull)
                continue;
            if (isWhole)
            {
                (_rows, _found) = (_found, _rows);
                isWhole = false;
                continue;
            }

            _both.Intersect(_rows.Span, _found.Span);
            if (!_both.IsOverfull)
                (_rows, _both) = (_both, _rows);
        }
    }

    /// <summary>The next rows; false at the end of the slice. They are <see cref="Picked"/> ones where there are any, else consecutive ones of one block.</summary>
    public bool TryTake(out int start, out int end)
    {
        _picked.Clear();
        start = end = 0;
        while (_row < _endRow || TryMove())
        {
            var wanted = CountWanted(out var last);
            var isAllThatIsLeft = _picked.Count == 0 && last == _endRow && _next >= _rows.Count;
            if (isAllThatIsLeft || (last - _row >= LeastConsecutive && wanted >= (last - _row) / WorthwhilePart))
            {
                if (_picked.Count > 0)
                    return true;
                (start, end) = (_row, last);
                MoveTo(last, picks: false);
                return true;
            }

            if (_picked.Count + wanted > Operator.MaxChunkRows)
                return true;
            MoveTo(last, picks: true);
        }

        return _picked.Count > 0;
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
                if (!_probes[i].Find(slice, new RowRange(slice.StartRow, slice.EndRow), _sequence, onlyKnown: false, ref _found) || _found.IsOverfull)
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

    /// <summary>Goes on to a row, picking the wanted ones before it or not.</summary>
    private void MoveTo(int end, bool picks)
    {
        while (true)
        {
            var stop = Math.Min(_endRow, end);
            for (; picks && _row < stop; _row++)
                _picked.Add(_row);
            _row = stop;
            if (_row < _endRow || _next >= _rows.Count || _rows.Span[_next].Start >= end)
                return;
            TryMove();
        }
    }

    /// <summary>Rows wanted from the present one to the end of its block, and the row behind the last one.</summary>
    private int CountWanted(out int last)
    {
        var blockEnd = (_row / Segment.BlockRows + 1) * Segment.BlockRows;
        var ranges = _rows.Span;
        last = Math.Min(_endRow, blockEnd);
        var wanted = last - _row;
        for (var i = _next; i < ranges.Length && ranges[i].Start < blockEnd; i++)
        {
            last = Math.Min(ranges[i].End, blockEnd);
            wanted += last - ranges[i].Start;
        }

        return wanted;
    }
}
