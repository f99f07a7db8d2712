using System.Runtime.CompilerServices;
using Zepto.Query.Execution.Scans;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>
/// ema(x, n): exponential moving average, from the first value on. A period n of 1 or more weighs a new value with 2 / (n + 1), a number
/// between 0 and 1 is the weight itself. A NULL gives NULL and changes nothing.
/// </summary>
/// <param name="argument">Float64 argument.</param>
/// <param name="weight">Constant n.</param>
internal sealed unsafe class EmaFunction(int argument, BoundExpression weight) : WindowFunction(WindowShapes.Float)
{
    private double _alpha;

    public override void Open(EvaluationContext constants)
    {
        if (!ConstantValue.TryFloat64(weight, constants, out var n))
            throw SqlException.Value("ema needs a period or a weight, not NULL");
        if (n is > 0 and < 1)
            _alpha = n;
        else if (n >= 1 && double.IsInteger(n))
            _alpha = 2 / (n + 1);
        else
            throw SqlException.Value($"ema needs a whole period of at least 1 or a weight between 0 and 1, got {n}");
    }

    public override void Compute(WindowPartition partition, void* target)
    {
        var rowCount = partition.RowCount;
        var values = (double*)partition.Argument(argument).Data;
        var results = (double*)target;
        var row = 0;
        for (; row < rowCount && Nulls.IsNull(values[row]); row++)
            results[row] = Nulls.Float64;
        if (row == rowCount)
            return;
        var average = results[row] = values[row];
        for (row++; row < rowCount; row++)
        {
            if (Nulls.IsNull(values[row]))
            {
                results[row] = Nulls.Float64;
                continue;
            }

            average = (_alpha * values[row]) + ((1 - _alpha) * average);
            results[row] = average;
        }
    }
}

/// <summary>delta of integers: the value less the one before; the partition's first value as it is. NULL on either side gives NULL.</summary>
internal sealed unsafe class IntegerDeltaFunction(int argument) : WindowFunction(WindowShapes.Integer)
{
    public override long Lookback => 1;

    public override void Compute(WindowPartition partition, void* target)
    {
        var values = (long*)partition.Argument(argument).Data;
        var results = (long*)target;
        results[0] = values[0];
        for (var row = 1; row < partition.RowCount; row++)
        {
            var (value, before) = (values[row], values[row - 1]);
            var difference = unchecked(value - before);
            if (value == Nulls.Int64 || before == Nulls.Int64)
                difference = Nulls.Int64;
            else if (((value ^ before) & (value ^ difference)) < 0 || difference == Nulls.Int64)
                throw SqlException.Value("Integer overflow in delta");
            results[row] = difference;
        }
    }
}

/// <summary>What delta and ratio do with a value and the one before.</summary>
internal interface IStepResult
{
    static abstract double Of(double value, double before);
}

internal readonly struct Difference : IStepResult
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Of(double value, double before) => value - before;
}

internal readonly struct Quotient : IStepResult
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Of(double value, double before) => value / before;
}

/// <summary>delta and ratio of Float64 arguments; the partition's first value as it is. NULL on either side gives NULL.</summary>
internal sealed unsafe class FloatStepFunction<TStep>(int argument) : WindowFunction(WindowShapes.Float) where TStep : struct, IStepResult
{
    public override long Lookback => 1;

    public override void Compute(WindowPartition partition, void* target)
    {
        var values = (double*)partition.Argument(argument).Data;
        var results = (double*)target;
        results[0] = values[0];
        for (var row = 1; row < partition.RowCount; row++)
        {
            var (value, before) = (values[row], values[row - 1]);
            results[row] = Nulls.IsNull(value) || Nulls.IsNull(before) ? Nulls.Float64 : TStep.Of(value, before);
        }
    }
}
