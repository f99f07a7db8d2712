using System.Diagnostics;
using Zepto.Query.Statements.Formats;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>
/// Reads the rows after VALUES into a builder's batch. Plain literals go straight from the statement's bytes into columns; anything else is parsed
/// and computed as a constant expression. One statement at a time; allocates nothing for plain literals once warm.
/// </summary>
internal sealed class InsertValuesReader(RowBatchBuilder builder, ScratchBytes scratch) : IDisposable
{
    private readonly ConstantEvaluator _constants = new();

    /// <summary>
    /// Reads rows up to the text's end and gives their number. Throws SqlException for text that is no list of rows, for rows that do not match
    /// the target and for values that do not fit.
    /// </summary>
    /// <param name="sql">The whole statement, or its rows alone.</param>
    /// <param name="offset">Where the rows begin.</param>
    /// <param name="target">Where the values go.</param>
    /// <param name="nowNs">Value of now().</param>
    public int Read(ReadOnlySpan<byte> sql, int offset, InsertTarget target, long nowNs)
    {
        var scanner = new InsertScanner(sql, offset);
        var rowCount = 0;
        while (true)
        {
            if (scanner.Peek() != '(')
                throw SqlParser.Unexpected(sql, scanner.Position, "'('");
            builder.BeginRow(rowCount, scanner.Position - offset, sql.Length - offset);
            ReadRow(sql, ref scanner, target, rowCount, nowNs);
            rowCount++;
            var next = scanner.Peek();
            if (next == ',')
                scanner.Position++;
            else if (next != '(')
                break;
        }

        SqlParser.ExpectEnd(sql, scanner.Position, "',', '(' or the end of the statement");
        return rowCount;
    }

    public void Dispose() => _constants.Dispose();

    private void ReadRow(ReadOnlySpan<byte> sql, ref InsertScanner scanner, InsertTarget target, int row, long nowNs)
    {
        var columns = target.Columns;
        var open = scanner.Position++;
        for (var i = 0; i < columns.Length; i++)
        {
            var next = ReadValue(sql, ref scanner, columns[i], row, nowNs);
            scanner.Position++;
            if (next == ',' && i < columns.Length - 1)
                continue;
            if (next == ')' && i == columns.Length - 1)
                return;
            throw WrongCount(sql, open, target, row);
        }
    }

    /// <summary>Reads one value and shows what follows it, a comma or the closing parenthesis.</summary>
    private byte ReadValue(ReadOnlySpan<byte> sql, ref InsertScanner scanner, int column, int row, long nowNs)
    {
        if (scanner.Peek() == 0)
            throw SqlParser.Unexpected(sql, scanner.Position, "a value");
        if (TryStorePlain(ref scanner, column, row, out var next))
            return next;
        var start = scanner.Position;
        if (scanner.TryReadLiteral(scratch, out var value))
        {
            next = scanner.Peek();
            if (next is (byte)',' or (byte)')')
            {
                builder.Store(value, column, row);
                return next;
            }
        }

        scanner.Position = StoreExpression(sql, start, column, row, nowNs);
        return sql[scanner.Position];
    }

    /// <summary>Reads and stores the values that nearly all statements consist of; false for any other, of which nothing is read then.</summary>
    private bool TryStorePlain(ref InsertScanner scanner, int column, int row, out byte next)
    {
        switch (builder.TypeOf(column))
        {
            case ColumnType.Int64 or ColumnType.Timestamp when scanner.TryReadPlainInteger(out var integer, out next):
                builder.SetInt64(column, row, integer);
                return true;
            case ColumnType.Symbol or ColumnType.String when scanner.TryReadPlainText(out var text, out next):
                builder.SetText(column, row, text);
                return true;
            default:
                next = 0;
                return false;
        }
    }

    /// <summary>Stores the value of the expression at an offset and gives the offset after it.</summary>
    private int StoreExpression(ReadOnlySpan<byte> sql, int start, int column, int row, long nowNs)
    {
        var end = start;
        var expression = SqlParser.ParseConstant(sql, ref end);
        InputValue value;
        try
        {
            value = _constants.Evaluate(expression, charactersBefore: 0, nowNs);
        }
        catch (SqlException)
        {
            throw builder.AtValue(ErrorInStatement(expression, CountCharacters(sql[..start]), nowNs), column, row);
        }

        builder.Store(value, column, row);
        return end;
    }

    /// <summary>
    /// The error of an expression with its position in the statement. Computed a second time, because counting the characters before each
    /// expression in advance would take quadratic time.
    /// </summary>
    private SqlException ErrorInStatement(Expression expression, int charactersBefore, long nowNs)
    {
        try
        {
            _constants.Evaluate(expression, charactersBefore, nowNs);
        }
        catch (SqlException error)
        {
            return error;
        }

        throw new UnreachableException();
    }

    private static int CountCharacters(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var b in text)
        {
            if ((b & 0xC0) != 0x80)
                count++;
        }

        return count;
    }

    /// <summary>The error for a row of too few or too many values, or of text that is no row.</summary>
    private static SqlException WrongCount(ReadOnlySpan<byte> sql, int open, InsertTarget target, int row)
    {
        var lexer = new Lexer(sql, open + 1);
        var values = 1;
        var previous = TokenKind.Comma;
        for (var depth = 0; ;)
        {
            var token = lexer.Next();
            var endsValue = depth == 0 && token.Kind is TokenKind.Comma or TokenKind.RightParenthesis;
            if (token.Kind is TokenKind.End or TokenKind.Error || (endsValue && previous == TokenKind.Comma))
                return SqlParser.Unexpected(sql, token.Start, token.Kind == TokenKind.End ? "',' or ')'" : "a value");
            if (endsValue && token.Kind == TokenKind.RightParenthesis)
                break;
            if (endsValue)
                values++;
            else if (token.Kind == TokenKind.LeftParenthesis)
                depth++;
            else if (token.Kind == TokenKind.RightParenthesis)
                depth--;
            previous = token.Kind;
        }

        var where = target.HasColumnList ? "the column list" : "the table";
        var expected = target.Columns.Length;
        return SqlException.Value(
            $"Row {row + 1} has {values} value{(values == 1 ? "" : "s")}, {where} has {expected} column{(expected == 1 ? "" : "s")}");
    }
}
