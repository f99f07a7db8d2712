using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Execution.Windows;

/// <summary>One end of a frame as the model sees it.</summary>
internal readonly record struct ModelEdge(FrameBoundKind Kind, double Offset = 0);

/// <summary>A frame clause; none is the default frame.</summary>
internal sealed record ModelFrame(bool Range, ModelEdge Start, ModelEdge End);

/// <summary>
/// The plain meaning of window functions, row by row over lists of objects, in quadratic time. Values are long, double, bool, string or null.
/// </summary>
/// <param name="keys">ORDER BY keys of each row of one partition, rows in window order.</param>
/// <param name="descending">Direction of the first key.</param>
internal sealed class WindowModel(List<object?[]> keys, bool descending)
{
    public int Count => keys.Count;

    /// <summary>NULLs are equal, NaN is the greatest number, text compares by bytes.</summary>
    public static int Compare(object? left, object? right, bool descending, bool nullsFirst)
    {
        if (left == null || right == null)
            return left == right ? 0 : (left == null) == nullsFirst ? -1 : 1;
        var order = Compare(left, right);
        return descending ? -order : order;
    }

    public static int Compare(object left, object right) => (left, right) switch
    {
        (double l, double r) => double.IsNaN(l) || double.IsNaN(r) ? double.IsNaN(l).CompareTo(double.IsNaN(r)) : l.CompareTo(r),
        (string l, string r) => string.CompareOrdinal(l, r),
        (bool l, bool r) => l.CompareTo(r),
        _ => ((long)left).CompareTo((long)right),
    };

    public bool ArePeers(int left, int right)
    {
        for (var key = 0; key < keys[left].Length; key++)
        {
            if (Compare(keys[left][key], keys[right][key], false, false) != 0)
                return false;
        }

        return true;
    }

    /// <summary>Rows of a row's frame, ascending.</summary>
    public List<int> FrameOf(int row, ModelFrame? frame)
    {
        var hasOrder = keys[row].Length > 0;
        frame ??= new ModelFrame(true, new ModelEdge(FrameBoundKind.UnboundedPreceding), new ModelEdge(hasOrder ? FrameBoundKind.CurrentRow : FrameBoundKind.UnboundedFollowing));
        var rows = new List<int>();
        for (var other = 0; other < Count; other++)
        {
            if (IsAtOrBehind(other, row, frame.Range, frame.Start) && IsAtOrBefore(other, row, frame.Range, frame.End))
                rows.Add(other);
        }

        return rows;
    }

    private bool IsAtOrBehind(int other, int row, bool range, ModelEdge edge)
    {
        var (from, offset) = Target(row, edge);
        if (edge.Kind is FrameBoundKind.UnboundedPreceding or FrameBoundKind.UnboundedFollowing)
            return edge.Kind == FrameBoundKind.UnboundedPreceding;
        if (!range)
            return other >= from;
        if (edge.Kind == FrameBoundKind.CurrentRow || keys[row][0] == null)
            return other >= row || ArePeers(other, row);
        return keys[other][0] == null ? other > row : CompareMoved(other, row, offset) >= 0;
    }

    private bool IsAtOrBefore(int other, int row, bool range, ModelEdge edge)
    {
        var (to, offset) = Target(row, edge);
        if (edge.Kind is FrameBoundKind.UnboundedPreceding or FrameBoundKind.UnboundedFollowing)
            return edge.Kind == FrameBoundKind.UnboundedFollowing;
        if (!range)
            return other <= to;
        if (edge.Kind == FrameBoundKind.CurrentRow || keys[row][0] == null)
            return other <= row || ArePeers(other, row);
        return keys[other][0] == null ? other < row : CompareMoved(other, row, offset) <= 0;
    }

    private static (double Row, double Offset) Target(int row, ModelEdge edge)
    {
        var offset = edge.Kind switch { FrameBoundKind.Preceding => -edge.Offset, FrameBoundKind.Following => edge.Offset, _ => 0 };
        return (row + offset, offset);
    }

    // The other row's key against the row's own key moved in window direction.
    private int CompareMoved(int other, int row, double offset)
    {
        offset = descending ? -offset : offset;
        var order = keys[row][0] is long whole
            ? ((decimal)(long)keys[other][0]!).CompareTo(whole + (decimal)offset)
            : Compare(keys[other][0]!, (double)keys[row][0]! + offset);
        return descending ? -order : order;
    }
}
