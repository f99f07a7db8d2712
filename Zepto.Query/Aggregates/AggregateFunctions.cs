using Zepto.Query.Execution;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>The aggregate functions by name, without regard to case.</summary>
internal static class AggregateFunctions
{
    private static readonly ColumnShape Integer = new(ColumnType.Int64, VectorKind.Int64, true);
    private static readonly ColumnShape Float = new(ColumnType.Float64, VectorKind.Float64, true);
    private static readonly Dictionary<string, Binder> _binders = Build();

    private delegate AggregateCall Binder(Call call);

    /// <summary>Whether an aggregate of that name exists.</summary>
    public static bool IsAggregate(string name) => _binders.ContainsKey(name);

    /// <summary>Checks a call; wrong arguments and an unknown name are SqlExceptions.</summary>
    /// <param name="name">As written.</param>
    /// <param name="args">Arguments, without the star of count(*).</param>
    /// <param name="parameters">Arguments of the first pair of parentheses in `name(…)(…)`; empty where there is one pair only.</param>
    /// <param name="distinct">Whether equal values count once.</param>
    /// <param name="isStar">Whether the argument is a star.</param>
    /// <param name="order">How rows are ordered in time.</param>
    /// <param name="position">Of the call, for errors.</param>
    public static AggregateCall Bind(
        string name, BoundExpression[] args, BoundExpression[] parameters, bool distinct, bool isStar, RowOrder order, int position)
    {
        if (!_binders.TryGetValue(name, out var binder))
            throw new SqlException(StatementErrorKind.UnknownFunction, $"Unknown aggregate function: {name}");
        if (isStar && (distinct || !name.Equals("count", StringComparison.OrdinalIgnoreCase)))
            throw SqlException.Type($"{name} does not take {(distinct ? "DISTINCT *" : "*")}", position);
        var call = new Call(name, [.. args], parameters, distinct, isStar, order, position);
        if (parameters.Length > 0 && binder != Quantile)
            throw SqlException.Type($"{name} takes no parameters before its arguments", position);
        var bound = binder(call);
        if (!distinct || bound.IgnoresDistinct)
            return bound;
        if (bound.Arguments.Length != 1)
            throw SqlException.Unsupported($"DISTINCT is not supported in {name}");
        var kind = bound.Arguments[0].Kind;
        return bound with { Create = places => DistinctAggregate.Over(bound.Create(places), kind) };
    }

    private static Dictionary<string, Binder> Build()
    {
        var binders = new Dictionary<string, Binder>(StringComparer.OrdinalIgnoreCase)
        {
            ["count"] = Count,
            ["uniq"] = Unique,
            ["uniqExact"] = Unique,
            ["sum"] = Sum,
            ["avg"] = Average,
            ["min"] = call => Extreme(call, greatest: false),
            ["max"] = call => Extreme(call, greatest: true),
            ["first"] = call => Edge(call, last: false),
            ["last"] = call => Edge(call, last: true),
            ["first_value"] = call => Edge(call, last: false),
            ["last_value"] = call => Edge(call, last: true),
            ["any"] = Any,
            ["any_value"] = Any,
            ["vwap"] = VolumeWeighted,
            ["argMin"] = call => ExtremeOf(call, greatest: false),
            ["argMax"] = call => ExtremeOf(call, greatest: true),
            ["arg_min"] = call => ExtremeOf(call, greatest: false),
            ["arg_max"] = call => ExtremeOf(call, greatest: true),
        };
        foreach (var name in (string[])["stddev", "stddev_pop", "stddevPop"])
            binders[name] = Spread<PopulationDeviation>;
        foreach (var name in (string[])["stddev_samp", "stddevSamp"])
            binders[name] = Spread<SampleDeviation>;
        foreach (var name in (string[])["variance", "var_pop", "varPop"])
            binders[name] = Spread<PopulationVariance>;
        foreach (var name in (string[])["var_samp", "varSamp"])
            binders[name] = Spread<SampleVariance>;
        binders["median"] = Median;
        binders["percentile"] = call => Percentile(call, 100);
        binders["percentile_cont"] = call => Percentile(call, 1);
        binders["quantile"] = Quantile;
        return binders;
    }

    private static AggregateCall Count(Call call)
    {
        if (call.IsStar || (call.Arguments.Length == 0 && !call.Distinct))
            return new AggregateCall([], places => new CountAggregate(places));
        call.Require(1, 1);
        return new AggregateCall(call.Arguments, places => new CountAggregate(places));
    }

    private static AggregateCall Unique(Call call)
    {
        call.Require(1, 1);
        var kind = call.Arguments[0].Kind;
        return new AggregateCall(call.Arguments, places => DistinctAggregate.Over(new CountAggregate(places), kind));
    }

    private static AggregateCall Sum(Call call)
    {
        call.Require(1, 1);
        var x = call.Number(0);
        return x.Kind == VectorKind.Int64
            ? new AggregateCall([x], places => new ColumnAggregate<IntegerSum, long, long>(Integer, places[0]))
            : new AggregateCall([x], places => new ColumnAggregate<FloatSum, double, double>(Float, places[0]));
    }

    private static AggregateCall Average(Call call)
    {
        call.Require(1, 1);
        var x = call.Number(0);
        return x.Kind == VectorKind.Int64
            ? new AggregateCall([x], places => new ColumnAggregate<IntegerAverage, long, double>(Float, places[0]))
            : new AggregateCall([x], places => new ColumnAggregate<FloatAverage, double, double>(Float, places[0]));
    }

    private static AggregateCall Spread<TSpread>(Call call) where TSpread : struct, ISpread
    {
        call.Require(1, 1);
        return new AggregateCall([call.Float(0)], places => new ColumnAggregate<VarianceState<TSpread>, double, double>(Float, places[0]));
    }

    private static AggregateCall VolumeWeighted(Call call)
    {
        call.Require(2, 2);
        var (price, volume) = (call.Number(0), call.Number(1));
        if (price.Kind != VectorKind.Int64 || volume.Kind != VectorKind.Int64)
            (price, volume) = (call.Float(0), call.Float(1));
        return new AggregateCall([price, volume], places => new VolumeWeightedPrice(places));
    }

    private static AggregateCall Extreme(Call call, bool greatest)
    {
        call.Require(1, 1);
        var x = call.Arguments[0];
        var shape = ShapeOf(x);
        return new AggregateCall([x], places => (x.Kind, greatest) switch
        {
            (VectorKind.Int64, false) => new ColumnAggregate<ExtremeState<LeastInteger, long>, long, long>(shape, places[0]),
            (VectorKind.Int64, true) => new ColumnAggregate<ExtremeState<GreatestInteger, long>, long, long>(shape, places[0]),
            (VectorKind.Float64, false) => new ColumnAggregate<ExtremeState<LeastFloat, double>, double, double>(shape, places[0]),
            (VectorKind.Float64, true) => new ColumnAggregate<ExtremeState<GreatestFloat, double>, double, double>(shape, places[0]),
            (VectorKind.Bool, false) => new ColumnAggregate<ExtremeState<LeastBool, byte>, byte, byte>(shape, places[0]),
            (VectorKind.Bool, true) => new ColumnAggregate<ExtremeState<GreatestBool, byte>, byte, byte>(shape, places[0]),
            _ => new ExtremeRow(shape, places, byText: true, greatest),
        }) { IgnoresDistinct = true };
    }

    private static AggregateCall ExtremeOf(Call call, bool greatest)
    {
        call.Require(2, 2);
        var (value, by) = (call.Arguments[0], call.Arguments[1]);
        var byText = by.Kind is VectorKind.Code or VectorKind.Text;
        return new AggregateCall([value, by], places => new ExtremeRow(ShapeOf(value), places, byText, greatest));
    }

    private static AggregateCall Edge(Call call, bool last)
    {
        call.Require(1, 1);
        var x = call.Arguments[0];
        BoundExpression[] arguments = (call.Order.Time, call.Order.Sequence) switch
        {
            (_, null) => [x],
            (null, { } sequence) => [x, sequence],
            var (time, sequence) => [x, sequence, time],
        };
        return new AggregateCall(arguments, places => new FirstLast(ShapeOf(x), places, last)) { IgnoresDistinct = true };
    }

    private static AggregateCall Any(Call call)
    {
        call.Require(1, 1);
        var x = call.Arguments[0];
        return new AggregateCall([x], places => new AnyValue(ShapeOf(x), places)) { IgnoresDistinct = true };
    }

    private static AggregateCall Median(Call call)
    {
        call.Require(1, 1);
        return new AggregateCall([call.Float(0)], places => new QuantileAggregate(places[0], call.Name, null, 1));
    }

    private static AggregateCall Percentile(Call call, int highest)
    {
        call.Require(2, 2);
        var level = call.Level(call.Arguments[1]);
        return new AggregateCall([call.Float(0)], places => new QuantileAggregate(places[0], call.Name, level, highest));
    }

    // quantile(level)(x), quantile(x, level), and quantile(x), the median.
    private static AggregateCall Quantile(Call call)
    {
        if (call.Parameters.Length > 1)
            throw SqlException.Type($"{call.Name} takes one level, not {call.Parameters.Length},", call.Position);
        if (call.Parameters.Length == 0 && call.Arguments.Length == 2)
            return Percentile(call, 1);
        call.Require(1, 1);
        var level = call.Parameters.Length == 0 ? null : call.Level(call.Parameters[0]);
        return new AggregateCall([call.Float(0)], places => new QuantileAggregate(places[0], call.Name, level, 1));
    }

    private static ColumnShape ShapeOf(BoundExpression x) => new(x.Type, x.Kind, true);

    private sealed record Call(
        string Name, BoundExpression[] Arguments, BoundExpression[] Parameters, bool Distinct, bool IsStar, RowOrder Order, int Position)
    {
        public void Require(int least, int most) => ScalarFunctions.Require(Name, Arguments, least, most, Position);

        /// <summary>An argument as INT64 or FLOAT64.</summary>
        public BoundExpression Number(int index)
        {
            var x = Arguments[index];
            if (TypeNames.IsText(x.Type))
                throw SqlException.Type($"{Name} needs a number, not {TypeNames.Keyword(x.Type)}", Position);
            return ExpressionBuilder.Number(x, Name, Position);
        }

        public BoundExpression Float(int index) =>
            Arguments[index] is NullConstant ? new NullConstant(ColumnType.Float64, isUntyped: false) : Conversions.ToFloat(Number(index), Position);

        public BoundExpression Level(BoundExpression level)
        {
            if (!level.IsConstant)
                throw SqlException.Type($"the level of {Name} must be a constant,", Position);
            if (TypeNames.IsText(level.Type) || level is NullConstant)
                throw SqlException.Type($"the level of {Name} must be a number,", Position);
            return Conversions.ToFloat(ExpressionBuilder.Number(level, Name, Position), Position);
        }
    }
}
