using Zepto.Storage.Segments;

namespace Zepto.Storage.Tables;

/// <summary>Consecutive rows of one segment, in time order. The last slice of a partition may be open: it grows with its segment.</summary>
public readonly struct SegmentSlice
{
    private readonly int _rowCount;

    internal SegmentSlice(Segment segment, int startRow, int rowCount)
    {
        Segment = segment;
        StartRow = startRow;
        _rowCount = rowCount;
    }

    /// <summary>An open slice takes its length from the segment.</summary>
    internal static SegmentSlice Open(Segment segment, int startRow) => new(segment, startRow, -1);

    public Segment Segment { get; }

    /// <summary>First row of the slice in its segment.</summary>
    public int StartRow { get; }

    internal bool IsOpen => _rowCount < 0;

    /// <summary>Rows published so far, committed or not; for the writer.</summary>
    internal int PublishedRows => IsOpen ? Segment.PublishedRows - StartRow : _rowCount;

    /// <summary>
    /// Rows that a snapshot sees: those whose arrival number is at most <paramref name="sequence"/>. They are always the first ones, because
    /// rows that arrive in time order are appended and others make a new state of the partition.
    /// </summary>
    public int VisibleRows(long sequence)
    {
        var rows = PublishedRows;
        if (rows == 0)
            return 0;
        if (Segment.LargestSequence <= sequence)
            return rows;
        // Every row of a statement not committed yet is above the snapshot and stands behind all committed rows.
        if (Segment.SequenceAt(StartRow + rows - 1) <= sequence)
            return rows;
        int low = 0, high = rows;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Segment.SequenceAt(StartRow + middle) <= sequence)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
