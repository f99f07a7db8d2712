using Zepto.Query.Aggregates;
using Zepto.Query.Execution.Aggregation;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Query.Tests.Fakes;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Tests.Execution.Aggregation;

/// <summary>Calls of aggregates over the columns of <see cref="ModelRow"/>, bound as the planner binds them.</summary>
internal static class AggregateFixture
{
    public const int Time = 0, Code = 1, Name = 2, Key = 3, X = 4, F = 5, B = 6, Text = 7, Sequence = 8;

    private static readonly (ColumnType Type, VectorKind Kind)[] Shapes =
    [
        (ColumnType.Timestamp, VectorKind.Int64), (ColumnType.Symbol, VectorKind.Code), (ColumnType.String, VectorKind.Code),
        (ColumnType.Int64, VectorKind.Int64), (ColumnType.Int64, VectorKind.Int64), (ColumnType.Float64, VectorKind.Float64),
        (ColumnType.Bool, VectorKind.Bool), (ColumnType.String, VectorKind.Text), (ColumnType.Int64, VectorKind.Int64),
    ];

    /// <summary>A call over columns; a filter keeps rows where X is above 0.</summary>
    public sealed record Call(string Name, int[] Columns, double? Level = null, bool Distinct = false, bool HasFilter = false, bool ByRowOrder = false, bool IsStar = false);

    public static BoundExpression Column(int column) =>
        ExpressionBuilder.Column(column, Shapes[column].Type, Shapes[column].Kind, column is not (Time or Sequence));

    public static BoundExpression Integer(long value) => ExpressionBuilder.Literal(new Literal(1, LiteralKind.Integer, -1, value, 0, null));

    public static BoundExpression Float(double value) => ExpressionBuilder.Literal(new Literal(1, LiteralKind.Float, -1, 0, value, null));

    /// <summary>X &gt; bound.</summary>
    public static BoundExpression Above(long bound) => ExpressionBuilder.Binary(BinaryOperator.Greater, Column(X), Integer(bound), 1);

    public static BoundExpression Bucket(long width) => ExpressionBuilder.Function("xbar", [Column(Time), Integer(width)], 1);

    public static RowSource Source(IReadOnlyList<ModelRow> rows, int chunkRows, bool constants, FakeDictionary codes) => new(
        rows.Count, chunkRows, constants,
        SourceColumn.Of(rows.Select(r => (long?)r.Time).ToArray(), ColumnType.Timestamp), Coded(rows.Select(r => r.Code), ColumnType.Symbol, codes),
        Coded(rows.Select(r => r.Name), ColumnType.String, codes), SourceColumn.Of(rows.Select(r => r.Key).ToArray()),
        SourceColumn.Of(rows.Select(r => r.X).ToArray()), SourceColumn.Of(rows.Select(r => r.F).ToArray()),
        SourceColumn.Of(rows.Select(r => r.B).ToArray()), SourceColumn.OfText(rows.Select(r => r.Text).ToArray()),
        SourceColumn.Of(rows.Select(r => (long?)r.Sequence).ToArray()))
    {
        RisingColumn = Time,
    };

    public static FakeDictionary Dictionary(IEnumerable<ModelRow> rows) => new(rows.SelectMany(r => new[] { r.Code, r.Name }));

    public static AggregateOperator Operator(RowSource source, BoundExpression[] keys, BoundExpression? predicate, IReadOnlyList<Call> calls)
    {
        var arguments = new List<BoundExpression>();
        var functions = new AggregateFunction[calls.Count];
        for (var i = 0; i < functions.Length; i++)
        {
            var call = calls[i];
            BoundExpression[] args = [.. call.Columns.Select(Column), .. call.Level is { } level ? new[] { Float(level) } : []];
            var order = call.ByRowOrder ? new RowOrder(null, null) : new RowOrder(Column(Time), Column(Sequence));
            var bound = AggregateFunctions.Bind(call.Name, args, [], call.Distinct, call.IsStar, order, 1);
            functions[i] = bound.Create([.. Enumerable.Range(arguments.Count, bound.Arguments.Length)]);
            arguments.AddRange(bound.Arguments);
            if (!call.HasFilter)
                continue;
            functions[i].FilterArgument = arguments.Count;
            arguments.Add(Above(0));
        }

        return new AggregateOperator(source, keys, predicate, [.. arguments], functions, "Aggregate");
    }

    private static SourceColumn Coded(IEnumerable<string?> values, ColumnType type, FakeDictionary dictionary)
    {
        var codes = values.Select(dictionary.Code).ToArray();
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(codes.AsSpan()).ToArray();
        return new SourceColumn(new Query.Execution.ColumnShape(type, VectorKind.Code, true), bytes, dictionary);
    }
}
