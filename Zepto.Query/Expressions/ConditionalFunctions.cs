using System.Runtime.CompilerServices;
using Zepto.Query.Kernels;
using Zepto.Storage.Dictionaries;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>if, multiIf, coalesce, ifNull, nullIf, isNull, least, greatest.</summary>
internal static class ConditionalFunctions
{
    public static void Register(Dictionary<string, FunctionFactory> functions)
    {
        functions["if"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 3, 3, position);
            return ExpressionBuilder.Case([(args[0], args[1])], args[2], position);
        };
        functions["multiIf"] = MultiIf;
        functions["coalesce"] = (name, args, position) => Fold(name, args, 1, int.MaxValue, PickRule.FirstPresent, position);
        functions["ifNull"] = (name, args, position) => Fold(name, args, 2, 2, PickRule.FirstPresent, position);
        functions["least"] = (name, args, position) => Fold(name, args, 1, int.MaxValue, PickRule.Least, position);
        functions["greatest"] = (name, args, position) => Fold(name, args, 1, int.MaxValue, PickRule.Greatest, position);
        functions["nullIf"] = NullIf;
        functions["isNull"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 1, 1, position);
            return ExpressionBuilder.IsNull(args[0], negated: false);
        };
        functions["isNotNull"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 1, 1, position);
            return ExpressionBuilder.IsNull(args[0], negated: true);
        };
        functions["not"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 1, 1, position);
            return new NotExpression(Conversions.ToBool(args[0], position));
        };
    }

    private static BoundExpression MultiIf(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 3, int.MaxValue, position);
        if (args.Length % 2 == 0)
            throw Syntax.SqlException.Type($"{name} takes conditions with values and one last value", position);
        var arms = new (BoundExpression, BoundExpression)[args.Length / 2];
        for (var i = 0; i < arms.Length; i++)
            arms[i] = (args[2 * i], args[(2 * i) + 1]);
        return ExpressionBuilder.Case(arms, args[^1], position);
    }

    private static BoundExpression NullIf(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 2, 2, position);
        var computed = args[0] is NullConstant ? null : new ComputedOperand(args[0]);
        var operand = computed ?? args[0];
        return ExpressionBuilder.Case(
            [(ExpressionBuilder.Compare(Comparison.Equal, operand, args[1], position), new NullConstant(ColumnType.Int64, isUntyped: true))], operand, position, computed);
    }

    private static BoundExpression Fold(string name, BoundExpression[] args, int least, int most, PickRule rule, int position)
    {
        ScalarFunctions.Require(name, args, least, most, position);
        var type = Coercion.Unify(args, position);
        return TypeNames.Kind(type) switch
        {
            VectorKind.Int64 => new PickExpression<long>(args, rule, type),
            VectorKind.Float64 => new PickExpression<double>(args, rule, type),
            VectorKind.Bool => new PickExpression<byte>(args, rule, type),
            _ => new PickExpression<TextRef>(args, rule, type),
        };
    }
}

/// <summary>Which of several values of a row is taken; NULLs are passed over.</summary>
internal enum PickRule : byte
{
    FirstPresent,
    Least,
    Greatest,
}

/// <summary>coalesce, least and greatest over operands of one type.</summary>
internal sealed unsafe class PickExpression<T>(BoundExpression[] operands, PickRule rule, ColumnType type)
    : BoundExpression(type, TypeNames.KindOf<T>(), Array.TrueForAll(operands, o => o.Nullable))
    where T : unmanaged
{
    public override bool IsConstant
    {
        get
        {
            foreach (var operand in operands)
                if (!operand.IsConstant)
                    return false;
            return true;
        }
    }

    public override ReadOnlySpan<BoundExpression> Operands => operands;

    public override Vector Evaluate(EvaluationContext context)
    {
        var first = operands[0].Evaluate(context);
        if (operands.Length == 1 || (rule == PickRule.FirstPresent && !first.MayHaveNulls))
            return first;
        var count = IsConstant ? 1 : context.RowCount;
        var target = context.Arena.Allocate<T>(count);
        var result = new Span<T>(target, count);
        var source = new ReadOnlySpan<T>(first.Data, first.StoredCount);
        if (first.IsConstant)
            result.Fill(source[0]);
        else
            source.CopyTo(result);
        var nulls = first.MayHaveNulls;
        for (var operand = 1; operand < operands.Length; operand++)
        {
            var next = operands[operand].Evaluate(context);
            var values = new ReadOnlySpan<T>(next.Data, next.StoredCount);
            nulls &= next.MayHaveNulls;
            for (var i = 0; i < result.Length; i++)
            {
                var value = values[next.IsConstant ? 0 : i];
                if (NullValue.Is(result[i]) || (rule != PickRule.FirstPresent && !NullValue.Is(value) && Better(value, result[i])))
                    result[i] = value;
            }
        }

        return IsConstant ? Vector.OfConstant(Kind, target, context.RowCount, nulls) : Vector.Of(Kind, target, count, nulls);
    }

    private bool Better(T value, T held)
    {
        var order = Order(value, held);
        return rule == PickRule.Least ? order < 0 : order > 0;
    }

    // NaN is the greatest double.
    private static int Order(T x, T y)
    {
        if (typeof(T) == typeof(long))
            return Unsafe.BitCast<T, long>(x).CompareTo(Unsafe.BitCast<T, long>(y));
        if (typeof(T) == typeof(double))
        {
            var (a, b) = (Unsafe.BitCast<T, double>(x), Unsafe.BitCast<T, double>(y));
            return LessFloat.Test(a, b) ? -1 : LessFloat.Test(b, a) ? 1 : 0;
        }

        if (typeof(T) == typeof(byte))
            return Unsafe.BitCast<T, byte>(x) - Unsafe.BitCast<T, byte>(y);
        return Unsafe.BitCast<T, TextRef>(x).Bytes.SequenceCompareTo(Unsafe.BitCast<T, TextRef>(y).Bytes);
    }
}
