using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>toString and ClickHouse's other conversions by target type.</summary>
internal static class ConversionFunctions
{
    public static void Register(Dictionary<string, FunctionFactory> functions)
    {
        To(functions, ColumnType.Float64, "toFloat64", "toFloat32");
        functions["toString"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 1, 1, position);
            return Conversions.ToText(args[0]);
        };
        To(functions, ColumnType.Bool, "toBool");
        foreach (var integer in (ReadOnlySpan<string>)["toInt8", "toInt16", "toInt32", "toInt64", "toUInt8", "toUInt16", "toUInt32", "toUInt64"])
            functions[integer] = ToInteger;
    }

    private static void To(Dictionary<string, FunctionFactory> functions, ColumnType type, params ReadOnlySpan<string> names)
    {
        foreach (var function in names)
        {
            functions[function] = (name, args, position) =>
            {
                ScalarFunctions.Require(name, args, 1, 1, position);
                return Conversions.To(args[0], type, position);
            };
        }
    }

    // ClickHouse truncates fractions here, and a DateTime is its seconds.
    private static BoundExpression ToInteger(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 1, 1, position);
        var x = args[0];
        if (x is NullConstant)
            return new NullConstant(ColumnType.Int64, isUntyped: false);
        if (x.Type == ColumnType.Timestamp)
            return TimeFunctions.EpochUnits(x, TimeUnits.Second);
        if (TypeNames.IsFloat(x.Type))
            x = new Map<Truncate, double, double>(default, x, ColumnType.Float64);
        return Conversions.ToInteger(x, position);
    }
}
