using Zepto.Query.Aggregates;
using Zepto.Query.Execution;
using Zepto.Query.Execution.Windows;
using Zepto.Query.Expressions;
using Zepto.Query.Kernels;
using Zepto.Query.Results;
using Zepto.Query.Syntax;

namespace Zepto.Query.Binding;

/// <summary>
/// Turns expressions of one SELECT block into bound ones over the columns of an operator. What an operator below has computed already (group
/// keys, aggregates, windows) is declared with <see cref="Define"/> and read as a column. Errors are SqlExceptions with positions.
/// </summary>
/// <param name="scope">Names.</param>
/// <param name="equality">Recognises what has been computed already.</param>
internal sealed class ExpressionBinder(Scope scope, SyntaxEquality equality)
{
    // A little more than the parser allows, since aliases are put in place of names.
    private const int DeepestExpression = 1200;

    private readonly List<(Expression Node, int Column, ColumnShape Shape)> _computed = [];
    private int _depth;

    /// <summary>After grouping columns may be read only through what was declared.</summary>
    public bool IsGrouped { get; set; }

    /// <summary>What is being bound, for the message that an aggregate or window cannot stand there.</summary>
    public string Clause { get; set; } = "here";

    /// <summary>Says that a column of the input holds an expression's values.</summary>
    public void Define(Expression node, int column, ColumnShape shape) => _computed.Add((node, column, shape));

    /// <summary>Binds one expression.</summary>
    public BoundExpression Bind(Expression expression)
    {
        // Evaluation goes as deep as this does.
        if (++_depth > DeepestExpression)
            throw SqlException.Parse("expression nested too deeply", expression.Position);
        var bound = BindNode(expression);
        _depth--;
        return bound;
    }

    private BoundExpression BindNode(Expression expression)
    {
        if (TryReadComputed(expression) is { } computed)
            return computed;

        var position = expression.Position;
        switch (expression)
        {
            case Literal literal: return ExpressionBuilder.Literal(literal);
            case ColumnName name: return BindColumn(name);
            case Unary unary: return ExpressionBuilder.Unary(unary.Operator, Bind(unary.Operand), position);
            case Binary binary: return ExpressionBuilder.Binary(binary.Operator, Bind(binary.Left), Bind(binary.Right), position);
            case Between between: return ExpressionBuilder.Between(Bind(between.Operand), Bind(between.Low), Bind(between.High), between.Negated, position);
            case InList list: return ExpressionBuilder.In(Bind(list.Operand), Bind(list.Items), list.Negated, position);
            case Like like: return ExpressionBuilder.Like(Bind(like.Operand), Bind(like.Pattern), like.IgnoreCase, like.Negated, position);
            case IsNull isNull: return ExpressionBuilder.IsNull(Bind(isNull.Operand), isNull.Negated);
            case Case choice: return BindCase(choice);
            case Cast cast: return ExpressionBuilder.Cast(Bind(cast.Operand), cast.TypeName, position);
            case Interval { Months: 0 } interval: return ExpressionBuilder.Interval(interval.Nanoseconds);
            case Interval interval: throw SqlException.Type($"{interval.Text} has no fixed length; months and years go with toStartOfInterval and date_trunc only,", position);
            case FunctionCall call: return BindCall(call);
            case Star: throw SqlException.Parse("'*' stands where a value is needed", position);
            case QueryParameter parameter: throw SqlException.Unsupported($"Query parameter {{{parameter.Name}:{parameter.Type}}} has no value; parameters are not supported");
            case ScalarQuery: throw SqlException.Unsupported("A SELECT as a value is not supported; use a join or run it by itself");
            case InQuery: throw SqlException.Unsupported("IN (SELECT …) is not supported; use a join or a list of values");
            case Exists: throw SqlException.Unsupported("EXISTS (SELECT …) is not supported");
            case Syntax.Tuple { IsArray: true }: throw SqlException.Type("arrays are supported only after IN,", position);
            default: throw SqlException.Type("a list in parentheses is not a value,", position);
        }
    }

    /// <summary>Binds a list of expressions.</summary>
    public BoundExpression[] Bind(IReadOnlyList<Expression> expressions) => [.. expressions.Select(Bind)];

    /// <summary>A column of the input.</summary>
    public static BoundExpression Reference(int column, ColumnShape shape) => ExpressionBuilder.Column(column, shape.Type, shape.Kind, shape.Nullable);

    // The very node comes first: one that is only equal to it now would tie the plan to these literals.
    private BoundExpression? TryReadComputed(Expression expression)
    {
        foreach (var (node, column, shape) in _computed)
        {
            if (ReferenceEquals(node, expression))
                return Reference(column, shape);
        }

        foreach (var (node, column, shape) in _computed)
        {
            if (equality.Same(node, expression))
                return Reference(column, shape);
        }

        return null;
    }

    private BoundExpression BindColumn(ColumnName name)
    {
        var column = scope.Get(name);
        if (IsGrouped)
        {
            throw new SqlException(
                StatementErrorKind.TypeMismatch, $"Column {name.Name} at position {name.Position} must stand in GROUP BY or inside an aggregate function");
        }

        if (column.Index < 0)
            throw new SqlException(StatementErrorKind.Internal, $"column {name.Name} was not read");
        return Reference(column.Index, column.Shape);
    }

    private BoundExpression BindCase(Case choice)
    {
        // An untyped NULL takes the type of what each arm compares it with; all else is computed once for all arms.
        var operand = choice.Operand is null ? null : Bind(choice.Operand);
        var computed = operand is null or NullConstant ? null : new ComputedOperand(operand);
        var arms = new (BoundExpression, BoundExpression)[choice.Arms.Count];
        for (var i = 0; i < arms.Length; i++)
        {
            var (when, then) = (choice.Arms[i].When, choice.Arms[i].Then);
            var condition = operand is null ? Bind(when) : ExpressionBuilder.Compare(Comparison.Equal, computed ?? operand, Bind(when), when.Position);
            arms[i] = (condition, Bind(then));
        }

        return ExpressionBuilder.Case(arms, choice.Else is null ? null : Bind(choice.Else), choice.Position, computed);
    }

    private BoundExpression BindCall(FunctionCall call)
    {
        if (call.Over is not null || WindowFunctions.IsWindowFunction(call.Name) && !AggregateFunctions.IsAggregate(call.Name) && !ScalarFunctions.Exists(call.Name))
        {
            throw new SqlException(StatementErrorKind.TypeMismatch, call.Over is null
                ? $"Window function {call.Name} at position {call.Position} needs OVER (…)"
                : $"Window function {call.Name} at position {call.Position} cannot stand {Clause}");
        }

        if (AggregateFunctions.IsAggregate(call.Name))
            throw new SqlException(StatementErrorKind.TypeMismatch, $"Aggregate function {call.Name} at position {call.Position} cannot stand {Clause}");
        if (!ScalarFunctions.Exists(call.Name))
            throw new SqlException(StatementErrorKind.UnknownFunction, $"Unknown function: {call.Name}");
        if (call.Distinct || call.Levels is not null || call.WithinGroup is not null || call.Filter is not null)
            throw SqlException.Type($"{call.Name} is no aggregate function and takes plain arguments only,", call.Position);
        if (call.Arguments is [_, Interval { Months: not 0 } months, ..] && call.Name.Equals("toStartOfInterval", StringComparison.OrdinalIgnoreCase))
            return TimeFunctions.FloorMonths(Bind(call.Arguments[0]), months.Months, call.Position);
        return ExpressionBuilder.Function(call.Name, Bind(call.Arguments), call.Position);
    }
}
