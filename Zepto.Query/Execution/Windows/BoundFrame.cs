using Zepto.Query.Expressions;
using Zepto.Query.Syntax;

namespace Zepto.Query.Execution.Windows;

/// <summary>One end of a frame; <paramref name="Offset"/> is a constant, for PRECEDING and FOLLOWING with a number.</summary>
internal readonly record struct BoundFrameEdge(FrameBoundKind Kind, BoundExpression? Offset)
{
    /// <summary>Whether the edge is a number of rows, or a distance in the ORDER BY key.</summary>
    public bool HasOffset => Kind is FrameBoundKind.Preceding or FrameBoundKind.Following;
}

/// <summary>A frame with its offsets bound: rows, or with <paramref name="Range"/> values of the ORDER BY key.</summary>
internal sealed record BoundFrame(bool Range, BoundFrameEdge Start, BoundFrameEdge End)
{
    /// <summary>The frame without a frame clause: up to the current row's peers, or the whole partition when nothing orders it.</summary>
    public static BoundFrame Default(bool hasOrder) =>
        new(true, new BoundFrameEdge(FrameBoundKind.UnboundedPreceding, null),
            new BoundFrameEdge(hasOrder ? FrameBoundKind.CurrentRow : FrameBoundKind.UnboundedFollowing, null));

    /// <summary>Whether a distance in the ORDER BY key is measured.</summary>
    public bool HasRangeOffset => Range && (Start.HasOffset || End.HasOffset);
}
