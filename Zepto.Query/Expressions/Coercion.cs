using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>Which conversions operators apply to operands of unlike types.</summary>
internal static class Coercion
{
    /// <summary>Gives an untyped NULL the type of the other operand; INT64 where both are.</summary>
    public static void TypeNulls(ref BoundExpression left, ref BoundExpression right)
    {
        if (left is NullConstant { IsUntyped: true } && right is not NullConstant { IsUntyped: true })
            left = new NullConstant(right.Type, isUntyped: false);
        else if (right is NullConstant { IsUntyped: true } && left is not NullConstant { IsUntyped: true })
            right = new NullConstant(left.Type, isUntyped: false);
    }

    /// <summary>Brings two operands to comparable forms; a type error says which types are not.</summary>
    public static void ForComparison(ref BoundExpression left, ref BoundExpression right, int position)
    {
        TypeNulls(ref left, ref right);
        var (a, b) = (left.Type, right.Type);
        if (TypeNames.IsText(a) && TypeNames.IsText(b))
            return;
        // A symbol is comparable with its id.
        if ((a == ColumnType.Symbol && TypeNames.IsInteger(b)) || (b == ColumnType.Symbol && TypeNames.IsInteger(a)))
            return;
        if (a == ColumnType.Symbol || b == ColumnType.Symbol)
            throw Incomparable(a, b, position);
        if (a == ColumnType.String)
            left = Conversions.To(left, b, position);
        else if (b == ColumnType.String)
            right = Conversions.To(right, a, position);
        else if (TypeNames.Kind(a) != TypeNames.Kind(b))
            Widen(ref left, ref right, position);
    }

    /// <summary>The type that values of both types have in common, as for the arms of a CASE.</summary>
    public static ColumnType Common(ColumnType a, ColumnType b, int position)
    {
        if (a == b)
            return Wide(a);
        if (TypeNames.IsText(a) && TypeNames.IsText(b))
            return ColumnType.String;
        if (TypeNames.IsNumber(a) && TypeNames.IsNumber(b))
            return TypeNames.IsFloat(a) || TypeNames.IsFloat(b) ? ColumnType.Float64 : ColumnType.Int64;
        if ((a == ColumnType.Timestamp && TypeNames.IsInteger(b)) || (b == ColumnType.Timestamp && TypeNames.IsInteger(a)))
            return ColumnType.Timestamp;
        if (a == ColumnType.Bool && TypeNames.IsNumber(b))
            return Wide(b);
        if (b == ColumnType.Bool && TypeNames.IsNumber(a))
            return Wide(a);
        if (a == ColumnType.String && b != ColumnType.Symbol)
            return Wide(b);
        if (b == ColumnType.String && a != ColumnType.Symbol)
            return Wide(a);
        throw SqlException.Type($"{TypeNames.Keyword(a)} and {TypeNames.Keyword(b)} have no common type", position);
    }

    /// <summary>Converts all to their common type and one physical form; texts to Text.</summary>
    public static ColumnType Unify(BoundExpression[] operands, int position)
    {
        ColumnType? common = null;
        foreach (var operand in operands)
        {
            if (operand is not NullConstant { IsUntyped: true })
                common = common is null ? Wide(operand.Type) : Common(common.Value, operand.Type, position);
        }

        var type = common ?? ColumnType.Int64;
        if (type == ColumnType.Symbol)
            type = ColumnType.String;
        for (var i = 0; i < operands.Length; i++)
            operands[i] = Conversions.To(operands[i], type, position);
        return type;
    }

    /// <summary>The type that arithmetic on a type gives.</summary>
    public static ColumnType Wide(ColumnType type) => type switch
    {
        ColumnType.Int32 => ColumnType.Int64,
        ColumnType.Float32 => ColumnType.Float64,
        _ => type,
    };

    private static void Widen(ref BoundExpression left, ref BoundExpression right, int position)
    {
        var (a, b) = (left.Type, right.Type);
        if ((a == ColumnType.Timestamp && b == ColumnType.Bool) || (a == ColumnType.Bool && b == ColumnType.Timestamp))
            throw Incomparable(a, b, position);
        if (TypeNames.IsFloat(a) || TypeNames.IsFloat(b))
        {
            left = Conversions.ToFloat(left, position);
            right = Conversions.ToFloat(right, position);
        }
        else
        {
            left = Conversions.ToInteger(left, position);
            right = Conversions.ToInteger(right, position);
        }
    }

    private static SqlException Incomparable(ColumnType a, ColumnType b, int position) =>
        SqlException.Type($"cannot compare {TypeNames.Keyword(a)} with {TypeNames.Keyword(b)}", position);
}
