using System.Diagnostics;
using System.Runtime.CompilerServices;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Joins;

/// <summary>
/// The right side of an ASOF join: each group's times in order, equal times in order of arrival, with their row numbers; and a pointer per
/// group that moves along as long as the times asked for rise. Groups whose rows arrive in order are not sorted.
/// </summary>
internal sealed unsafe class AsofIndex
{
    private const int LinearSteps = 4;

    private long* _times;
    private int* _rows;
    private int* _starts;
    private int* _cursors;

    /// <summary>Indexes buffered rows; rows with group -1 or a NULL time are left out.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="groupColumn">Code column with the group of each row.</param>
    /// <param name="timeColumn">Int64 or Float64 column.</param>
    /// <param name="sequenceColumn">Int64 column that orders equal times, or -1 for row order.</param>
    /// <param name="asDouble">Integer times are compared with doubles.</param>
    /// <param name="groupCount">Groups in use.</param>
    /// <param name="run">Gives the memory.</param>
    public void Build(RowBuffer rows, int groupColumn, int timeColumn, int sequenceColumn, bool asDouble, int groupCount, QueryRun run)
    {
        var rowCount = rows.RowCount;
        _times = run.Arena.Allocate<long>(rowCount);
        _rows = run.Arena.Allocate<int>(rowCount);
        _starts = run.Arena.Allocate<int>(groupCount + 1);
        _cursors = run.Arena.Allocate<int>(groupCount);
        var mark = run.Scratch.MarkPosition();
        var unsorted = run.Scratch.Allocate<byte>(groupCount);
        var times = run.Scratch.Allocate<long>(Operator.MaxChunkRows);
        new Span<byte>(unsorted, groupCount).Clear();
        Count(rows, groupColumn, groupCount, run);
        Place(rows, groupColumn, timeColumn, sequenceColumn, asDouble, times, unsorted, run);
        for (var group = 0; group < groupCount; group++)
        {
            if (unsorted[group] != 0)
                SortGroup(_starts[group], _starts[group + 1] - _starts[group], rows, sequenceColumn, run);
            _cursors[group] = _starts[group];
        }

        run.Scratch.Release(mark);
    }

    /// <summary>Row of the nearest time; -1 where there is none. <paramref name="time"/> is not NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Nearest(int group, long time, AsofComparison comparison)
    {
        // "Before t" is "not after t - 1"; NULL is the least number, so t - 1 does not wrap.
        Debug.Assert(time > long.MinValue);
        var end = comparison is AsofComparison.Greater or AsofComparison.LessOrEqual ? Upper(group, time - 1) : Upper(group, time);
        if (comparison is AsofComparison.GreaterOrEqual or AsofComparison.Greater)
            return end > _starts[group] ? _rows[end - 1] : -1;
        return end < _starts[group + 1] ? _rows[LastEqual(end, _starts[group + 1])] : -1;
    }

    /// <summary>
    /// Rows of the nearest times of one group, -1 where there is none, also for NULL and for all when the group is -1. The position stays in a register while
    /// the times rise.
    /// </summary>
    public void Nearest(int group, long* times, int count, AsofComparison comparison, int* matches)
    {
        if (group < 0)
        {
            new Span<int>(matches, count).Fill(-1);
            return;
        }

        if (comparison is AsofComparison.LessOrEqual or AsofComparison.Less)
        {
            for (var i = 0; i < count; i++)
                matches[i] = times[i] == long.MinValue ? -1 : Nearest(group, times[i], comparison);
            return;
        }

        var before = comparison == AsofComparison.Greater ? 1 : 0;
        var start = _starts[group];
        var end = _starts[group + 1];
        var at = _cursors[group];
        for (var i = 0; i < count; i++)
        {
            if (times[i] == long.MinValue)
            {
                matches[i] = -1;
                continue;
            }

            var time = times[i] - before;
            if (at > start && _times[at - 1] > time)
            {
                at = UpperIn(start, at - 1, time);
            }
            else
            {
                var near = at + LinearSteps;
                while (at < end && _times[at] <= time)
                {
                    if (++at == near)
                    {
                        at = UpperAhead(at, end, time);
                        break;
                    }
                }
            }

            matches[i] = at > start ? _rows[at - 1] : -1;
        }

        _cursors[group] = at;
    }

    /// <summary>Times of a chunk as the index compares them.</summary>
    public static void EncodeTimes(in Vector source, int rowCount, bool asDouble, long* target)
    {
        KeyEncoding.Encode(source, rowCount, null!, target);
        if (!asDouble || source.Kind != VectorKind.Int64)
            return;
        for (var i = 0; i < rowCount; i++)
            target[i] = target[i] == Nulls.Int64 ? long.MinValue : KeyEncoding.OfDouble(target[i]);
    }

    private void Count(RowBuffer rows, int groupColumn, int groupCount, QueryRun run)
    {
        new Span<int>(_starts, groupCount + 1).Clear();
        for (var start = 0; start < rows.RowCount;)
        {
            var count = rows.SliceRows(start);
            var groups = (int*)rows.Slice(groupColumn, start, count).Data;
            for (var i = 0; i < count; i++)
            {
                if (groups[i] >= 0)
                    _starts[groups[i] + 1]++;
            }

            start += count;
            if ((start & 0xFFFF) == 0)
                run.ThrowIfStopped();
        }

        for (var group = 0; group < groupCount; group++)
        {
            _starts[group + 1] += _starts[group];
            _cursors[group] = _starts[group];
        }
    }

    private void Place(
        RowBuffer rows, int groupColumn, int timeColumn, int sequenceColumn, bool asDouble, long* times, byte* unsorted, QueryRun run)
    {
        for (var start = 0; start < rows.RowCount;)
        {
            var count = rows.SliceRows(start);
            var groups = (int*)rows.Slice(groupColumn, start, count).Data;
            EncodeTimes(rows.Slice(timeColumn, start, count), count, asDouble, times);
            for (var i = 0; i < count; i++)
            {
                var group = groups[i];
                if (group < 0)
                    continue;
                var at = _cursors[group]++;
                var time = times[i];
                _times[at] = time;
                _rows[at] = start + i;
                if (at > _starts[group] && time <= _times[at - 1] &&
                    (time < _times[at - 1] || (sequenceColumn >= 0 && rows.Int64(sequenceColumn, start + i) < rows.Int64(sequenceColumn, _rows[at - 1]))))
                    unsorted[group] = 1;
            }

            start += count;
            if ((start & 0xFFFF) == 0)
                run.ThrowIfStopped();
        }
    }

    private void SortGroup(int start, int count, RowBuffer rows, int sequenceColumn, QueryRun run)
    {
        var mark = run.Scratch.MarkPosition();
        var items = run.Scratch.Allocate<KeyedRow>(count);
        var spare = run.Scratch.Allocate<KeyedRow>(count);
        if (sequenceColumn >= 0)
        {
            for (var i = 0; i < count; i++)
                items[i] = new KeyedRow(unchecked((ulong)rows.Int64(sequenceColumn, _rows[start + i]) ^ (1UL << 63)), start + i);
            var bySequence = RadixSort.Sort(items, spare, count, 0, 64, run);
            spare = bySequence == items ? spare : items;
            items = bySequence;
        }
        else
        {
            for (var i = 0; i < count; i++)
                items[i] = new KeyedRow(0, start + i);
        }

        for (var i = 0; i < count; i++)
            items[i] = new KeyedRow(unchecked((ulong)_times[items[i].Row] ^ (1UL << 63)), _rows[items[i].Row]);
        items = RadixSort.Sort(items, spare, count, 0, 64, run);
        for (var i = 0; i < count; i++)
        {
            _times[start + i] = unchecked((long)(items[i].Key ^ (1UL << 63)));
            _rows[start + i] = items[i].Row;
        }

        run.Scratch.Release(mark);
    }

    // First position of the group whose time is above the given one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Upper(int group, long time)
    {
        var at = _cursors[group];
        var end = _starts[group + 1];
        if (at > _starts[group] && _times[at - 1] > time)
            return _cursors[group] = UpperIn(_starts[group], at - 1, time);
        for (var step = 0; step < LinearSteps; step++, at++)
        {
            if (at == end || _times[at] > time)
                return _cursors[group] = at;
        }

        return _cursors[group] = UpperAhead(at, end, time);
    }

    private int UpperAhead(int at, int end, long time)
    {
        var step = LinearSteps;
        while (step < end - at && _times[at + step] <= time)
        {
            at += step;
            if (step < 1 << 28)
                step *= 2;
        }

        return UpperIn(at, Math.Min(step, end - at) + at, time);
    }

    private int UpperIn(int start, int end, long time)
    {
        while (start < end)
        {
            var middle = (int)(((uint)start + (uint)end) >> 1);
            if (_times[middle] <= time)
                start = middle + 1;
            else
                end = middle;
        }

        return start;
    }

    private int LastEqual(int at, int end)
    {
        var time = _times[at];
        for (var step = 0; step < LinearSteps; step++, at++)
        {
            if (at + 1 == end || _times[at + 1] != time)
                return at;
        }

        return UpperAhead(at, end, time) - 1;
    }
}
