using Zepto.Storage.Segments;

namespace Zepto.Storage.Indexes;

/// <summary>
/// In which blocks of a segment a column's values ascend, found out when somebody asks, a block at a time. Rows that were looked at never change, so whatever
/// any thread has found stays true. Thread-safe.
/// </summary>
internal sealed unsafe class AscendingBlocks(int blocks)
{
    private const int Broken = -1;
    private const int PartRows = 512;

    // Of each block: how many of its first rows are known to ascend, or that they do not.
    private readonly int[] _rows = new int[blocks];

    /// <summary>Whether the block's rows before <paramref name="end"/>, all of which are committed, ascend, or are known to.</summary>
    public bool Ascends(Segment segment, StoredColumn column, int block, int end, bool onlyKnown)
    {
        var start = block * Segment.BlockRows;
        var known = Volatile.Read(ref _rows[block]);
        if (known == Broken)
            return false;
        if (start + known >= end)
            return true;
        if (onlyKnown)
            return false;
        var ascends = Look(segment, column, start + Math.Max(known - 1, 0), end);
        Volatile.Write(ref _rows[block], ascends ? end - start : Broken);
        return ascends;
    }

    private static bool Look(Segment segment, StoredColumn column, int row, int end)
    {
        var room = stackalloc long[PartRows];
        var last = OrderKeys.Null;
        for (; row < end; row += PartRows)
        {
            var count = Math.Min(PartRows, end - row);
            var keys = OrderKeys.Read(segment, column, row, count, room);
            for (var i = 0; i < count; i++)
            {
                if (keys[i] < last)
                    return false;
                last = keys[i];
            }
        }

        return true;
    }
}
