using Zepto.Query.Execution.Sorting;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Query.Execution.Scans;

/// <summary>
/// Gives out a snapshot's blocks, those first that promise the best keys of a sort: by their largest value for a descending one, by their smallest for an
/// ascending one. So the first rows of a large table are found in a few blocks. A heap: only the blocks that are taken are put in order.
/// </summary>
internal sealed class BestBlocks
{
    private readonly List<SliceRows> _blocks = [];
    private readonly List<(long Promise, int Block)> _heap = [];

    /// <summary>Reads the statistics of a column's blocks.</summary>
    public void Collect(SliceCursor slices, ColumnId column, ColumnType type, bool descending)
    {
        _blocks.Clear();
        _heap.Clear();
        while (slices.TryTake(out var rows))
        {
            for (var row = rows.StartRow; row < rows.EndRow;)
            {
                var block = row / Segment.BlockRows;
                var end = Math.Min(rows.EndRow, (block + 1) * Segment.BlockRows);
                _heap.Add((PromiseOf(rows.Segment, column, block, type, descending), _blocks.Count));
                _blocks.Add(rows with { StartRow = row, RowCount = end - row });
                row = end;
            }
        }

        for (var i = (_heap.Count / 2) - 1; i >= 0; i--)
            SiftDown(i);
    }

    /// <summary>The best block that is left; false at the end.</summary>
    public bool TryTake(out SliceRows rows)
    {
        if (_heap.Count == 0)
        {
            rows = default;
            return false;
        }

        rows = _blocks[_heap[0].Block];
        _heap[0] = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (_heap.Count > 0)
            SiftDown(0);
        return true;
    }

    /// <summary>Lets go of the segments.</summary>
    public void Clear()
    {
        _blocks.Clear();
        _heap.Clear();
    }

    private static long PromiseOf(Segment segment, ColumnId column, int block, ColumnType type, bool descending)
    {
        // A column that the segment does not have is NULL, which is worse than every value.
        if (!segment.HasColumn(column))
            return long.MinValue;
        ref readonly var statistics = ref segment.Block(column, block);
        if (type is not (ColumnType.Float64 or ColumnType.Float32))
            return descending ? statistics.MaxInt64 : ~statistics.MinInt64;
        if (descending && statistics.NanCount > 0)
            return long.MaxValue;
        return descending ? KeyEncoding.OfDouble(statistics.MaxFloat64) : ~KeyEncoding.OfDouble(statistics.MinFloat64);
    }

    private void SiftDown(int at)
    {
        var item = _heap[at];
        while (true)
        {
            var child = (2 * at) + 1;
            if (child >= _heap.Count)
                break;
            if (child + 1 < _heap.Count && IsBefore(_heap[child + 1], _heap[child]))
                child++;
            if (!IsBefore(_heap[child], item))
                break;
            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = item;
    }

    // Equal promises keep the order of the table.
    private static bool IsBefore((long Promise, int Block) a, (long Promise, int Block) b) => a.Promise != b.Promise ? a.Promise > b.Promise : a.Block < b.Block;
}
