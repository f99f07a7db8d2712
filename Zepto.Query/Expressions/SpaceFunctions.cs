using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>haversine, ST_Distance, ST_Within: degrees in, metres out.</summary>
internal static class SpaceFunctions
{
    public static void Register(Dictionary<string, FunctionFactory> functions)
    {
        functions["haversine"] = functions["ST_Distance"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 4, 4, position);
            return new GreatCircle(Floats(name, args, position));
        };
        functions["ST_Within"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 5, 5, position);
            var floats = Floats(name, args, position);
            return new ComparisonExpression(new GreatCircle(floats[..4]), floats[4], Comparison.LessOrEqual);
        };
    }

    private static BoundExpression[] Floats(string name, BoundExpression[] args, int position) =>
        Array.ConvertAll(args, x => NumberFunctions.AsFloat(name, x, position));
}

/// <summary>Distance on a sphere of radius 6,371,008.8 m by the haversine formula. Operands: lat1, lon1, lat2, lon2 in degrees.</summary>
internal sealed unsafe class GreatCircle(BoundExpression[] operands)
    : BoundExpression(ColumnType.Float64, VectorKind.Float64, Array.Exists(operands, o => o.Nullable))
{
    private const double RadiusMetres = 6_371_008.8;
    private const double RadiansPerDegree = Math.PI / 180;

    public override bool IsConstant => operands[0].IsConstant && operands[1].IsConstant && operands[2].IsConstant && operands[3].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => operands;

    public static double Metres(double lat1, double lon1, double lat2, double lon2)
    {
        var latSine = Math.Sin((lat2 - lat1) * RadiansPerDegree / 2);
        var lonSine = Math.Sin((lon2 - lon1) * RadiansPerDegree / 2);
        var h = (latSine * latSine) + (Math.Cos(lat1 * RadiansPerDegree) * Math.Cos(lat2 * RadiansPerDegree) * lonSine * lonSine);
        return 2 * RadiusMetres * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    public override Vector Evaluate(EvaluationContext context)
    {
        var lat1 = operands[0].Evaluate(context);
        var lon1 = operands[1].Evaluate(context);
        var lat2 = operands[2].Evaluate(context);
        var lon2 = operands[3].Evaluate(context);
        var shape = !lat1.IsConstant ? lat1 : !lon1.IsConstant ? lon1 : !lat2.IsConstant ? lat2 : lon2;
        var nulls = lat1.MayHaveNulls || lon1.MayHaveNulls || lat2.MayHaveNulls || lon2.MayHaveNulls;
        var target = context.Arena.Allocate<double>(shape.StoredCount);
        for (var i = 0; i < shape.StoredCount; i++)
        {
            var a = At(lat1, i);
            var b = At(lon1, i);
            var c = At(lat2, i);
            var d = At(lon2, i);
            target[i] = nulls && (Nulls.IsNull(a) || Nulls.IsNull(b) || Nulls.IsNull(c) || Nulls.IsNull(d)) ? Nulls.Float64 : Metres(a, b, c, d);
        }

        return ConstantVectors.Like(shape, VectorKind.Float64, target, nulls);
    }

    private static double At(in Vector vector, int index) => vector.Float64[vector.IsConstant ? 0 : index];
}
