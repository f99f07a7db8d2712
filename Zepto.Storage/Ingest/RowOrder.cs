using System.Diagnostics;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>The order of a slice's stored rows: by time, then arrival number; by arrival number alone where the table has no timestamp.</summary>
internal readonly unsafe ref struct RowOrder
{
    private readonly Segment _segment;
    private readonly int _startRow;
    private readonly ColumnId _time;
    private readonly bool _hasTimes;
    private readonly long* _times;
    private readonly long* _sequences;

    public RowOrder(in SegmentSlice slice, TableSchema schema)
    {
        RowCount = slice.PublishedRows;
        (_segment, _startRow) = (slice.Segment, slice.StartRow);
        (_time, _hasTimes) = (schema.TimestampId, schema.TimestampIndex >= 0);
        if (_segment.IsEncoded)
            return;
        _sequences = _segment.SequenceAddress(_startRow);
        _times = _hasTimes ? (long*)_segment.Address(_time, _startRow) : null;
    }

    /// <summary>Rows of the slice.</summary>
    public int RowCount { get; }

    /// <summary>Negative when the row comes before a time and number, 0 when it has both.</summary>
    public int Compare(int row, long time, long sequence)
    {
        Debug.Assert((uint)row < (uint)RowCount);
        if (_sequences == null)
            return CompareEncoded(row, time, sequence);
        if (_times != null && _times[row] != time)
            return _times[row] < time ? -1 : 1;
        return _sequences[row].CompareTo(sequence);
    }

    /// <summary>The first row from <paramref name="from"/> on that does not come before a time and number; near ones are found soonest.</summary>
    public int Find(int from, long time, long sequence)
    {
        var (low, step) = (from, 1);
        var high = from;
        while (high < RowCount && Compare(high, time, sequence) < 0)
        {
            low = high + 1;
            high += step;
            step *= 2;
        }

        high = Math.Min(high, RowCount);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Compare(middle, time, sequence) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private int CompareEncoded(int row, long time, long sequence)
    {
        var compared = _hasTimes ? _segment.Int64At(_time, _startRow + row).CompareTo(time) : 0;
        return compared != 0 ? compared : _segment.SequenceAt(_startRow + row).CompareTo(sequence);
    }
}
