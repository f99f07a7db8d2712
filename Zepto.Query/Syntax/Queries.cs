namespace Zepto.Query.Syntax;

/// <summary>One ORDER BY item; <paramref name="NullsFirst"/> is null when not written (NULLs sort last).</summary>
public sealed record OrderItem(Expression Expression, bool Descending, bool? NullsFirst);

/// <summary>One item of a select list.</summary>
public sealed record SelectItem(Expression Expression, string? Alias);

/// <summary>`name AS (query)` of a WITH clause.</summary>
public sealed record CommonTable(int Position, string Name, QueryExpression Query) : SyntaxNode(Position);

/// <summary>A SELECT, or several combined; ORDER BY and LIMIT belong to the whole.</summary>
public sealed record QueryExpression(
    int Position, IReadOnlyList<CommonTable> With, QueryBody Body, IReadOnlyList<OrderItem> OrderBy, Expression? Limit, Expression? Offset) : SyntaxNode(Position);

/// <summary>One SELECT or a set operation.</summary>
public abstract record QueryBody(int Position) : SyntaxNode(Position);

/// <summary>One SELECT block.</summary>
public sealed record SelectBlock(
    int Position, bool Distinct, IReadOnlyList<SelectItem> Items, TableExpression? From, double? Sample, Expression? Where,
    IReadOnlyList<Expression> GroupBy, Expression? Having, IReadOnlyList<NamedWindow> Windows) : QueryBody(Position);

/// <summary>`WINDOW name AS (…)`.</summary>
public sealed record NamedWindow(string Name, WindowSpecification Specification);

/// <summary>A branch in parentheses with its own ORDER BY and LIMIT.</summary>
public sealed record NestedQuery(int Position, QueryExpression Query) : QueryBody(Position);

/// <summary>How two queries combine.</summary>
public enum SetOperator : byte { Union, UnionAll, Intersect, Except }

/// <summary>`left op right`.</summary>
public sealed record SetOperation(int Position, SetOperator Operator, QueryBody Left, QueryBody Right) : QueryBody(Position);

/// <summary>Something in FROM.</summary>
public abstract record TableExpression(int Position) : SyntaxNode(Position);

/// <summary>A table or CTE by name.</summary>
public sealed record NamedTable(int Position, string? Database, string Name, string? Alias) : TableExpression(Position);

/// <summary>`(SELECT …) AS t`.</summary>
public sealed record DerivedTable(int Position, QueryExpression Query, string? Alias) : TableExpression(Position);

/// <summary>Forms of join.</summary>
public enum JoinKind : byte { Inner, Left, Right, Full, Cross, Asof, AsofLeft, Aj, Aj0, Window, Union, Plus }

/// <summary>`left JOIN right ON … | USING (…)`.</summary>
public sealed record Join(
    int Position, JoinKind Kind, TableExpression Left, TableExpression Right, Expression? On, IReadOnlyList<string>? Using) : TableExpression(Position);
