namespace Zepto.Query.Syntax;

/// <summary>A node of the syntax tree. <paramref name="Position"/> is the 1-based character of its first token.</summary>
public abstract record SyntaxNode(int Position);

/// <summary>Anything that has a value.</summary>
public abstract record Expression(int Position) : SyntaxNode(Position);

/// <summary>Kinds of literal tokens; part of a plan's key.</summary>
public enum LiteralKind : byte
{
    /// <summary>Digits that fit INT64.</summary>
    Integer,

    /// <summary>A number with a point or an exponent.</summary>
    Float,

    /// <summary>Quoted text.</summary>
    Text,

    /// <summary>TRUE or FALSE; not lifted out of plans.</summary>
    Bool,

    /// <summary>NULL; not lifted out of plans.</summary>
    Null,
}

/// <summary>
/// A literal as written. <paramref name="Ordinal"/> numbers the statement's integer, float and text literals from 0 in text order and is -1 for
/// the others; a cached plan is bound to new literals by it.
/// </summary>
public sealed record Literal(int Position, LiteralKind Kind, int Ordinal, long Integer, double Float, byte[]? Text) : Expression(Position);

/// <summary>A column name, with its table's name or alias where written.</summary>
public record ColumnName(int Position, string? Table, string Name) : Expression(Position);

/// <summary>`*` or `t.*` in a select list or in count(*).</summary>
public sealed record Star(int Position, string? Table) : Expression(Position);

/// <summary>`{name:Type}`.</summary>
public sealed record QueryParameter(int Position, string Name, string Type) : Expression(Position);

/// <summary>Operators with one operand.</summary>
public enum UnaryOperator : byte { Negate, Not }

/// <summary>Operators with two operands.</summary>
public enum BinaryOperator : byte
{
    Add, Subtract, Multiply, Divide, IntegerDivide, Modulo, Concat,
    Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual,
    And, Or,
}

/// <summary>`-x`, `NOT x`.</summary>
public sealed record Unary(int Position, UnaryOperator Operator, Expression Operand) : Expression(Position);

/// <summary>`a op b`.</summary>
public sealed record Binary(int Position, BinaryOperator Operator, Expression Left, Expression Right) : Expression(Position);

/// <summary>`x [NOT] BETWEEN low AND high`.</summary>
public sealed record Between(int Position, Expression Operand, Expression Low, Expression High, bool Negated) : Expression(Position);

/// <summary>`x [NOT] IN (a, b, …)`.</summary>
public sealed record InList(int Position, Expression Operand, IReadOnlyList<Expression> Items, bool Negated) : Expression(Position);

/// <summary>`x [NOT] IN (SELECT …)`.</summary>
public sealed record InQuery(int Position, Expression Operand, QueryExpression Query, bool Negated) : Expression(Position);

/// <summary>`x [NOT] LIKE p`, `ILIKE` without regard to ASCII case.</summary>
public sealed record Like(int Position, Expression Operand, Expression Pattern, bool IgnoreCase, bool Negated) : Expression(Position);

/// <summary>`x IS [NOT] NULL`.</summary>
public sealed record IsNull(int Position, Expression Operand, bool Negated) : Expression(Position);

/// <summary>One arm of a CASE.</summary>
public sealed record CaseArm(Expression When, Expression Then);

/// <summary>`CASE [operand] WHEN … THEN … [ELSE …] END`.</summary>
public sealed record Case(int Position, Expression? Operand, IReadOnlyList<CaseArm> Arms, Expression? Else) : Expression(Position);

/// <summary>`CAST(x AS type)` and `x::type`; the type's name as written.</summary>
public sealed record Cast(int Position, Expression Operand, string TypeName) : Expression(Position);

/// <summary>INTERVAL literal: fixed nanoseconds, or whole months (then <paramref name="Nanoseconds"/> is 0).</summary>
public sealed record Interval(int Position, long Nanoseconds, int Months, string Text) : Expression(Position);

/// <summary>`(SELECT …)` as a value.</summary>
public sealed record ScalarQuery(int Position, QueryExpression Query) : Expression(Position);

/// <summary>`EXISTS (SELECT …)`.</summary>
public sealed record Exists(int Position, QueryExpression Query) : Expression(Position);

/// <summary>`[a, b]` or `(a, b)` with two or more items.</summary>
public sealed record Tuple(int Position, IReadOnlyList<Expression> Items, bool IsArray) : Expression(Position);

/// <summary>
/// A function, aggregate or window call. <paramref name="Name"/> is as written; <paramref name="Levels"/> are the first parentheses of
/// `quantile(0.5)(x)`; <paramref name="WithinGroup"/> is the ORDER BY of WITHIN GROUP.
/// </summary>
public sealed record FunctionCall(
    int Position, string Name, IReadOnlyList<Expression> Arguments, bool Distinct = false, IReadOnlyList<Expression>? Levels = null,
    IReadOnlyList<OrderItem>? WithinGroup = null, Expression? Filter = null, WindowSpecification? Over = null) : Expression(Position);

/// <summary>How a frame bound is given.</summary>
public enum FrameBoundKind : byte { UnboundedPreceding, Preceding, CurrentRow, Following, UnboundedFollowing }

/// <summary>One end of a frame; <paramref name="Offset"/> for PRECEDING and FOLLOWING with a number.</summary>
public sealed record FrameBound(FrameBoundKind Kind, Expression? Offset);

/// <summary>ROWS or RANGE frame.</summary>
public sealed record WindowFrame(bool Range, FrameBound Start, FrameBound End);

/// <summary>`OVER (…)` or `OVER name` (then only <paramref name="Name"/> is set).</summary>
public sealed record WindowSpecification(
    int Position, string? Name, IReadOnlyList<Expression> PartitionBy, IReadOnlyList<OrderItem> OrderBy, WindowFrame? Frame) : SyntaxNode(Position);
