using Zepto.Query.Execution.Scans;
using Zepto.Query.Expressions;
using Zepto.Query.Vectors;

namespace Zepto.Query.Execution.Windows;

/// <summary>lag and lead: the value of the row a number of rows before or behind; frames do not matter.</summary>
/// <param name="result">The argument's shape, nullable.</param>
/// <param name="argument">Argument.</param>
/// <param name="direction">-1 for lag, 1 for lead.</param>
/// <param name="offset">Constant number of rows, null for 1; a NULL value makes all results NULL.</param>
/// <param name="default">Constant of the argument's form for rows outside the partition, or null.</param>
/// <param name="missing">NULL.</param>
internal sealed unsafe class ShiftFunction<T>(
    ColumnShape result, int argument, int direction, BoundExpression? offset, BoundExpression? @default, T missing)
    : WindowFunction(result with { Nullable = true })
    where T : unmanaged
{
    private long _distance;
    private bool _hasDistance;
    private T _default;

    public override int DictionaryArgument => Result.Kind == VectorKind.Code ? argument : -1;

    public override long Lookback => _distance <= 0 ? -_distance : WholePartition;

    public override void Open(EvaluationContext constants)
    {
        var rows = 1L;
        _hasDistance = offset == null || ConstantValue.TryInt64(offset, constants, out rows);
        _distance = _hasDistance ? Math.Clamp(rows, -OffsetFrames.Unbounded, OffsetFrames.Unbounded) * direction : 0;
        _default = @default == null ? missing : *(T*)ConstantValue.Of(@default, constants).Data;
    }

    public override void Compute(WindowPartition partition, void* target)
    {
        var rowCount = partition.RowCount;
        var values = new ReadOnlySpan<T>(partition.Argument(argument).Data, rowCount);
        var results = new Span<T>(target, rowCount);
        if (!_hasDistance)
        {
            results.Fill(missing);
            return;
        }

        var shift = (int)Math.Min(Math.Abs(_distance), rowCount);
        if (_distance < 0)
        {
            values[..^shift].CopyTo(results[shift..]);
            results[..shift].Fill(_default);
        }
        else
        {
            values[shift..].CopyTo(results);
            results[^shift..].Fill(_default);
        }
    }
}
