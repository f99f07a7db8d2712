using Zepto.Storage.Tables;

namespace Zepto.Query.Execution.Scans;

/// <summary>Gives out the first and the last row of each series of a snapshot, each as one row; a series of one row gives it once.</summary>
internal sealed class EdgeCursor(ScanSnapshot snapshot)
{
    private int _nextSeries;
    private Series? _series;
    private SliceRows _first;

    /// <summary>Goes to the beginning of an opened snapshot.</summary>
    public void Reset()
    {
        _nextSeries = 0;
        _series = null;
    }

    /// <summary>The next row; false at the end.</summary>
    public bool TryTake(out SliceRows row)
    {
        if (_series is not null)
        {
            var series = _series;
            _series = null;
            if (snapshot.TryReadLast(series, out var last))
            {
                row = last with { StartRow = last.EndRow - 1, RowCount = 1 };
                if (row != _first)
                    return true;
            }
        }

        while (_nextSeries < snapshot.SeriesCount)
        {
            if (snapshot.SeriesAt(_nextSeries++) is not { } series || !snapshot.TryReadFirst(series, out var first))
                continue;
            _series = series;
            row = _first = first with { RowCount = 1 };
            return true;
        }

        row = default;
        return false;
    }
}
