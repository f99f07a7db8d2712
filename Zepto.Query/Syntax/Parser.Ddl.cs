using Zepto.Storage.Schema;

namespace Zepto.Query.Syntax;

/// <summary>CREATE, DROP, TRUNCATE and OPTIMIZE TABLE.</summary>
internal ref partial struct Parser
{
    private Statement ParseCreate(out bool complete)
    {
        complete = true;
        var position = _token.Position;
        Advance();
        if (!AtWord("TABLE"u8))
            return AtEnd ? throw Unexpected("TABLE") : Refuse(position, "CREATE", out complete);
        Advance();
        var ifNotExists = AcceptIfNotExists();
        var (_, name) = ParseTableName();
        if (AtWord("AS"u8) || AtWord("ON"u8))
            return Refuse(position, "CREATE TABLE", out complete);
        Expect(TokenKind.LeftParenthesis, "'('");
        var columns = new List<ColumnSyntax>();
        do
            columns.Add(ParseColumnDefinition());
        while (Accept(TokenKind.Comma));
        Expect(TokenKind.RightParenthesis, "',' or ')'");
        var (timestampColumn, retention) = ParseTableOptions();
        return new CreateTableStatement(position, ifNotExists, name, columns, timestampColumn, retention);
    }

    /// <summary>`name type [NULL | NOT NULL | DEFAULT literal | SORTED | GROUPED | PARTED]…`; CODEC and COMMENT are accepted and ignored.</summary>
    private ColumnSyntax ParseColumnDefinition()
    {
        var position = _token.Position;
        var name = ParseName("a column name");
        var typePosition = _token.Position;
        var type = ParseTypeName();
        var notNull = false;
        Expression? standard = null;
        var attribute = ColumnAttribute.None;
        while (true)
        {
            if (AcceptWord("NOT"u8))
            {
                ExpectWord("NULL"u8);
                notNull = true;
            }
            else if (standard is null && AcceptWord("DEFAULT"u8))
            {
                standard = ParseExpression();
            }
            else if (AcceptWord("COMMENT"u8))
            {
                Expect(TokenKind.Text, "a string");
            }
            else if (AtWord("CODEC"u8))
            {
                Advance();
                if (!At(TokenKind.LeftParenthesis))
                    throw Unexpected("'('");
                SkipBrackets();
            }
            else if (attribute == ColumnAttribute.None && AcceptAttribute() is { } written)
            {
                attribute = written;
            }
            else if (!AcceptWord("NULL"u8))
            {
                return new ColumnSyntax(position, name, type, typePosition, notNull, standard, attribute);
            }
        }
    }

    /// <summary>
    /// What follows the columns: ENGINE, ORDER BY, PARTITION BY, PRIMARY KEY, SAMPLE BY, SETTINGS and COMMENT of ClickHouse are skipped,
    /// `WITH (timestamp = column)` and TTL are read.
    /// </summary>
    private (string? TimestampColumn, RetentionSyntax? Retention) ParseTableOptions()
    {
        string? timestampColumn = null;
        RetentionSyntax? retention = null;
        while (!AtEnd)
        {
            if (AtWord("WITH"u8))
            {
                Advance();
                timestampColumn = ParseWithOptions();
                continue;
            }

            if (AcceptWord("TTL"u8))
            {
                retention = ParseRetention();
                continue;
            }

            if (!AtWord("ENGINE"u8) && !AtWord("ORDER"u8) && !AtWord("PARTITION"u8) && !AtWord("PRIMARY"u8) && !AtWord("SAMPLE"u8)
                && !AtWord("SETTINGS"u8) && !AtWord("COMMENT"u8))
                throw Unexpected("WITH, TTL, ENGINE or the end of the statement");
            SkipTableOption();
        }

        return (timestampColumn, retention);
    }

    private void SkipTableOption()
    {
        Advance();
        if (AtEnd)
            throw Unexpected();
        while (!AtEnd && !AtWord("WITH"u8) && !AtWord("TTL"u8))
        {
            if (_token.Kind is TokenKind.LeftParenthesis or TokenKind.LeftBracket or TokenKind.LeftBrace)
                SkipBrackets();
            else if (_token.Kind is TokenKind.RightParenthesis or TokenKind.RightBracket or TokenKind.RightBrace)
                throw Unexpected();
            else
                Advance();
        }
    }

    private string? ParseWithOptions()
    {
        string? timestampColumn = null;
        Expect(TokenKind.LeftParenthesis, "'('");
        do
        {
            if (!AtWord("TIMESTAMP"u8))
                throw Unexpected("the option timestamp = column");
            Advance();
            Expect(TokenKind.Equal, "'='");
            if (At(TokenKind.Text))
            {
                timestampColumn = System.Text.Encoding.UTF8.GetString(TextLiteral.Decode(Bytes));
                Advance();
            }
            else
            {
                timestampColumn = ParseAnyName("a column name");
            }
        }
        while (Accept(TokenKind.Comma));
        Expect(TokenKind.RightParenthesis, "')'");
        return timestampColumn;
    }

    private Statement ParseDrop(out bool complete)
    {
        complete = true;
        var position = _token.Position;
        Advance();
        if (!AtWord("TABLE"u8))
            return AtEnd ? throw Unexpected("TABLE") : Refuse(position, "DROP", out complete);
        Advance();
        var ifExists = AcceptIfExists();
        var (_, name) = ParseTableName();
        if (!AcceptWord("SYNC"u8) && AcceptWord("NO"u8))
            ExpectWord("DELAY"u8);
        return new DropTableStatement(position, ifExists, name);
    }

    private TruncateStatement ParseTruncate()
    {
        var position = _token.Position;
        Advance();
        SkipTableKeyword();
        var ifExists = AcceptIfExists();
        return new TruncateStatement(position, ifExists, ParseTableName().Name);
    }

    private OptimizeStatement ParseOptimize()
    {
        var position = _token.Position;
        Advance();
        SkipTableKeyword();
        var (_, table) = ParseTableName();
        AcceptWord("FINAL"u8);
        return new OptimizeStatement(position, table);
    }

    private bool AcceptIfExists()
    {
        if (!AtWord("IF"u8) || !PeekIsWord("EXISTS"u8))
            return false;
        Advance();
        Advance();
        return true;
    }

    private bool AcceptIfNotExists()
    {
        if (!AtWord("IF"u8) || !PeekIsWord("NOT"u8))
            return false;
        Advance();
        Advance();
        ExpectWord("EXISTS"u8);
        return true;
    }
}
