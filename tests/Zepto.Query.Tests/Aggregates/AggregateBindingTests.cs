using Zepto.Query.Aggregates;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Aggregates;

public class AggregateBindingTests
{
    private static readonly BoundExpression Number = ExpressionBuilder.Column(0, ColumnType.Int32, VectorKind.Int64, true);
    private static readonly BoundExpression Real = ExpressionBuilder.Column(1, ColumnType.Float32, VectorKind.Float64, true);
    private static readonly BoundExpression Text = ExpressionBuilder.Column(2, ColumnType.String, VectorKind.Code, true);
    private static readonly BoundExpression Time = ExpressionBuilder.Column(3, ColumnType.Timestamp, VectorKind.Int64, false);
    private static readonly BoundExpression Half = ExpressionBuilder.Literal(new Literal(1, LiteralKind.Float, -1, 0, 0.5, null));

    [Theory]
    [InlineData("count")]
    [InlineData("SUM")]
    [InlineData("ArgMin")]
    [InlineData("stddev_samp")]
    public void IsAggregate_AnyCase_IsTrue(string name) => Assert.True(AggregateFunctions.IsAggregate(name));

    [Theory]
    [InlineData("abs")]
    [InlineData("row_number")]
    public void IsAggregate_OtherFunctions_IsFalse(string name) => Assert.False(AggregateFunctions.IsAggregate(name));

    [Fact]
    public void Bind_ResultTypes_AreThoseOfTheDialect()
    {
        Assert.Equal((ColumnType.Int64, false), Result("count", [Text]));
        Assert.Equal((ColumnType.Int64, true), Result("sum", [Number]));
        Assert.Equal((ColumnType.Float64, true), Result("sum", [Real]));
        Assert.Equal((ColumnType.Float64, true), Result("avg", [Number]));
        Assert.Equal((ColumnType.Int32, true), Result("min", [Number]));
        Assert.Equal((ColumnType.Float32, true), Result("max", [Real]));
        Assert.Equal((ColumnType.Timestamp, true), Result("max", [Time]));
        Assert.Equal((ColumnType.String, true), Result("first", [Text]));
        Assert.Equal((ColumnType.Float64, true), Result("vwap", [Number, Real]));
        Assert.Equal((ColumnType.Float64, true), Result("median", [Number]));
        Assert.Equal((ColumnType.String, true), Result("argMax", [Text, Time]));
    }

    [Fact]
    public void Bind_LevelInFrontOrBehind_IsTheSameCall()
    {
        Assert.Equal((ColumnType.Float64, true), Result("quantile", [Number], [Half]));
        Assert.Equal((ColumnType.Float64, true), Result("quantile", [Number, Half]));
    }

    [Theory]
    [InlineData("sum", "Type error: sum takes 1 argument, not 2, at position 8")]
    [InlineData("vwap", "Type error: vwap needs a number, not STRING at position 8")]
    public void Bind_WrongArguments_AreErrorsWithAPosition(string name, string message) =>
        Assert.Equal(message, Assert.Throws<SqlException>(() => Bind(name, [Text, Number])).Message);

    [Fact]
    public void Bind_WhatMakesNoSense_IsAnError()
    {
        Assert.Throws<SqlException>(() => AggregateFunctions.Bind("sum", [], [], false, true, new RowOrder(null, null), 8));
        Assert.Throws<SqlException>(() => AggregateFunctions.Bind("count", [], [], true, true, new RowOrder(null, null), 8));
        Assert.Throws<SqlException>(() => Bind("sum", [Number], [Half]));
        Assert.Throws<SqlException>(() => Bind("sum", [Time]));
        Assert.Throws<SqlException>(() => Bind("avg", [Text]));
        Assert.Throws<SqlException>(() => Bind("quantile", [Number, Number]));
        Assert.Equal(StatementErrorKind.UnknownFunction, Assert.Throws<SqlException>(() => Bind("nothing", [Number])).Kind);
    }

    [Fact]
    public void Bind_FirstAndLast_ReadTimeAndSequenceToo()
    {
        var sequence = ExpressionBuilder.Column(4, ColumnType.Int64, VectorKind.Int64, false);
        var read = AggregateFunctions.Bind("last", [Number], [], false, false, new RowOrder(Time, sequence), 1).Arguments;
        Assert.Same(Number, read[0]);
        Assert.Equivalent(new[] { Time, sequence }.Select(e => ((ColumnReference)e).Input), read[1..].Select(e => ((ColumnReference)e).Input));
    }

    private static AggregateCall Bind(string name, BoundExpression[] args, BoundExpression[]? parameters = null) =>
        AggregateFunctions.Bind(name, args, parameters ?? [], false, false, new RowOrder(null, null), 8);

    private static (ColumnType Type, bool Nullable) Result(string name, BoundExpression[] args, BoundExpression[]? parameters = null)
    {
        var call = Bind(name, args, parameters);
        var shape = call.Create([.. Enumerable.Range(0, call.Arguments.Length)]).ResultShape;
        return (shape.Type, shape.Nullable);
    }
}
