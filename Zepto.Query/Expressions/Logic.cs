using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>A comparison of operands of comparable types.</summary>
internal sealed class ComparisonExpression(BoundExpression left, BoundExpression right, Comparison comparison)
    : BoundExpression(ColumnType.Bool, VectorKind.Bool, left.Nullable || right.Nullable)
{
    private readonly BoundExpression[] _operands = [left, right];

    /// <summary>Which; `left op right`.</summary>
    public Comparison Comparison => comparison;

    public override bool IsConstant => _operands[0].IsConstant && _operands[1].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context) =>
        VectorComparison.Compare(context, _operands[0].Evaluate(context), _operands[1].Evaluate(context), comparison);
}

/// <summary>AND or OR. The right side is skipped when the left decides every row, and computed only for the undecided rows when it can fail.</summary>
internal sealed unsafe class LogicExpression : BoundExpression
{
    private readonly BoundExpression[] _operands;
    private readonly bool _isAnd;
    private readonly RowSubset? _subset;

    public LogicExpression(BoundExpression left, BoundExpression right, bool isAnd)
        : base(ColumnType.Bool, VectorKind.Bool, left.Nullable || right.Nullable)
    {
        _operands = [left, right];
        _isAnd = isAnd;
        _subset = RowSubset.CanFail(right) ? new RowSubset() : null;
    }

    /// <summary>AND, else OR.</summary>
    public bool IsAnd => _isAnd;

    public override bool IsConstant => _operands[0].IsConstant && _operands[1].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var left = _operands[0].Evaluate(context);
        var deciding = _isAnd ? (byte)0 : (byte)1;
        if (left.IsConstant && left.Bool[0] == deciding)
            return left;
        var right = _subset is not null && !left.IsConstant ? UndecidedRight(context, left.Bool, deciding) : _operands[1].Evaluate(context);
        if (left.IsConstant)
            (left, right) = (right, left);
        var target = context.Arena.Allocate<byte>(left.StoredCount);
        var mask = new Span<byte>(target, left.StoredCount);
        if (right.IsConstant)
        {
            var y = right.Bool[0];
            var x = left.Bool;
            if (y == deciding)
                mask.Fill(y);
            else if (y == 1 - deciding)
                x.CopyTo(mask);
            else
                for (var i = 0; i < mask.Length; i++)
                    mask[i] = _isAnd ? MaskKernels.And(x[i], y) : MaskKernels.Or(x[i], y);
        }
        else if (_isAnd)
        {
            MaskKernels.And(left.Bool, right.Bool, mask);
        }
        else
        {
            MaskKernels.Or(left.Bool, right.Bool, mask);
        }

        return ConstantVectors.Like(left, VectorKind.Bool, target, left.MayHaveNulls || right.MayHaveNulls);
    }

    private Vector UndecidedRight(EvaluationContext context, ReadOnlySpan<byte> left, byte deciding)
    {
        var rows = context.Arena.AllocateSpan<int>(left.Length);
        var count = 0;
        for (var i = 0; i < left.Length; i++)
        {
            rows[count] = i;
            count += left[i] != deciding ? 1 : 0;
        }

        if (count == left.Length)
            return _operands[1].Evaluate(context);
        var result = context.Arena.Allocate<byte>(left.Length);
        var values = new Span<byte>(result, left.Length);
        values.Fill(deciding);
        if (count > 0)
            _subset!.Evaluate(context, _operands[1], rows[..count], values);
        return Vector.Of(VectorKind.Bool, result, left.Length, mayHaveNulls: true);
    }
}

/// <summary>NOT.</summary>
internal sealed unsafe class NotExpression(BoundExpression operand) : BoundExpression(ColumnType.Bool, VectorKind.Bool, operand.Nullable)
{
    private readonly BoundExpression[] _operands = [operand];

    public override bool IsConstant => _operands[0].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var input = _operands[0].Evaluate(context);
        var target = context.Arena.Allocate<byte>(input.StoredCount);
        MaskKernels.Not(input.Bool, new Span<byte>(target, input.StoredCount));
        return ConstantVectors.Like(input, VectorKind.Bool, target, input.MayHaveNulls);
    }
}

/// <summary>IS NULL.</summary>
internal sealed unsafe class IsNullExpression(BoundExpression operand, bool negated) : BoundExpression(ColumnType.Bool, VectorKind.Bool, nullable: false)
{
    private readonly BoundExpression[] _operands = [operand];

    public override bool IsConstant => _operands[0].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var input = _operands[0].Evaluate(context);
        if (!input.MayHaveNulls)
            return ConstantVectors.Create(context, negated ? (byte)1 : (byte)0);
        var target = context.Arena.Allocate<byte>(input.StoredCount);
        var mask = new Span<byte>(target, input.StoredCount);
        switch (input.Kind)
        {
            case VectorKind.Int64: CompareKernels.IsNull(input.Int64, mask); break;
            case VectorKind.Float64: CompareKernels.IsNull(input.Float64, mask); break;
            case VectorKind.Code: CompareKernels.IsNull(input.Codes, mask); break;
            default:
                for (var i = 0; i < mask.Length; i++)
                    mask[i] = ConstantVectors.IsNullAt(input, i) ? (byte)1 : (byte)0;
                break;
        }

        if (negated)
            MaskKernels.Not(mask, mask);
        return ConstantVectors.Like(input, VectorKind.Bool, target, mayHaveNulls: false);
    }
}

/// <summary>`x [NOT] BETWEEN low AND high` and `x [NOT] IN (…)` over computed items: the operand is computed once, the parts combine.</summary>
internal sealed unsafe class OperandTests : BoundExpression
{
    private readonly ComputedOperand _operand;
    private readonly BoundExpression[] _operands;
    private readonly bool _all;
    private readonly bool _negated;

    /// <param name="source">The operand.</param>
    /// <param name="operand">What the tests read for it.</param>
    /// <param name="tests">Conditions; at least one.</param>
    /// <param name="all">AND of them, else OR.</param>
    /// <param name="negated">NOT of the whole.</param>
    public OperandTests(BoundExpression source, ComputedOperand operand, BoundExpression[] tests, bool all, bool negated)
        : base(ColumnType.Bool, VectorKind.Bool, Array.Exists(tests, t => t.Nullable))
    {
        _operand = operand;
        _operands = [source, .. tests];
        _all = all;
        _negated = negated;
    }

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
        _operand.Compute(context);
        var count = context.RowCount;
        var target = context.Arena.Allocate<byte>(Math.Max(count, 1));
        var result = _operands[1].Evaluate(context);
        var constant = result.IsConstant;
        var nulls = result.MayHaveNulls;
        var mask = new Span<byte>(target, constant ? 1 : count);
        result.Bool.CopyTo(mask);
        for (var i = 2; i < _operands.Length; i++)
        {
            var mark = context.Arena.MarkPosition();
            var next = _operands[i].Evaluate(context);
            nulls |= next.MayHaveNulls;
            if (constant && !next.IsConstant)
            {
                constant = false;
                var value = mask[0];
                mask = new Span<byte>(target, count);
                mask.Fill(value);
            }

            if (next.IsConstant)
                Combine(mask, next.Bool[0]);
            else if (_all)
                MaskKernels.And(mask, next.Bool, mask);
            else
                MaskKernels.Or(mask, next.Bool, mask);
            context.Arena.Release(mark);
        }

        if (_negated)
            MaskKernels.Not(mask, mask);
        return constant ? Vector.OfConstant(VectorKind.Bool, target, count, nulls) : Vector.Of(VectorKind.Bool, target, count, nulls);
    }

    private void Combine(Span<byte> mask, byte value)
    {
        for (var i = 0; i < mask.Length; i++)
            mask[i] = _all ? MaskKernels.And(mask[i], value) : MaskKernels.Or(mask[i], value);
    }
}
