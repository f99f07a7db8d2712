using Zepto.Query.Kernels;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>
/// Makes bound expressions; all type checks and conversions are here. Positions are 1-based characters and go into errors, which are
/// SqlExceptions. Operands belong to the result afterwards: an expression is not shared between plans.
/// </summary>
internal static class ExpressionBuilder
{
    /// <summary>Column <paramref name="input"/> of the chunk.</summary>
    public static BoundExpression Column(int input, ColumnType type, VectorKind kind, bool nullable) => new ColumnReference(input, type, kind, nullable);

    /// <summary>A literal; NULL takes the type of its neighbour.</summary>
    public static BoundExpression Literal(Literal literal) =>
        literal.Kind == LiteralKind.Null ? new NullConstant(ColumnType.Int64, isUntyped: true) : new LiteralExpression(literal);

    /// <summary>An INTERVAL: INT64 ns.</summary>
    public static BoundExpression Interval(long nanoseconds) => new FixedInteger(nanoseconds, ColumnType.Int64);

    /// <summary>`-x`, `NOT x`.</summary>
    public static BoundExpression Unary(UnaryOperator op, BoundExpression x, int position)
    {
        if (op == UnaryOperator.Not)
            return new NotExpression(Conversions.ToBool(x, position));
        if (x is NullConstant)
            return x;
        x = Number(x, "-", position);
        return TypeNames.IsFloat(x.Type)
            ? new Map<NegateFloat, double, double>(default, x, ColumnType.Float64)
            : new Map<NegateInteger, long, long>(default, x, ColumnType.Int64);
    }

    /// <summary>`l op r`.</summary>
    public static BoundExpression Binary(BinaryOperator op, BoundExpression l, BoundExpression r, int position) => op switch
    {
        BinaryOperator.And or BinaryOperator.Or =>
            new LogicExpression(Conversions.ToBool(l, position), Conversions.ToBool(r, position), op == BinaryOperator.And),
        BinaryOperator.Concat => TextFunctions.Concat(l, r),
        BinaryOperator.Equal => Compare(Comparison.Equal, l, r, position),
        BinaryOperator.NotEqual => Compare(Comparison.NotEqual, l, r, position),
        BinaryOperator.Less => Compare(Comparison.Less, l, r, position),
        BinaryOperator.LessOrEqual => Compare(Comparison.LessOrEqual, l, r, position),
        BinaryOperator.Greater => Compare(Comparison.Greater, l, r, position),
        BinaryOperator.GreaterOrEqual => Compare(Comparison.GreaterOrEqual, l, r, position),
        _ => Arithmetic(op, l, r, position),
    };

    /// <summary>`x [NOT] BETWEEN low AND high`.</summary>
    public static BoundExpression Between(BoundExpression x, BoundExpression low, BoundExpression high, bool negated, int position)
    {
        var operand = new ComputedOperand(Typed(x, low, high));
        return new OperandTests(
            Typed(x, low, high), operand,
            [Compare(Comparison.GreaterOrEqual, operand, low, position), Compare(Comparison.LessOrEqual, operand, high, position)], all: true, negated);
    }

    /// <summary>`x [NOT] IN (…)`.</summary>
    public static BoundExpression In(BoundExpression x, IReadOnlyList<BoundExpression> items, bool negated, int position)
    {
        if (items.Count == 0)
            throw SqlException.Type("IN needs at least one value", position);
        x = Typed(x, [.. items]);
        if (ConstantSet.TryCreate(x, items, negated, position) is { } set)
            return set;
        var operand = new ComputedOperand(x);
        var tests = new BoundExpression[items.Count];
        for (var i = 0; i < tests.Length; i++)
            tests[i] = Compare(Comparison.Equal, operand, items[i], position);
        return new OperandTests(x, operand, tests, all: false, negated);
    }

    /// <summary>`x IS [NOT] NULL`.</summary>
    public static BoundExpression IsNull(BoundExpression x, bool negated) => new IsNullExpression(x, negated);

    /// <summary>`x [NOT] LIKE pattern`, ILIKE without regard to ASCII case.</summary>
    public static BoundExpression Like(BoundExpression x, BoundExpression pattern, bool ignoreCase, bool negated, int position)
    {
        if (pattern is not NullConstant && !TypeNames.IsText(pattern.Type))
            throw SqlException.Type($"LIKE needs a text pattern, not {TypeNames.Keyword(pattern.Type)}", position);
        var text = TypeNames.IsText(x.Type) ? x : Conversions.ToText(x);
        return new LikeExpression(text, Conversions.ToText(pattern), ignoreCase, negated);
    }

    /// <summary>CASE with conditions; the first that is true gives the value, without one <paramref name="otherwise"/>, or NULL.</summary>
    /// <param name="operand">What conditions and values read as an operand computed once; null when there is none.</param>
    public static BoundExpression Case(
        IReadOnlyList<(BoundExpression When, BoundExpression Then)> arms, BoundExpression? otherwise, int position, ComputedOperand? operand = null)
    {
        var conditions = new BoundExpression[arms.Count];
        var values = new BoundExpression[arms.Count + 1];
        for (var i = 0; i < conditions.Length; i++)
        {
            conditions[i] = Conversions.ToBool(arms[i].When, position);
            values[i] = arms[i].Then;
        }

        values[^1] = otherwise ?? new NullConstant(ColumnType.Int64, isUntyped: true);
        var type = Coercion.Unify(values, position);
        return TypeNames.Kind(type) switch
        {
            VectorKind.Int64 => new CaseExpression<long>(conditions, values, type, operand),
            VectorKind.Float64 => new CaseExpression<double>(conditions, values, type, operand),
            VectorKind.Bool => new CaseExpression<byte>(conditions, values, type, operand),
            _ => new CaseExpression<Storage.Dictionaries.TextRef>(conditions, values, type, operand),
        };
    }

    /// <summary>CAST to a type by its name as written, the dialect's or ClickHouse's.</summary>
    public static BoundExpression Cast(BoundExpression x, string typeName, int position)
    {
        if (!TypeNames.TryParse(typeName, out var type, out var unitNs))
            throw SqlException.Type($"unknown type '{typeName}'", position);
        return type == ColumnType.Timestamp && unitNs != 1 ? TimeFunctions.ToDateTime(x, unitNs, position) : Conversions.To(x, type, position);
    }

    /// <summary>A scalar function by its name in any case.</summary>
    public static BoundExpression Function(string name, IReadOnlyList<BoundExpression> args, int position) => ScalarFunctions.Create(name, args, position);

    /// <summary>A comparison; untyped NULL, text next to a number or a time, and unlike numbers are converted.</summary>
    internal static BoundExpression Compare(Comparison comparison, BoundExpression l, BoundExpression r, int position)
    {
        // A constant text next to an integer may turn out to be a fraction, in this run or in the plan's next one.
        if (l.Type == ColumnType.String && TypeNames.IsInteger(r.Type) && r is not NullConstant)
            return new NumberTextComparison(r, l, comparison.Swap(), position);
        if (r.Type == ColumnType.String && TypeNames.IsInteger(l.Type) && l is not NullConstant)
            return new NumberTextComparison(l, r, comparison, position);
        Coercion.ForComparison(ref l, ref r, position);
        return new ComparisonExpression(l, r, comparison);
    }

    /// <summary>An operand of arithmetic: text constants are parsed, BOOL counts as 0 and 1.</summary>
    internal static BoundExpression Number(BoundExpression x, string what, int position)
    {
        if (x is NullConstant { IsUntyped: true } || TypeNames.IsNumber(x.Type))
            return x;
        return x.Type switch
        {
            ColumnType.String => Conversions.ToFloat(x, position),
            ColumnType.Bool => Conversions.ToInteger(x, position),
            _ => throw SqlException.Type($"{what} needs a number, not {TypeNames.Keyword(x.Type)}", position),
        };
    }

    private static BoundExpression Arithmetic(BinaryOperator op, BoundExpression l, BoundExpression r, int position)
    {
        Coercion.TypeNulls(ref l, ref r);
        if (l.Type == ColumnType.Timestamp || r.Type == ColumnType.Timestamp)
            return TimestampArithmetic(op, l, r, position);
        var symbol = Symbol(op);
        // A text constant becomes a number of the other operand's type.
        if (l.Type == ColumnType.String && TypeNames.IsInteger(r.Type))
            l = Conversions.ToInteger(l, position);
        else if (r.Type == ColumnType.String && TypeNames.IsInteger(l.Type))
            r = Conversions.ToInteger(r, position);
        l = Number(l, symbol, position);
        r = Number(r, symbol, position);
        if (op == BinaryOperator.Divide || TypeNames.IsFloat(l.Type) || TypeNames.IsFloat(r.Type))
            return Floats(op, Conversions.ToFloat(l, position), Conversions.ToFloat(r, position));
        return Integers(op, l, r, ColumnType.Int64);
    }

    private static BoundExpression Floats(BinaryOperator op, BoundExpression l, BoundExpression r) => op switch
    {
        BinaryOperator.Add => new FloatArithmetic<AddFloats>(l, r),
        BinaryOperator.Subtract => new FloatArithmetic<SubtractFloats>(l, r),
        BinaryOperator.Multiply => new FloatArithmetic<MultiplyFloats>(l, r),
        BinaryOperator.Divide => new FloatArithmetic<DivideFloats>(l, r),
        BinaryOperator.IntegerDivide => new Map2<DivideTruncating, double, double, double>(default, l, r, ColumnType.Float64),
        _ => new Map2<RemainderFloats, double, double, double>(default, l, r, ColumnType.Float64),
    };

    private static BoundExpression Integers(BinaryOperator op, BoundExpression l, BoundExpression r, ColumnType type) => op switch
    {
        BinaryOperator.Add => new IntegerArithmetic<AddIntegers>(l, r, type),
        BinaryOperator.Subtract => new IntegerArithmetic<SubtractIntegers>(l, r, type),
        BinaryOperator.Multiply => new IntegerArithmetic<MultiplyIntegers>(l, r, type),
        BinaryOperator.IntegerDivide => new Map2<DivideIntegers, long, long, long>(default, l, r, type),
        _ => new Map2<RemainderIntegers, long, long, long>(default, l, r, type),
    };

    // A time moves by ns, two times differ by ns; division and remainder see the ns.
    private static BoundExpression TimestampArithmetic(BinaryOperator op, BoundExpression l, BoundExpression r, int position)
    {
        if (op == BinaryOperator.Subtract && l.Type == ColumnType.Timestamp && r.Type is ColumnType.Timestamp or ColumnType.String && r is not NullConstant)
            return Integers(op, l, Conversions.ToTimestamp(r, position), ColumnType.Int64);
        if (op == BinaryOperator.Subtract && l.Type == ColumnType.String)
            return Integers(op, Conversions.ToTimestamp(l, position), r, ColumnType.Int64);
        var moves = (op == BinaryOperator.Add && l.Type != r.Type) || (op == BinaryOperator.Subtract && l.Type == ColumnType.Timestamp)
            || l is NullConstant || r is NullConstant;
        if (op is BinaryOperator.Add or BinaryOperator.Subtract)
        {
            var other = l.Type == ColumnType.Timestamp ? r : l;
            if (!moves || (other is not NullConstant && !TypeNames.IsInteger(other.Type)))
                throw Mismatch(op, l, r, position);
            return Integers(op, l, r, ColumnType.Timestamp);
        }

        if (op == BinaryOperator.Multiply || !(l.Type == ColumnType.Timestamp && TypeNames.IsNumber(r.Type)))
            throw Mismatch(op, l, r, position);
        return Arithmetic(op, Conversions.ToInteger(l, position), r, position);
    }

    private static SqlException Mismatch(BinaryOperator op, BoundExpression l, BoundExpression r, int position) =>
        SqlException.Type($"{Symbol(op)} is not defined for {TypeNames.Keyword(l.Type)} and {TypeNames.Keyword(r.Type)}", position);

    private static string Symbol(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.IntegerDivide => "//",
        _ => "%",
    };

    // An untyped NULL operand of BETWEEN or IN takes the first typed value's type.
    private static BoundExpression Typed(BoundExpression x, params ReadOnlySpan<BoundExpression> others)
    {
        if (x is not NullConstant { IsUntyped: true })
            return x;
        foreach (var other in others)
        {
            if (other is not NullConstant { IsUntyped: true })
                return new NullConstant(other.Type, isUntyped: false);
        }

        return x;
    }
}
