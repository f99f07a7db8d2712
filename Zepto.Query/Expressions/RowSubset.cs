using System.Diagnostics;
using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Expressions;

/// <summary>
/// Computes an expression for some rows of the chunk only, as CASE and AND must where the other rows would fail: the input columns it reads are
/// gathered, the answers scattered back.
/// </summary>
internal sealed unsafe class RowSubset
{
    private Vector[] _saved = [];
    private bool[]? _reads;
    private bool _readsOperand;
    private BoundExpression? _readsOf;

    /// <summary>Whether the expression throws for some rows.</summary>
    public static bool CanFail(BoundExpression expression)
    {
        if (expression is IMayFail { CanFail: true })
            return true;
        foreach (var operand in expression.Operands)
            if (CanFail(operand))
                return true;
        return false;
    }

    /// <summary>Puts the expression's values for <paramref name="rows"/> (ascending) at those rows of <paramref name="target"/>, which has the expression's form.</summary>
    /// <param name="operand">Computed for the whole chunk by the caller, and possibly read by the expression.</param>
    public void Evaluate<T>(EvaluationContext context, BoundExpression expression, ReadOnlySpan<int> rows, Span<T> target, ComputedOperand? operand = null)
        where T : unmanaged
    {
        var inputs = context.Inputs;
        var rowCount = context.RowCount;
        if (_saved.Length != inputs.Length || !ReferenceEquals(_readsOf, expression))
        {
            // First chunk, or another expression of the same owner.
            if (_saved.Length != inputs.Length)
                _saved = new Vector[inputs.Length];
            if (_reads?.Length != inputs.Length)
                _reads = new bool[inputs.Length];
            Array.Clear(_reads);
            _readsOperand = false;
            MarkReads(expression, _reads, operand);
            _readsOf = expression;
        }

        inputs.CopyTo(_saved, 0);
        var whole = _readsOperand ? operand!.Value : default;
        try
        {
            context.RowCount = rows.Length;
            for (var i = 0; i < inputs.Length; i++)
                if (_reads![i])
                    inputs[i] = Gather(context, _saved[i], rows);
            if (_readsOperand)
                operand!.Value = Gather(context, whole, rows);
            var result = expression.Evaluate(context);
            var values = new ReadOnlySpan<T>(result.Data, result.StoredCount);
            for (var i = 0; i < rows.Length; i++)
                target[rows[i]] = values[result.IsConstant ? 0 : i];
        }
        finally
        {
            _saved.CopyTo(inputs, 0);
            context.RowCount = rowCount;
            if (_readsOperand)
                operand!.Value = whole;
        }
    }

    private void MarkReads(BoundExpression expression, bool[] reads, ComputedOperand? operand)
    {
        if (expression is ColumnReference column)
            reads[column.Input] = true;
        _readsOperand |= operand is not null && ReferenceEquals(expression, operand);
        foreach (var part in expression.Operands)
            MarkReads(part, reads, operand);
    }

    private static Vector Gather(EvaluationContext context, in Vector source, ReadOnlySpan<int> rows)
    {
        if (source.IsConstant)
            return Vector.OfConstant(source.Kind, source.Data, rows.Length, source.MayHaveNulls, source.Dictionary);
        var target = context.Arena.Allocate((long)rows.Length * Vector.WidthBytes(source.Kind));
        switch (source.Kind)
        {
            case VectorKind.Int64 or VectorKind.Float64:
                SelectionKernels.Gather(new ReadOnlySpan<long>(source.Data, source.RowCount), rows, new Span<long>(target, rows.Length));
                break;
            case VectorKind.Code:
                SelectionKernels.Gather(new ReadOnlySpan<int>(source.Data, source.RowCount), rows, new Span<int>(target, rows.Length));
                break;
            case VectorKind.Text:
                SelectionKernels.Gather(new ReadOnlySpan<TextRef>(source.Data, source.RowCount), rows, new Span<TextRef>(target, rows.Length));
                break;
            default:
                SelectionKernels.Gather(new ReadOnlySpan<byte>(source.Data, source.RowCount), rows, new Span<byte>(target, rows.Length));
                break;
        }

        return Vector.Of(source.Kind, target, rows.Length, source.MayHaveNulls, source.Dictionary);
    }
}
