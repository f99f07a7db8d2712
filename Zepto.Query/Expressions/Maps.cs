using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>A function of one present value; structs, so that the loop over a chunk calls it directly. NULL gives NULL without a call.</summary>
internal interface IMap<TIn, TOut> where TIn : unmanaged where TOut : unmanaged
{
    /// <summary>Whether a present value can give NULL.</summary>
    static virtual bool MakesNulls => false;

    /// <summary>Whether it throws for some values, so that CASE and AND compute it only for the rows that need it.</summary>
    static virtual bool CanFail => false;

    TOut Apply(EvaluationContext context, TIn value);
}

/// <summary>A function of two present values.</summary>
internal interface IMap2<TLeft, TRight, TOut> where TLeft : unmanaged where TRight : unmanaged where TOut : unmanaged
{
    /// <inheritdoc cref="IMap{TIn, TOut}.MakesNulls"/>
    static virtual bool MakesNulls => false;

    /// <inheritdoc cref="IMap{TIn, TOut}.CanFail"/>
    static virtual bool CanFail => false;

    TOut Apply(EvaluationContext context, TLeft left, TRight right);
}

/// <summary>An expression that can throw for some rows.</summary>
internal interface IMayFail
{
    bool CanFail { get; }
}

/// <summary>
/// An expression that may floor its operand to multiples of a width, such as xbar: over values that ascend, its values change only at the
/// multiples, so that nobody needs to compute it for each row.
/// </summary>
internal interface IBucketExpression
{
    /// <summary>What is floored.</summary>
    BoundExpression BucketOperand { get; }

    /// <summary>Width above zero and origin of the buckets in the context's run; false when it does something else.</summary>
    bool TryGetBuckets(EvaluationContext context, out long width, out long origin);
}

/// <summary>Applies a map to every row of its operand.</summary>
internal sealed unsafe class Map<TOp, TIn, TOut>(TOp operation, BoundExpression operand, ColumnType type)
    : BoundExpression(type, TypeNames.KindOf<TOut>(), operand.Nullable || TOp.MakesNulls), IMayFail, IBucketExpression
    where TOp : struct, IMap<TIn, TOut>
    where TIn : unmanaged
    where TOut : unmanaged
{
    private readonly BoundExpression[] _operands = [operand];

    public override bool IsConstant => _operands[0].IsConstant;

    public bool CanFail => TOp.CanFail;

    public BoundExpression BucketOperand => _operands[0];

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public bool TryGetBuckets(EvaluationContext context, out long width, out long origin)
    {
        (width, origin) = (0, 0);
        if (typeof(TOp) != typeof(FloorToMultiple))
            return false;
        var floor = (FloorToMultiple)(object)operation;
        (width, origin) = (floor.Width, floor.Origin);
        return true;
    }

    public override Vector Evaluate(EvaluationContext context)
    {
        var input = _operands[0].Evaluate(context);
        var count = input.StoredCount;
        var source = new ReadOnlySpan<TIn>(input.Data, count);
        var target = context.Arena.AllocateSpan<TOut>(count);
        var map = operation;
        if (input.MayHaveNulls)
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = NullValue.Is(source[i]) ? NullValue.Of<TOut>() : map.Apply(context, source[i]);
        }
        else
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = map.Apply(context, source[i]);
        }

        fixed (TOut* data = target)
            return ConstantVectors.Like(input, Kind, data, input.MayHaveNulls || TOp.MakesNulls);
    }
}

/// <summary>Applies a map to every row of two operands; constants are read in place.</summary>
internal sealed unsafe class Map2<TOp, TLeft, TRight, TOut>(TOp operation, BoundExpression left, BoundExpression right, ColumnType type)
    : BoundExpression(type, TypeNames.KindOf<TOut>(), left.Nullable || right.Nullable || TOp.MakesNulls), IMayFail, IBucketExpression
    where TOp : struct, IMap2<TLeft, TRight, TOut>
    where TLeft : unmanaged
    where TRight : unmanaged
    where TOut : unmanaged
{
    private readonly BoundExpression[] _operands = [left, right];

    public override bool IsConstant => _operands[0].IsConstant && _operands[1].IsConstant;

    public bool CanFail => TOp.CanFail;

    public BoundExpression BucketOperand => _operands[0];

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public bool TryGetBuckets(EvaluationContext context, out long width, out long origin)
    {
        (width, origin) = (0, 0);
        return typeof(TOp) == typeof(FloorInteger) && _operands[1].IsConstant
            && Execution.Scans.ConstantValue.TryInt64(_operands[1], context, out width) && width > 0;
    }

    public override Vector Evaluate(EvaluationContext context)
    {
        var left = _operands[0].Evaluate(context);
        var right = _operands[1].Evaluate(context);
        var shape = left.IsConstant ? right : left;
        var target = context.Arena.AllocateSpan<TOut>(shape.StoredCount);
        var x = new ReadOnlySpan<TLeft>(left.Data, left.StoredCount);
        var y = new ReadOnlySpan<TRight>(right.Data, right.StoredCount);
        var xStep = left.IsConstant ? 0 : 1;
        var yStep = right.IsConstant ? 0 : 1;
        var nulls = left.MayHaveNulls || right.MayHaveNulls;
        var map = operation;
        for (var i = 0; i < target.Length; i++)
        {
            var a = x[i * xStep];
            var b = y[i * yStep];
            target[i] = nulls && (NullValue.Is(a) || NullValue.Is(b)) ? NullValue.Of<TOut>() : map.Apply(context, a, b);
        }

        fixed (TOut* data = target)
            return ConstantVectors.Like(shape, Kind, data, nulls || TOp.MakesNulls);
    }
}
