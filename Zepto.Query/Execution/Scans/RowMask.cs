using Zepto.Native.Memory;
using Zepto.Query.Expressions;
using Zepto.Query.Kernels;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Query.Execution.Scans;

/// <summary>Which rows of a chunk meet all of some comparisons of columns with constants, whose constants are evaluated once a run.</summary>
internal sealed unsafe class RowMask(IReadOnlyList<ColumnBound> bounds, TableSchema schema)
{
    private readonly ValueTest[] _tests = new ValueTest[bounds.Count];
    private bool _isNever;

    /// <summary>Whether a scan can take care of a comparison exactly as its expression would: equal kinds on both sides.</summary>
    public static bool IsExact(ColumnType column, BoundExpression constant) => column switch
    {
        ColumnType.Int64 => TypeNames.IsInteger(constant.Type),
        ColumnType.Timestamp => constant.Type == ColumnType.Timestamp || TypeNames.IsInteger(constant.Type),
        ColumnType.Float64 => TypeNames.IsNumber(constant.Type),
        _ => false,
    };

    /// <summary>Evaluates the constants for this run.</summary>
    public void Open(EvaluationContext context)
    {
        _isNever = false;
        for (var i = 0; i < _tests.Length; i++)
        {
            var bound = bounds[i];
            var id = schema.IdOf(bound.Column);
            if (schema.Columns[bound.Column].Type != ColumnType.Float64 && ConstantValue.TryInt64(bound.Value, context, out var integer))
                _tests[i] = new ValueTest(id, bound.Operator, integer);
            else if (schema.Columns[bound.Column].Type == ColumnType.Float64 && ConstantValue.TryFloat64(bound.Value, context, out var number))
                _tests[i] = new ValueTest(id, bound.Operator, number);
            else
                _isNever = true;
        }
    }

    /// <summary>Fills the mask of consecutive rows of one block, 1 for a wanted one; false when none is.</summary>
    public bool TryFill(Segment segment, int start, int rows, NativeArena scratch, byte* mask)
    {
        if (_isNever || !_tests[0].TryFill(segment, start, rows, scratch, mask))
            return false;
        for (var i = 1; i < _tests.Length; i++)
        {
            if (!TryNarrow(_tests[i], segment, start, rows, scratch, mask))
                return false;
        }

        return true;
    }

    /// <summary>Fills the mask of single rows, 1 for a wanted one; false when none is.</summary>
    public bool TryFill(Segment segment, ReadOnlySpan<int> rows, NativeArena scratch, byte* mask)
    {
        if (_isNever || !_tests[0].TryFill(segment, rows, scratch, mask))
            return false;
        var mark = scratch.MarkPosition();
        var part = scratch.Allocate<byte>(rows.Length);
        var any = true;
        for (var i = 1; i < _tests.Length && any; i++)
        {
            any = _tests[i].TryFill(segment, rows, scratch, part);
            And(mask, part, rows.Length);
        }

        scratch.Release(mark);
        return any;
    }

    /// <summary>Leaves in a mask the rows that pass a test too; false when none does.</summary>
    public static bool TryNarrow(in ValueTest test, Segment segment, int start, int rows, NativeArena scratch, byte* mask)
    {
        var mark = scratch.MarkPosition();
        var part = scratch.Allocate<byte>(rows);
        var any = test.TryFill(segment, start, rows, scratch, part);
        if (any)
            And(mask, part, rows);
        scratch.Release(mark);
        return any;
    }

    private static void And(byte* mask, byte* part, int rows) =>
        MaskKernels.And(new ReadOnlySpan<byte>(mask, rows), new ReadOnlySpan<byte>(part, rows), new Span<byte>(mask, rows));
}
