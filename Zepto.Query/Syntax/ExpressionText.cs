using System.Globalization;
using System.Text;

namespace Zepto.Query.Syntax;

/// <summary>
/// Writes expressions and queries back as text: the names of unaliased output columns, EXPLAIN, and tests. Spacing is ClickHouse's, function
/// names and types are as written, and parentheses appear only where the meaning needs them, so the text parses to the same tree.
/// </summary>
public static class ExpressionText
{
    /// <summary>The output column's name: the bare name of a column, the text of anything else.</summary>
    public static string Of(Expression expression) => Of(expression, out _);

    /// <summary>
    /// The output column's name; <paramref name="hasNumberedLiterals"/> tells that it contains literals which a cached plan would be given
    /// anew, so that the name belongs to this statement only.
    /// </summary>
    public static string Of(Expression expression, out bool hasNumberedLiterals)
    {
        hasNumberedLiterals = false;
        if (expression is ColumnName column)
            return column.Name;
        var writer = new ExpressionWriter();
        writer.Write(expression);
        hasNumberedLiterals = writer.HasNumberedLiterals;
        return writer.ToString();
    }

    /// <summary>A name as it must be written, in quotes where it needs them.</summary>
    public static string OfName(string name)
    {
        var writer = new ExpressionWriter();
        writer.WriteName(name);
        return writer.ToString();
    }

    /// <summary>The query as one line of SQL.</summary>
    public static string Of(QueryExpression query)
    {
        var writer = new ExpressionWriter();
        writer.Write(query);
        return writer.ToString();
    }
}

/// <summary>Text under construction; this part writes expressions.</summary>
internal sealed partial class ExpressionWriter
{
    private readonly StringBuilder _text = new();

    public bool HasNumberedLiterals { get; private set; }

    public override string ToString() => _text.ToString();

    public void Write(Expression expression)
    {
        switch (expression)
        {
            case Literal literal: WriteLiteral(literal); break;
            case ColumnName column: WriteQualified(column.Table, column.Name); break;
            case Star star: WriteStar(star); break;
            case QueryParameter parameter: _text.Append('{').Append(parameter.Name).Append(':').Append(parameter.Type).Append('}'); break;
            case Unary unary: WriteUnary(unary); break;
            case Binary binary: WriteBinary(binary); break;
            case Between between: WriteBetween(between); break;
            case InList list: WriteIn(list.Operand, list.Negated); WriteList(list.Items); _text.Append(')'); break;
            case InQuery query: WriteIn(query.Operand, query.Negated); Write(query.Query); _text.Append(')'); break;
            case Like like: WriteLike(like); break;
            case IsNull isNull: Write(isNull.Operand, Precedence.Comparison); _text.Append(isNull.Negated ? " IS NOT NULL" : " IS NULL"); break;
            case Case choice: WriteCase(choice); break;
            case Cast cast: _text.Append("CAST("); Write(cast.Operand); _text.Append(" AS ").Append(cast.TypeName).Append(')'); break;
            case Interval interval: _text.Append(interval.Text); break;
            case ScalarQuery scalar: _text.Append('('); Write(scalar.Query); _text.Append(')'); break;
            case Exists exists: _text.Append("EXISTS("); Write(exists.Query); _text.Append(')'); break;
            case Tuple tuple: WriteTuple(tuple); break;
            case FunctionCall call: WriteCall(call); break;
            default: throw new InvalidOperationException($"No text for {expression.GetType().Name}");
        }
    }

    /// <summary>Writes an operand, in parentheses when it binds looser than its place demands.</summary>
    private void Write(Expression expression, Precedence lowest)
    {
        if (PrecedenceOf(expression) >= lowest)
        {
            Write(expression);
            return;
        }

        _text.Append('(');
        Write(expression);
        _text.Append(')');
    }

    private static Precedence PrecedenceOf(Expression expression) => expression switch
    {
        Unary { Operator: UnaryOperator.Not } => Precedence.Not,
        Unary => Precedence.Negate,
        Binary binary => PrecedenceOf(binary.Operator),
        Between or InList or InQuery or Like or IsNull => Precedence.Comparison,
        _ => Precedence.Operand,
    };

    private static Precedence PrecedenceOf(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Or => Precedence.Or,
        BinaryOperator.And => Precedence.And,
        BinaryOperator.Concat => Precedence.Concat,
        BinaryOperator.Add or BinaryOperator.Subtract => Precedence.Add,
        BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.IntegerDivide or BinaryOperator.Modulo => Precedence.Multiply,
        _ => Precedence.Comparison,
    };

    private static string SymbolOf(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Add => " + ",
        BinaryOperator.Subtract => " - ",
        BinaryOperator.Multiply => " * ",
        BinaryOperator.Divide => " / ",
        BinaryOperator.IntegerDivide => " // ",
        BinaryOperator.Modulo => " % ",
        BinaryOperator.Concat => " || ",
        BinaryOperator.Equal => " = ",
        BinaryOperator.NotEqual => " != ",
        BinaryOperator.Less => " < ",
        BinaryOperator.LessOrEqual => " <= ",
        BinaryOperator.Greater => " > ",
        BinaryOperator.GreaterOrEqual => " >= ",
        BinaryOperator.And => " AND ",
        _ => " OR ",
    };

    private void WriteLiteral(Literal literal)
    {
        HasNumberedLiterals |= literal.Ordinal >= 0;
        switch (literal.Kind)
        {
            case LiteralKind.Integer:
                _text.Append(CultureInfo.InvariantCulture, $"{literal.Integer}");
                break;
            case LiteralKind.Float:
                var digits = literal.Float.ToString("R", CultureInfo.InvariantCulture);
                _text.Append(digits);
                if (!digits.AsSpan().ContainsAny('.', 'E'))
                    _text.Append(".0");
                break;
            case LiteralKind.Text:
                WriteText(Encoding.UTF8.GetString(literal.Text!));
                break;
            case LiteralKind.Bool:
                _text.Append(literal.Integer != 0 ? "true" : "false");
                break;
            default:
                _text.Append("NULL");
                break;
        }
    }

    private void WriteText(string text)
    {
        _text.Append('\'');
        foreach (var c in text)
        {
            _ = c switch
            {
                '\'' => _text.Append("\\'"),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\t' => _text.Append("\\t"),
                '\r' => _text.Append("\\r"),
                '\0' => _text.Append("\\0"),
                _ => _text.Append(c),
            };
        }

        _text.Append('\'');
    }

    public void WriteName(string name)
    {
        var plain = (char.IsAsciiLetter(name[0]) || name[0] is '_' or >= '\x80') && !ReservedWords.IsReserved(Encoding.UTF8.GetBytes(name));
        foreach (var c in name)
            plain &= char.IsAsciiLetterOrDigit(c) || c is '_' or >= '\x80';
        if (plain)
            _text.Append(name);
        else
            _text.Append('"').Append(name.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }

    private void WriteQualified(string? qualifier, string name)
    {
        if (qualifier is not null)
        {
            WriteName(qualifier);
            _text.Append('.');
        }

        WriteName(name);
    }

    private void WriteStar(Star star)
    {
        // A star at position 0 is the one that count() stands for.
        if (star.Position == 0)
            return;
        if (star.Table is not null)
        {
            WriteName(star.Table);
            _text.Append('.');
        }

        _text.Append('*');
    }

    private void WriteUnary(Unary unary)
    {
        if (unary.Operator == UnaryOperator.Not)
        {
            _text.Append("NOT ");
            Write(unary.Operand, Precedence.Not);
            return;
        }

        // `--` would begin a comment.
        _text.Append('-');
        Write(unary.Operand, Precedence.Operand);
    }

    private void WriteBinary(Binary binary)
    {
        var precedence = PrecedenceOf(binary.Operator);
        Write(binary.Left, precedence);
        _text.Append(SymbolOf(binary.Operator));
        Write(binary.Right, precedence + 1);
    }

    private void WriteBetween(Between between)
    {
        Write(between.Operand, Precedence.Comparison);
        _text.Append(between.Negated ? " NOT BETWEEN " : " BETWEEN ");
        Write(between.Low, Precedence.Concat);
        _text.Append(" AND ");
        Write(between.High, Precedence.Concat);
    }

    private void WriteIn(Expression operand, bool negated)
    {
        Write(operand, Precedence.Comparison);
        _text.Append(negated ? " NOT IN (" : " IN (");
    }

    private void WriteLike(Like like)
    {
        Write(like.Operand, Precedence.Comparison);
        _text.Append(like.Negated ? " NOT " : " ").Append(like.IgnoreCase ? "ILIKE " : "LIKE ");
        Write(like.Pattern, Precedence.Concat);
    }

    private void WriteCase(Case choice)
    {
        _text.Append("CASE");
        if (choice.Operand is not null)
        {
            _text.Append(' ');
            Write(choice.Operand);
        }

        foreach (var arm in choice.Arms)
        {
            _text.Append(" WHEN ");
            Write(arm.When);
            _text.Append(" THEN ");
            Write(arm.Then);
        }

        if (choice.Else is not null)
        {
            _text.Append(" ELSE ");
            Write(choice.Else);
        }

        _text.Append(" END");
    }

    private void WriteTuple(Tuple tuple)
    {
        _text.Append(tuple.IsArray ? '[' : '(');
        WriteList(tuple.Items);
        _text.Append(tuple.IsArray ? ']' : ')');
    }

    private void WriteList(IReadOnlyList<Expression> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                _text.Append(", ");
            Write(items[i]);
        }
    }

    private void WriteCall(FunctionCall call)
    {
        _text.Append(call.Name).Append('(');
        if (call.Levels is not null)
        {
            WriteList(call.Levels);
            _text.Append(")(");
        }

        if (call.Distinct)
            _text.Append("DISTINCT ");
        WriteList(call.Arguments);
        _text.Append(')');
        if (call.WithinGroup is not null)
        {
            _text.Append(" WITHIN GROUP (ORDER BY ");
            WriteOrder(call.WithinGroup);
            _text.Append(')');
        }

        if (call.Filter is not null)
        {
            _text.Append(" FILTER (WHERE ");
            Write(call.Filter);
            _text.Append(')');
        }

        if (call.Over is null)
            return;
        _text.Append(" OVER ");
        if (call.Over.Name is not null)
            WriteName(call.Over.Name);
        else
            WriteWindow(call.Over);
    }
}
