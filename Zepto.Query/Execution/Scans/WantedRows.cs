using Zepto.Native.Memory;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Query.Execution.Scans;

/// <summary>
/// Cuts rows of an encoded block down to those between the first and the last one that a bounded sort still wants, by its key alone: most often that is a
/// single row, so that the other columns need not be decoded.
/// </summary>
internal static unsafe class WantedRows
{
    /// <summary>False when no row is wanted. Rows of types that are not looked at are all wanted.</summary>
    /// <param name="segment">An encoded segment.</param>
    /// <param name="column">The key; the segment has it.</param>
    /// <param name="type">Its type.</param>
    /// <param name="bound">What is wanted.</param>
    /// <param name="scratch">Memory that ends with the chunk.</param>
    /// <param name="start">First row, within one block.</param>
    /// <param name="rows">Rows.</param>
    public static bool TryCut(Segment segment, ColumnId column, ColumnType type, in SortBound bound, NativeArena scratch, ref int start, ref int rows)
    {
        if (!(type is ColumnType.Int64 or ColumnType.Timestamp && bound.Kind == VectorKind.Int64) && !(type == ColumnType.Float64 && bound.Kind == VectorKind.Float64))
            return true;
        var comparison = bound.Descending
            ? bound.OrEqual ? Comparison.Greater : Comparison.GreaterOrEqual
            : bound.OrEqual ? Comparison.Less : Comparison.LessOrEqual;
        var values = segment.Read(column, start, rows, scratch.Allocate<long>(rows));
        var mask = scratch.AllocateSpan<byte>(rows);
        if (type == ColumnType.Float64)
            CompareKernels.Compare(new ReadOnlySpan<double>(values, rows), bound.Float, comparison, nulls: true, mask);
        else
            CompareKernels.Compare(new ReadOnlySpan<long>(values, rows), bound.Integer, comparison, nulls: true, mask);
        var first = mask.IndexOf((byte)1);
        if (first < 0)
            return false;
        rows = mask.LastIndexOf((byte)1) - first + 1;
        start += first;
        return true;
    }
}
