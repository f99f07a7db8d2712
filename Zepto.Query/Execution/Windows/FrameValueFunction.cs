using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>first_value and last_value: the value, NULL or not, of the frame's first or last row.</summary>
/// <typeparam name="T">Memory form of the argument; doubles go as their bits.</typeparam>
internal sealed unsafe class FrameValueFunction<T>(ColumnShape result, Frame frame, int argument, bool last, T missing)
    : FramedFunction(result with { Nullable = true }, frame)
    where T : unmanaged
{
    public override int DictionaryArgument => Result.Kind == VectorKind.Code ? argument : -1;

    protected override void Compute<TFrames>(TFrames frames, WindowPartition partition, void* target)
    {
        var values = (T*)partition.Argument(argument).Data;
        for (var row = 0; row < partition.RowCount; row++)
        {
            var frameStart = frames.Start(row);
            var frameEnd = frames.End(row);
            ((T*)target)[row] = frameStart == frameEnd ? missing : values[last ? frameEnd - 1 : frameStart];
        }
    }
}

/// <summary>lag and lead: the value of the row a number of rows before or behind; frames do not matter.</summary>
/// <param name="result">The argument's shape, nullable.</param>
/// <param name="argument">Argument.</param>
/// <param name="direction">-1 for lag, 1 for lead.</param>
/// <param name="offset">Constant number of rows, null for 1; a NULL value makes all results NULL.</param>
/// <param name="default">Constant of the argument's form for rows outside the partition, or null.</param>
/// <param name="missing">NULL.</param>
internal sealed unsafe class ShiftFunction<T>(
    ColumnShape result, int argument, int direction, Expressions.BoundExpression? offset, Expressions.BoundExpression? @default, T missing)
    : WindowFunction(result with { Nullable = true })
    where T : unmanaged
{
    private long _distance;
    private bool _hasDistance;
    private T _default;

    public override int DictionaryArgument => Result.Kind == VectorKind.Code ? argument : -1;

    public override long Lookback => _distance <= 0 ? -_distance : WholePartition;

    public override void Open(Expressions.EvaluationContext constants)
    {
        var rows = 1L;
        _hasDistance = offset == null || Scans.ConstantValue.TryInt64(offset, constants, out rows);
        _distance = _hasDistance ? Math.Clamp(rows, -OffsetFrames.Unbounded, OffsetFrames.Unbounded) * direction : 0;
        _default = @default == null ? missing : *(T*)Scans.ConstantValue.Of(@default, constants).Data;
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
