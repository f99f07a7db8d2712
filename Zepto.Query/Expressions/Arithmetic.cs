using Zepto.Query.Kernels;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>+ - * on INT64 and TIMESTAMP_NS with overflow as an error.</summary>
internal sealed unsafe class IntegerArithmetic<TOp>(BoundExpression left, BoundExpression right, ColumnType type)
    : BoundExpression(type, VectorKind.Int64, left.Nullable || right.Nullable)
    where TOp : struct, IIntegerOperation
{
    private readonly BoundExpression[] _operands = [left, right];

    public override bool IsConstant => _operands[0].IsConstant && _operands[1].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var left = _operands[0].Evaluate(context);
        var right = _operands[1].Evaluate(context);
        var shape = left.IsConstant ? right : left;
        var nulls = left.MayHaveNulls || right.MayHaveNulls;
        var target = context.Arena.Allocate<long>(shape.StoredCount);
        var values = new Span<long>(target, shape.StoredCount);
        if (!ArithmeticKernels.TryApply<TOp>(left.Int64, left.IsConstant, right.Int64, right.IsConstant, nulls, values))
            throw SqlException.Value($"Integer overflow in {TOp.Name}");
        return ConstantVectors.Like(shape, VectorKind.Int64, target, nulls);
    }
}

/// <summary>+ - * / on doubles.</summary>
internal sealed unsafe class FloatArithmetic<TOp>(BoundExpression left, BoundExpression right)
    : BoundExpression(ColumnType.Float64, VectorKind.Float64, left.Nullable || right.Nullable)
    where TOp : struct, IFloatOperation
{
    private readonly BoundExpression[] _operands = [left, right];

    public override bool IsConstant => _operands[0].IsConstant && _operands[1].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var left = _operands[0].Evaluate(context);
        var right = _operands[1].Evaluate(context);
        var shape = left.IsConstant ? right : left;
        var nulls = left.MayHaveNulls || right.MayHaveNulls;
        var target = context.Arena.Allocate<double>(shape.StoredCount);
        ArithmeticKernels.Apply<TOp>(left.Float64, left.IsConstant, right.Float64, right.IsConstant, nulls, new Span<double>(target, shape.StoredCount));
        return ConstantVectors.Like(shape, VectorKind.Float64, target, nulls);
    }
}

/// <summary>INT64 widened to FLOAT64.</summary>
internal sealed unsafe class IntegerToFloat(BoundExpression operand) : BoundExpression(ColumnType.Float64, VectorKind.Float64, operand.Nullable)
{
    private readonly BoundExpression[] _operands = [operand];

    public override bool IsConstant => _operands[0].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var input = _operands[0].Evaluate(context);
        var target = context.Arena.Allocate<double>(input.StoredCount);
        ArithmeticKernels.ToFloat(input.Int64, input.MayHaveNulls, new Span<double>(target, input.StoredCount));
        return ConstantVectors.Like(input, VectorKind.Float64, target, input.MayHaveNulls);
    }
}

/// <summary>`//` and intDiv: toward zero.</summary>
internal readonly struct DivideIntegers : IMap2<long, long, long>
{
    public static bool CanFail => true;

    public long Apply(EvaluationContext context, long left, long right)
    {
        if (right == 0)
            throw SqlException.Value("Integer division by zero");
        // The smallest value is NULL and never an operand, so no quotient overflows.
        return left / right;
    }
}

/// <summary>`%`: the remainder of division toward zero.</summary>
internal readonly struct RemainderIntegers : IMap2<long, long, long>
{
    public static bool CanFail => true;

    public long Apply(EvaluationContext context, long left, long right)
    {
        if (right == 0)
            throw SqlException.Value("Integer modulo by zero");
        return left % right;
    }
}

/// <summary>`//` on doubles: the quotient toward zero.</summary>
internal readonly struct DivideTruncating : IMap2<double, double, double>
{
    public double Apply(EvaluationContext context, double left, double right) => Math.Truncate(left / right);
}

/// <summary>`%` on doubles, as C's fmod.</summary>
internal readonly struct RemainderFloats : IMap2<double, double, double>
{
    public double Apply(EvaluationContext context, double left, double right) => left % right;
}

/// <summary>Unary minus; the smallest value is NULL, so no present value overflows.</summary>
internal readonly struct NegateInteger : IMap<long, long>
{
    public long Apply(EvaluationContext context, long value) => -value;
}

/// <summary>Unary minus on doubles.</summary>
internal readonly struct NegateFloat : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => -value;
}
