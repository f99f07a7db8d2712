using Zepto.Storage.Schema;

namespace Zepto.Query.Syntax;

/// <summary>ALTER TABLE, and how long rows are kept.</summary>
internal ref partial struct Parser
{
    private Statement ParseAlter(out bool complete)
    {
        complete = true;
        var position = _token.Position;
        Advance();
        if (!AtWord("TABLE"u8))
            return AtEnd ? throw Unexpected("TABLE") : Refuse(position, "ALTER", out complete);
        Advance();
        var tablePosition = _token.Position;
        var (database, table) = ParseTableName();
        if (AtEnd)
            throw Unexpected("ADD COLUMN, DROP COLUMN, RENAME COLUMN, SET TTL, SET ATTRIBUTE, UPDATE or DELETE");
        if (AcceptWords("ADD"u8, "COLUMN"u8))
        {
            var ifNotExists = AcceptIfNotExists();
            return new AddColumnStatement(position, table, ParseColumnDefinition(), ifNotExists);
        }

        if (AcceptWords("DROP"u8, "COLUMN"u8))
        {
            var ifExists = AcceptIfExists();
            return new DropColumnStatement(position, table, ParseName("a column name"), ifExists);
        }

        if (AcceptWords("RENAME"u8, "COLUMN"u8))
        {
            var ifExists = AcceptIfExists();
            var column = ParseName("a column name");
            ExpectWord("TO"u8);
            return new RenameColumnStatement(position, table, column, ParseName("a column name"), ifExists);
        }

        if (AcceptWords("SET"u8, "TTL"u8) || AcceptWords("MODIFY"u8, "TTL"u8))
            return new SetRetentionStatement(position, table, ParseRetention());
        if (AcceptWords("REMOVE"u8, "TTL"u8))
            return new SetRetentionStatement(position, table, null);
        if (AcceptWords("SET"u8, "ATTRIBUTE"u8))
        {
            var column = ParseName("a column name");
            var attribute = AcceptWord("NONE"u8) ? ColumnAttribute.None : AcceptAttribute() ?? throw Unexpected("SORTED, GROUPED, PARTED or NONE");
            return new SetAttributeStatement(position, table, column, attribute);
        }

        if (AtWord("UPDATE"u8))
            return ParseUpdate(position, new NamedTable(tablePosition, database, table, null));
        if (AtWord("DELETE"u8))
            return ParseDelete(position, new NamedTable(tablePosition, database, table, null));
        return AcceptWord("SET"u8) ? Refuse(position, "ALTER TABLE SET", out complete) : Refuse(position, "ALTER TABLE", out complete);
    }

    private ColumnAttribute? AcceptAttribute()
    {
        if (AcceptWord("SORTED"u8))
            return ColumnAttribute.Sorted;
        if (AcceptWord("GROUPED"u8))
            return ColumnAttribute.Grouped;
        return AcceptWord("PARTED"u8) ? ColumnAttribute.Parted : null;
    }

    private bool AcceptWords(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        if (!AtWord(first) || !PeekIsWord(second))
            return false;
        Advance();
        Advance();
        return true;
    }

    /// <summary>What follows TTL: `30 DAYS`, `INTERVAL 30 DAY`, or ClickHouse's `ts + INTERVAL 30 DAY [DELETE]` and `toDateTime(ts) + toIntervalDay(30)`.</summary>
    private RetentionSyntax ParseRetention()
    {
        var position = _token.Position;
        string? column = null;
        Interval? span;
        if (At(TokenKind.Integer) || At(TokenKind.Float) || At(TokenKind.Text))
        {
            span = ParseSpan(position, _token.Start);
        }
        else
        {
            var expression = ParseExpression();
            span = SpanOf(expression is Binary { Operator: BinaryOperator.Add } sum && TryFindTime(sum.Left, out column) ? sum.Right : expression);
        }

        AcceptWord("DELETE"u8);
        if (span is null)
            throw SqlException.Parse("TTL takes a length of time such as 30 DAYS, or the timestamp column + INTERVAL 30 DAY,", AbsolutePosition(position));
        if (span.Months != 0)
            throw SqlException.Type($"{span.Text} has no fixed length; give the TTL in days", AbsolutePosition(position));
        if (span.Nanoseconds <= 0)
            throw SqlException.Parse("the TTL must be longer than nothing,", AbsolutePosition(position));
        return new RetentionSyntax(position, column, span.Nanoseconds);
    }

    /// <summary>The column of `ts` and of `toDateTime(ts)`.</summary>
    private static bool TryFindTime(Expression expression, out string? column)
    {
        if (expression is FunctionCall { Arguments: [var argument] } call && call.Name.StartsWith("toDate", StringComparison.OrdinalIgnoreCase))
            expression = argument;
        column = (expression as ColumnName)?.Name;
        return column is not null;
    }

    /// <summary>The length of an INTERVAL or of `toIntervalDay(30)`; null for anything else.</summary>
    private static Interval? SpanOf(Expression expression)
    {
        const string Prefix = "toInterval";
        if (expression is not FunctionCall { Arguments: [Literal { Kind: LiteralKind.Integer } count] } call)
            return expression as Interval;
        decimal nanoseconds = 0, months = 0;
        return call.Name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && IntervalUnit.TryFind(System.Text.Encoding.UTF8.GetBytes(call.Name[Prefix.Length..]), out var unit)
            && unit.TryAdd(count.Integer, ref nanoseconds, ref months)
            && decimal.Abs(nanoseconds) <= long.MaxValue && decimal.Abs(months) <= int.MaxValue
            ? new Interval(call.Position, (long)nanoseconds, (int)months, ExpressionText.Of(call))
            : null;
    }
}
