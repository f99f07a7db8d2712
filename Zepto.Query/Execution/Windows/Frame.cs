using System.Diagnostics;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Windows;

/// <summary>The frame of one function: reads its offsets when a run opens, then works out the frames of a partition's rows.</summary>
internal sealed unsafe class Frame(BoundFrame frame)
{
    private long _first;
    private long _last;
    private double _startDistance;
    private double _endDistance;
    private long _startSteps;
    private long _endSteps;

    /// <summary>Whether all frames are fixed numbers of rows: <see cref="Offsets"/> serves, else <see cref="List"/>.</summary>
    public bool IsOffsets =>
        !frame.Range || (frame.Start.Kind == FrameBoundKind.UnboundedPreceding && frame.End.Kind == FrameBoundKind.UnboundedFollowing);

    /// <summary>Whether List reads the peers.</summary>
    public bool NeedsPeers => !IsOffsets;

    /// <summary>Whether List reads the ORDER BY key.</summary>
    public bool NeedsKey => frame.HasRangeOffset;

    /// <summary>After Open: rows before the current one that a frame can reach, when it reaches no other; else WindowFunction.WholePartition.</summary>
    public long Lookback =>
        frame.Range || frame.Start.Kind == FrameBoundKind.UnboundedPreceding || _last > 0 ? WindowFunction.WholePartition : Math.Max(-_first, 0);

    /// <summary>Reads the offsets; NULL, negative and unusable ones are errors.</summary>
    public void Open(EvaluationContext constants)
    {
        if (frame.Range)
        {
            // An integer key is compared with a whole number: the distance is rounded so that the same keys are inside.
            _startDistance = Distance(frame.Start, constants, out _startSteps, roundDown: frame.Start.Kind == FrameBoundKind.Preceding);
            _endDistance = Distance(frame.End, constants, out _endSteps, roundDown: frame.End.Kind == FrameBoundKind.Following);
        }
        else
        {
            _first = Rows(frame.Start, constants);
            _last = Rows(frame.End, constants);
        }
    }

    /// <summary>Frames at fixed distances.</summary>
    public OffsetFrames Offsets(int rowCount)
    {
        Debug.Assert(IsOffsets);
        return frame.Range ? new OffsetFrames(-OffsetFrames.Unbounded, OffsetFrames.Unbounded, rowCount) : new OffsetFrames(_first, _last, rowCount);
    }

    /// <summary>Frames by value, in the partition's scratch memory.</summary>
    public ListedFrames List(WindowPartition partition)
    {
        Debug.Assert(!IsOffsets);
        var rowCount = partition.RowCount;
        var starts = partition.Scratch.Allocate<int>(rowCount);
        var ends = partition.Scratch.Allocate<int>(rowCount);
        var keys = frame.HasRangeOffset ? RangeKeys.Of(partition) : default;
        switch (frame.Start.Kind)
        {
            case FrameBoundKind.UnboundedPreceding:
                new Span<int>(starts, rowCount).Clear();
                break;
            case FrameBoundKind.CurrentRow:
                new Span<int>(partition.PeerStarts, rowCount).CopyTo(new Span<int>(starts, rowCount));
                break;
            default:
                keys.Seek(_startDistance, _startSteps, afterEqual: false, partition.PeerStarts, starts);
                break;
        }

        switch (frame.End.Kind)
        {
            case FrameBoundKind.UnboundedFollowing:
                new Span<int>(ends, rowCount).Fill(rowCount);
                break;
            case FrameBoundKind.CurrentRow:
                new Span<int>(partition.PeerEnds, rowCount).CopyTo(new Span<int>(ends, rowCount));
                break;
            default:
                keys.Seek(_endDistance, _endSteps, afterEqual: true, partition.PeerEnds, ends);
                break;
        }

        for (var row = 0; row < rowCount; row++)
            ends[row] = Math.Max(starts[row], ends[row]);
        return new ListedFrames(starts, ends, rowCount);
    }

    private static long Rows(in BoundFrameEdge edge, EvaluationContext constants)
    {
        switch (edge.Kind)
        {
            case FrameBoundKind.UnboundedPreceding:
                return -OffsetFrames.Unbounded;
            case FrameBoundKind.UnboundedFollowing:
                return OffsetFrames.Unbounded;
            case FrameBoundKind.CurrentRow:
                return 0;
        }

        if (!ConstantValue.TryInt64(edge.Offset!, constants, out var rows))
            throw SqlException.Value("A ROWS frame offset must not be NULL");
        if (rows < 0)
            throw SqlException.Value($"A ROWS frame offset must not be negative, got {rows}");
        rows = Math.Min(rows, OffsetFrames.Unbounded);
        return edge.Kind == FrameBoundKind.Preceding ? -rows : rows;
    }

    private static double Distance(in BoundFrameEdge edge, EvaluationContext constants, out long steps, bool roundDown)
    {
        steps = 0;
        if (!edge.HasOffset)
            return 0;
        var value = ConstantValue.Of(edge.Offset!, constants);
        double distance;
        if (value.Kind == VectorKind.Int64 && ConstantValue.TryInt64(edge.Offset!, constants, out steps))
            distance = steps;
        else if (value.Kind == VectorKind.Float64 && ConstantValue.TryFloat64(edge.Offset!, constants, out distance))
            steps = double.ConvertToInteger<long>(roundDown ? Math.Floor(distance) : Math.Ceiling(distance));
        else
            throw SqlException.Value("A RANGE frame offset must not be NULL");
        if (!(distance >= 0 && double.IsFinite(distance)))
            throw SqlException.Value($"A RANGE frame offset must not be negative, got {distance}");
        if (edge.Kind == FrameBoundKind.Following)
            return distance;
        steps = -steps;
        return -distance;
    }
}
