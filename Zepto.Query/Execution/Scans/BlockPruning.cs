using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Query.Execution.Scans;

/// <summary>Decides from a block's minimum and maximum whether `column op constant` can hold for any of its rows (zone map).</summary>
internal struct BlockPruning
{
    private ColumnId _column;
    private BinaryOperator _operator;
    private bool _isFloat;
    private bool _never;
    private long _integer;
    private double _float;

    /// <summary>Evaluates the bound's constant for this run.</summary>
    public void Open(in ColumnBound bound, TableSchema schema, EvaluationContext context)
    {
        _column = schema.IdOf(bound.Column);
        var columnType = schema.Columns[bound.Column].Type;
        _operator = bound.Operator;
        var columnIsFloat = columnType is ColumnType.Float64 or ColumnType.Float32;
        _isFloat = columnIsFloat || bound.Value.Kind == VectorKind.Float64;
        _never = _isFloat
            ? !ConstantValue.TryFloat64(bound.Value, context, out _float)
            : !ConstantValue.TryInt64(bound.Value, context, out _integer);
        ColumnIsFloat = columnIsFloat;
    }

    private bool ColumnIsFloat { get; set; }

    /// <summary>False when no row of the block can satisfy the bound.</summary>
    public readonly bool MayMatch(Segment segment, int block)
    {
        if (_never || !segment.HasColumn(_column))
            return false;
        var statistics = segment.Block(_column, block);
        if (ColumnIsFloat)
        {
            // NaN is left out of the statistics and is greater than every number.
            return (_operator is BinaryOperator.Greater or BinaryOperator.GreaterOrEqual && statistics.NanCount > 0)
                || double.IsNaN(_float) || Holds(statistics.MinFloat64, statistics.MaxFloat64, _float);
        }

        return _isFloat
            ? Holds((double)statistics.MinInt64, (double)statistics.MaxInt64, _float)
            : Holds(statistics.MinInt64, statistics.MaxInt64, _integer);
    }

    private readonly bool Holds<T>(T min, T max, T value) where T : struct, IComparable<T> => _operator switch
    {
        BinaryOperator.Equal => min.CompareTo(value) <= 0 && max.CompareTo(value) >= 0,
        BinaryOperator.Less => min.CompareTo(value) < 0,
        BinaryOperator.LessOrEqual => min.CompareTo(value) <= 0,
        BinaryOperator.Greater => max.CompareTo(value) > 0,
        BinaryOperator.GreaterOrEqual => max.CompareTo(value) >= 0,
        _ => true,
    };
}
