using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>
/// CASE: each value is computed only for the rows whose first true condition is its own, so that a failing value of another row does not
/// matter. Conditions are computed for the whole chunk unless they can fail; then for the rows still open.
/// </summary>
/// <param name="conditions">BOOL, in order.</param>
/// <param name="values">One more than conditions: the last is for rows without a true one. All of <paramref name="type"/>.</param>
/// <param name="type">Type of the result.</param>
/// <param name="operand">What conditions and values may read beside the columns; computed once for the whole chunk.</param>
internal sealed unsafe class CaseExpression<T>(BoundExpression[] conditions, BoundExpression[] values, ColumnType type, ComputedOperand? operand)
    : BoundExpression(type, TypeNames.KindOf<T>(), Array.Exists(values, v => v.Nullable))
    where T : unmanaged
{
    private readonly BoundExpression[] _operands = operand is null ? [.. conditions, .. values] : [operand.Source, .. conditions, .. values];
    private readonly bool[] _conditionCanFail = Array.ConvertAll(conditions, RowSubset.CanFail);
    private readonly RowSubset[] _subsets = Array.ConvertAll(values, _ => new RowSubset());
    private readonly RowSubset[] _conditionSubsets = Array.ConvertAll(conditions, _ => new RowSubset());

    public override bool IsConstant
    {
        get
        {
            foreach (var part in _operands)
                if (!part.IsConstant)
                    return false;
            return true;
        }
    }

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var rowCount = context.RowCount;
        var target = context.Arena.Allocate<T>(rowCount);
        var result = new Span<T>(target, rowCount);
        var open = context.Arena.AllocateSpan<int>(rowCount);
        var taken = context.Arena.AllocateSpan<int>(rowCount);
        var mask = context.Arena.AllocateSpan<byte>(rowCount);
        for (var i = 0; i < open.Length; i++)
            open[i] = i;
        if (rowCount > 0)
            operand?.Compute(context);
        for (var arm = 0; arm < conditions.Length && open.Length > 0; arm++)
        {
            Vector condition;
            if (_conditionCanFail[arm] && open.Length < rowCount)
            {
                _conditionSubsets[arm].Evaluate(context, conditions[arm], open, mask, operand);
                fixed (byte* answers = mask)
                    condition = Vector.Of(VectorKind.Bool, answers, rowCount, mayHaveNulls: true);
            }
            else
            {
                condition = conditions[arm].Evaluate(context);
            }

            if (condition.IsConstant)
            {
                if (condition.Bool[0] != 1)
                    continue;
                if (open.Length == rowCount)
                    return values[arm].Evaluate(context);
                _subsets[arm].Evaluate(context, values[arm], open, result, operand);
                open = default;
                break;
            }

            var (takenCount, openCount) = Split(condition.Bool, open, taken);
            if (takenCount > 0)
                Take(context, arm, taken[..takenCount], result);
            open = open[..openCount];
        }

        if (open.Length == rowCount)
            return values[^1].Evaluate(context);
        if (open.Length > 0)
            Take(context, values.Length - 1, open, result);
        return Vector.Of(Kind, target, rowCount, Nullable || AnyNull(result));
    }

    private void Take(EvaluationContext context, int value, ReadOnlySpan<int> rows, Span<T> result)
    {
        if (rows.Length < result.Length)
        {
            _subsets[value].Evaluate(context, values[value], rows, result, operand);
            return;
        }

        var all = values[value].Evaluate(context);
        var source = new ReadOnlySpan<T>(all.Data, all.StoredCount);
        if (all.IsConstant)
            result.Fill(source[0]);
        else
            source.CopyTo(result);
    }

    private static (int Taken, int Open) Split(ReadOnlySpan<byte> mask, Span<int> open, Span<int> taken)
    {
        var takenCount = 0;
        var openCount = 0;
        foreach (var row in open)
        {
            var isTrue = mask[row] == 1;
            taken[takenCount] = row;
            open[openCount] = row;
            takenCount += isTrue ? 1 : 0;
            openCount += isTrue ? 0 : 1;
        }

        return (takenCount, openCount);
    }

    private static bool AnyNull(ReadOnlySpan<T> values)
    {
        foreach (var value in values)
            if (NullValue.Is(value))
                return true;
        return false;
    }
}
