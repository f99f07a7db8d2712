using Zepto.Native.Memory;
using Zepto.Query.Kernels;
using Zepto.Query.Syntax;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Query.Execution.Scans;

/// <summary>`column op constant` with the constant known, tested on stored values: on the codes of an encoded block where that is possible, which spares decoding them.</summary>
internal readonly unsafe struct ValueTest
{
    private readonly ColumnId _column;
    private readonly Comparison _comparison;
    private readonly KeyRange _keys;
    private readonly bool _isFloat;
    private readonly long _integer;
    private readonly double _float;

    /// <summary>A test of an INT64 or TIMESTAMP_NS column.</summary>
    public ValueTest(ColumnId column, BinaryOperator operation, long constant)
    {
        (_column, _comparison, _integer) = (column, ComparisonOf(operation), constant);
        _keys = BoundKeys.Of(operation, constant);
    }

    /// <summary>A test of a FLOAT64 column.</summary>
    public ValueTest(ColumnId column, BinaryOperator operation, double constant)
    {
        (_column, _comparison, _isFloat, _float) = (column, ComparisonOf(operation), true, constant);
        _keys = BoundKeys.Of(operation, OrderKeys.Of(constant));
    }

    /// <summary>Writes 1 for a row that passes and 0 or 2 for one that does not. False when the segment lacks the column, so that no row passes.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="start">First row.</param>
    /// <param name="rows">Rows, all of one block.</param>
    /// <param name="scratch">Memory for values; given back.</param>
    /// <param name="mask">Room for the rows.</param>
    public bool TryFill(Segment segment, int start, int rows, NativeArena scratch, byte* mask)
    {
        if (!segment.HasColumn(_column))
            return false;
        if (segment.TryMatch(_column, start, rows, _keys, mask))
            return true;
        var mark = scratch.MarkPosition();
        var values = segment.Read(_column, start, rows, segment.IsEncoded ? scratch.Allocate<long>(rows) : null);
        Compare(values, rows, segment.Block(_column, start / Segment.BlockRows).NullCount > 0, mask);
        scratch.Release(mark);
        return true;
    }

    /// <summary>As <see cref="TryFill(Segment, int, int, NativeArena, byte*)"/>, for single rows of a segment, which ascend.</summary>
    public bool TryFill(Segment segment, ReadOnlySpan<int> rows, NativeArena scratch, byte* mask)
    {
        if (!segment.HasColumn(_column))
            return false;
        var mark = scratch.MarkPosition();
        var values = scratch.Allocate<long>(rows.Length);
        segment.ReadRows(_column, rows, values, segment.IsEncoded ? scratch.Allocate<long>(Segment.BlockRows) : null);
        Compare(values, rows.Length, nulls: true, mask);
        scratch.Release(mark);
        return true;
    }

    private void Compare(void* values, int rows, bool nulls, byte* mask)
    {
        if (_isFloat)
            CompareKernels.Compare(new ReadOnlySpan<double>(values, rows), _float, _comparison, nulls, new Span<byte>(mask, rows));
        else
            CompareKernels.Compare(new ReadOnlySpan<long>(values, rows), _integer, _comparison, nulls, new Span<byte>(mask, rows));
    }

    private static Comparison ComparisonOf(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Equal => Comparison.Equal,
        BinaryOperator.Less => Comparison.Less,
        BinaryOperator.LessOrEqual => Comparison.LessOrEqual,
        BinaryOperator.Greater => Comparison.Greater,
        BinaryOperator.GreaterOrEqual => Comparison.GreaterOrEqual,
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "no bound"),
    };
}
