using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>abs, round, floor, ceil, roots, logarithms, powers, intDiv, modulo.</summary>
internal static class NumberFunctions
{
    public static void Register(Dictionary<string, FunctionFactory> functions)
    {
        functions["abs"] = (name, args, position) => Keep<AbsInteger, AbsFloat>(name, args, position);
        functions["sign"] = (name, args, position) => Keep<SignInteger, SignFloat>(name, args, position);
        functions["floor"] = (name, args, position) => Whole<Floor>(name, args, position);
        functions["ceil"] = functions["ceiling"] = (name, args, position) => Whole<Ceiling>(name, args, position);
        functions["trunc"] = (name, args, position) => Whole<Truncate>(name, args, position);
        functions["round"] = Round;
        functions["sqrt"] = (name, args, position) => Float<SquareRoot>(name, args, position);
        functions["ln"] = functions["log"] = (name, args, position) => Float<NaturalLogarithm>(name, args, position);
        functions["log10"] = (name, args, position) => Float<DecimalLogarithm>(name, args, position);
        functions["log2"] = (name, args, position) => Float<BinaryLogarithm>(name, args, position);
        functions["exp"] = (name, args, position) => Float<Exponential>(name, args, position);
        functions["sin"] = (name, args, position) => Float<Sine>(name, args, position);
        functions["cos"] = (name, args, position) => Float<Cosine>(name, args, position);
        functions["pow"] = functions["power"] = Power;
        functions["intDiv"] = (name, args, position) => Operator(BinaryOperator.IntegerDivide, name, args, position);
        functions["mod"] = functions["modulo"] = (name, args, position) => Operator(BinaryOperator.Modulo, name, args, position);
        functions["plus"] = (name, args, position) => Operator(BinaryOperator.Add, name, args, position);
        functions["minus"] = (name, args, position) => Operator(BinaryOperator.Subtract, name, args, position);
        functions["multiply"] = (name, args, position) => Operator(BinaryOperator.Multiply, name, args, position);
        functions["divide"] = (name, args, position) => Operator(BinaryOperator.Divide, name, args, position);
    }

    private static BoundExpression Operator(BinaryOperator op, string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 2, 2, position);
        return ExpressionBuilder.Binary(op, args[0], args[1], position);
    }

    /// <summary>An argument as a number, NULL as FLOAT64.</summary>
    internal static BoundExpression AsFloat(string name, BoundExpression x, int position) =>
        x is NullConstant ? new NullConstant(ColumnType.Float64, isUntyped: false) : Conversions.ToFloat(ExpressionBuilder.Number(x, name, position), position);

    private static BoundExpression Keep<TInteger, TFloat>(string name, BoundExpression[] args, int position)
        where TInteger : struct, IMap<long, long>
        where TFloat : struct, IMap<double, double>
    {
        ScalarFunctions.Require(name, args, 1, 1, position);
        var x = ExpressionBuilder.Number(args[0], name, position);
        return TypeNames.IsFloat(x.Type)
            ? new Map<TFloat, double, double>(default, x, ColumnType.Float64)
            : new Map<TInteger, long, long>(default, x, ColumnType.Int64);
    }

    // Integers are whole already.
    private static BoundExpression Whole<TFloat>(string name, BoundExpression[] args, int position) where TFloat : struct, IMap<double, double>
    {
        ScalarFunctions.Require(name, args, 1, 1, position);
        var x = ExpressionBuilder.Number(args[0], name, position);
        return TypeNames.IsFloat(x.Type) ? new Map<TFloat, double, double>(default, x, ColumnType.Float64) : Conversions.ToInteger(x, position);
    }

    private static Map<TOp, double, double> Float<TOp>(string name, BoundExpression[] args, int position) where TOp : struct, IMap<double, double>
    {
        ScalarFunctions.Require(name, args, 1, 1, position);
        return new Map<TOp, double, double>(default, AsFloat(name, args[0], position), ColumnType.Float64);
    }

    private static Map2<Power, double, double, double> Power(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 2, 2, position);
        return new Map2<Power, double, double, double>(default, AsFloat(name, args[0], position), AsFloat(name, args[1], position), ColumnType.Float64);
    }

    private static BoundExpression Round(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 1, 2, position);
        if (args.Length == 1)
            return Whole<RoundWhole>(name, args, position);
        var x = ExpressionBuilder.Number(args[0], name, position);
        var places = Conversions.ToInteger(ExpressionBuilder.Number(args[1], name, position), position);
        return TypeNames.IsFloat(x.Type)
            ? new Map2<RoundPlaces, double, long, double>(default, x, places, ColumnType.Float64)
            : new Map2<RoundIntegerPlaces, long, long, long>(default, x, places, ColumnType.Int64);
    }
}

internal readonly struct AbsInteger : IMap<long, long>
{
    public long Apply(EvaluationContext context, long value) => value < 0 ? -value : value;
}

internal readonly struct AbsFloat : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Abs(value);
}

internal readonly struct SignInteger : IMap<long, long>
{
    public long Apply(EvaluationContext context, long value) => Math.Sign(value);
}

internal readonly struct SignFloat : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => value > 0 ? 1 : value < 0 ? -1 : value == 0 ? 0 : value;
}

internal readonly struct Floor : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Floor(value);
}

internal readonly struct Ceiling : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Ceiling(value);
}

internal readonly struct Truncate : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Truncate(value);
}

/// <summary>Ties go away from zero.</summary>
internal readonly struct RoundWhole : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Round(value, MidpointRounding.AwayFromZero);
}

/// <summary>Rounds to decimal places, negative ones left of the point; ties of the scaled value go away from zero.</summary>
internal readonly struct RoundPlaces : IMap2<double, long, double>
{
    public double Apply(EvaluationContext context, double left, long right)
    {
        var scale = Math.Pow(10, Math.Abs(Math.Clamp(right, -400, 400)));
        if (right < 0)
            return double.IsInfinity(scale) ? 0 : Math.Round(left / scale, MidpointRounding.AwayFromZero) * scale;
        var scaled = Math.Round(left * scale, MidpointRounding.AwayFromZero);
        // Too many places to scale: the value has no digits there.
        return double.IsFinite(scaled) && double.IsFinite(scale) ? scaled / scale : left;
    }
}

/// <summary>Rounds an integer left of the point.</summary>
internal readonly struct RoundIntegerPlaces : IMap2<long, long, long>
{
    public long Apply(EvaluationContext context, long left, long right)
    {
        if (right >= 0)
            return left;
        if (right < -18)
            return 0;
        long scale = 1;
        for (var i = right; i < 0; i++)
            scale *= 10;
        var remainder = left % scale;
        var down = left - remainder;
        if (Math.Abs(remainder) < scale - Math.Abs(remainder))
            return down;
        try
        {
            return checked(down + (left < 0 ? -scale : scale));
        }
        catch (OverflowException)
        {
            throw SqlException.Value("Integer overflow in round");
        }
    }
}

/// <summary>NaN below zero.</summary>
internal readonly struct SquareRoot : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Sqrt(value);
}

/// <summary>NaN below zero, -inf at zero.</summary>
internal readonly struct NaturalLogarithm : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Log(value);
}

internal readonly struct DecimalLogarithm : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Log10(value);
}

internal readonly struct BinaryLogarithm : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Log2(value);
}

internal readonly struct Exponential : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Exp(value);
}

internal readonly struct Sine : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Sin(value);
}

internal readonly struct Cosine : IMap<double, double>
{
    public double Apply(EvaluationContext context, double value) => Math.Cos(value);
}

internal readonly struct Power : IMap2<double, double, double>
{
    public double Apply(EvaluationContext context, double left, double right) => Math.Pow(left, right);
}
