using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>
/// Binds an expression that reads no table: a value of INSERT or DEFAULT. Columns, aggregates, windows and subqueries are SqlExceptions.
/// Literals keep their values, so the result serves one evaluation, in the memory of <paramref name="context"/>.
/// </summary>
/// <param name="context">Where the expression is evaluated afterwards.</param>
/// <param name="charactersBefore">Characters of the statement before the one that positions in the tree count from.</param>
/// <param name="hasClock">Whether now() counts as a constant.</param>
internal sealed class ConstantBinder(EvaluationContext context, int charactersBefore, bool hasClock)
{
    public BoundExpression Bind(Expression expression)
    {
        var position = expression.Position + charactersBefore;
        switch (expression)
        {
            case Literal literal: return ExpressionBuilder.Literal(literal with { Ordinal = -1 });
            case Unary unary: return ExpressionBuilder.Unary(unary.Operator, Bind(unary.Operand), position);
            case Binary binary: return ExpressionBuilder.Binary(binary.Operator, Bind(binary.Left), Bind(binary.Right), position);
            case Between between:
                return ExpressionBuilder.Between(Bind(between.Operand), Bind(between.Low), Bind(between.High), between.Negated, position);
            case InList list: return ExpressionBuilder.In(Bind(list.Operand), BindAll(list.Items), list.Negated, position);
            case IsNull isNull: return ExpressionBuilder.IsNull(Bind(isNull.Operand), isNull.Negated);
            case Like like: return ExpressionBuilder.Like(Bind(like.Operand), Bind(like.Pattern), like.IgnoreCase, like.Negated, position);
            case Case choice: return BindCase(choice, position);
            case Cast cast: return ExpressionBuilder.Cast(Bind(cast.Operand), cast.TypeName, position);
            case Interval { Months: 0 } interval: return ExpressionBuilder.Interval(interval.Nanoseconds);
            case Interval interval: throw SqlException.Type($"{interval.Text} has no fixed length", position);
            case FunctionCall call: return BindCall(call, position);
            case ColumnName column:
                throw new SqlException(
                    StatementErrorKind.UnknownColumn, $"Unknown column: {column.Name} at position {position}; a constant names no columns, text needs single quotes");
            default: throw SqlException.Type("subqueries, parameters and lists are no constants", position);
        }
    }

    private BoundExpression[] BindAll(IReadOnlyList<Expression> expressions)
    {
        var bound = new BoundExpression[expressions.Count];
        for (var i = 0; i < bound.Length; i++)
            bound[i] = Bind(expressions[i]);
        return bound;
    }

    private BoundExpression BindCall(FunctionCall call, int position)
    {
        if (call.Distinct || call.Levels is not null || call.WithinGroup is not null || call.Filter is not null || call.Over is not null
            || call.Arguments.Any(a => a is Star))
            throw SqlException.Type($"the aggregate or window {call.Name} is no constant", position);
        if (!ScalarFunctions.Exists(call.Name))
            throw new SqlException(StatementErrorKind.UnknownFunction, $"Unknown function: {call.Name} at position {position}; a constant has no aggregates");
        var bound = ExpressionBuilder.Function(call.Name, BindAll(call.Arguments), position);
        return bound is NowExpression && !hasClock ? throw SqlException.Type($"{call.Name}() changes with time and is no constant", position) : bound;
    }

    private BoundExpression BindCase(Case choice, int position)
    {
        // The operand is computed here, once: each arm compares with its value.
        var operand = choice.Operand is null ? null : Bind(choice.Operand);
        if (operand is not (null or NullConstant))
            operand = new KnownConstant(operand, operand.Evaluate(context));
        var arms = new (BoundExpression When, BoundExpression Then)[choice.Arms.Count];
        for (var i = 0; i < arms.Length; i++)
        {
            var when = Bind(choice.Arms[i].When);
            if (operand is not null)
                when = ExpressionBuilder.Binary(BinaryOperator.Equal, operand, when, position);
            arms[i] = (when, Bind(choice.Arms[i].Then));
        }

        return ExpressionBuilder.Case(arms, choice.Else is null ? null : Bind(choice.Else), position);
    }

    /// <summary>A constant that has been computed.</summary>
    private sealed class KnownConstant(BoundExpression source, Vector value) : BoundExpression(source.Type, source.Kind, source.Nullable)
    {
        public override bool IsConstant => true;

        public override Vector Evaluate(EvaluationContext context) => value.Slice(0, context.RowCount);
    }
}
