using System.Diagnostics;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>The order of a slice's stored rows: by time, then arrival number; by arrival number alone where the table has no timestamp.</summary>
internal readonly unsafe ref struct RowOrder
{
    private readonly long* _times;
    private readonly long* _sequences;

    public RowOrder(in SegmentSlice slice, TableSchema schema)
    {
        RowCount = slice.PublishedRows;
        _sequences = slice.Segment.SequenceAddress(slice.StartRow);
        _times = schema.TimestampIndex < 0 ? null : (long*)slice.Segment.Address(schema.TimestampIndex, slice.StartRow);
    }

    /// <summary>Rows of the slice.</summary>
    public int RowCount { get; }

    /// <summary>Negative when the row comes before a time and number, 0 when it has both.</summary>
    public int Compare(int row, long time, long sequence)
    {
        Debug.Assert((uint)row < (uint)RowCount);
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
}
