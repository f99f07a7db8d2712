using Zepto.Storage.Tables;

namespace Zepto.Query.Execution.Scans;

/// <summary>
/// Gives out a snapshot's slices, series by series and in time order within a series. A slice has at most 65,536 rows: it is the morsel of scans
/// that several threads share, to whom <see cref="TryTake"/> hands each slice once.
/// </summary>
internal sealed class SliceCursor(ScanSnapshot snapshot)
{
    private readonly Lock _gate = new();
    private int _nextSeries;
    private Series? _series;
    // Kept while the series lasts: rows of an earlier day, stored meanwhile, move the partitions of the series on.
    private ReadOnlyMemory<Partition> _partitions;
    private int _nextPartition;
    // Kept for the same reason: compaction may put fewer slices with the same rows in the place of those that are counted.
    private PartitionState? _state;
    private int _nextSlice;

    /// <summary>Goes to the beginning of an opened snapshot.</summary>
    public void Reset()
    {
        _nextSeries = 0;
        _series = null;
        _partitions = default;
        _nextPartition = 0;
        _state = null;
    }

    /// <summary>The next slice; false at the end. Thread-safe.</summary>
    public bool TryTake(out SliceRows rows)
    {
        lock (_gate)
            return TryMove(out rows);
    }

    private bool TryMove(out SliceRows rows)
    {
        while (true)
        {
            if (_state is not null)
            {
                var slices = _state.Slices;
                while (_nextSlice < slices.Length)
                {
                    if (snapshot.TryRead(_series!, slices[_nextSlice++], out rows))
                        return true;
                }
            }

            if (_nextPartition < _partitions.Length)
            {
                _state = snapshot.StateOf(_partitions.Span[_nextPartition++]);
                _nextSlice = 0;
                continue;
            }

            if (_nextSeries >= snapshot.SeriesCount)
            {
                rows = default;
                return false;
            }

            _series = snapshot.SeriesAt(_nextSeries++);
            _partitions = _series is null ? default : snapshot.PartitionsOf(_series);
            _state = null;
            _nextPartition = 0;
        }
    }
}
