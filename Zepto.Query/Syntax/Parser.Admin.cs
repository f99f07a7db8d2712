using System.Text;

namespace Zepto.Query.Syntax;

/// <summary>SHOW, DESCRIBE, EXISTS, EXPLAIN, USE, SET, KILL and BACKUP.</summary>
internal ref partial struct Parser
{
    private Statement ParseShow(out bool complete)
    {
        complete = true;
        var position = _token.Position;
        Advance();
        if (AcceptWord("DATABASES"u8))
            return WithTail(new ShowDatabasesStatement(position));
        if (AcceptWord("TABLES"u8))
        {
            if (AcceptWord("FROM"u8) || AcceptWord("IN"u8))
                ParseAnyName("a database name");
            return WithTail(new ShowTablesStatement(position));
        }

        if (AtWord("CREATE"u8) && PeekIsWord("TABLE"u8))
        {
            Advance();
            Advance();
            return WithTail(new ShowCreateTableStatement(position, ParseTableName().Name));
        }

        return At(TokenKind.Word) ? Refuse(position, "SHOW", out complete) : throw Unexpected("TABLES, DATABASES or CREATE TABLE");
    }

    private Statement ParseDescribe()
    {
        var position = _token.Position;
        Advance();
        SkipTableKeyword();
        return WithTail(new DescribeStatement(position, ParseTableName().Name));
    }

    private Statement ParseExistsTable()
    {
        var position = _token.Position;
        Advance();
        SkipTableKeyword();
        return WithTail(new ExistsTableStatement(position, ParseTableName().Name));
    }

    /// <summary>Skips TABLE, unless it is the table's name.</summary>
    private void SkipTableKeyword()
    {
        if (AtWord("TABLE"u8) && Peek().Kind is TokenKind.Word or TokenKind.QuotedName or TokenKind.End && !PeekIsWord("FORMAT"u8))
            Advance();
    }

    private Statement ParseExplain(out bool complete)
    {
        complete = true;
        var position = _token.Position;
        Advance();
        var analyze = AcceptWord("ANALYZE"u8);
        if (AtWord("INSERT"u8) || AtWord("UPDATE"u8) || AtWord("DELETE"u8))
            return Refuse(position, "EXPLAIN", out complete);
        if (!AtQuery && !At(TokenKind.LeftParenthesis))
            throw Unexpected(analyze ? "SELECT" : "ANALYZE or SELECT");
        return new ExplainStatement(position, analyze, ParseSelectStatement());
    }

    private AcceptedStatement ParseUse()
    {
        var position = _token.Position;
        Advance();
        ParseAnyName("a database name");
        return new AcceptedStatement(position);
    }

    private AcceptedStatement ParseSet()
    {
        var position = _token.Position;
        Advance();
        ParseSettings();
        return new AcceptedStatement(position);
    }

    private Statement ParseKill()
    {
        var position = _token.Position;
        Advance();
        ExpectWord("QUERY"u8);
        ExpectWord("WHERE"u8);
        ExpectWord("query_id"u8);
        Expect(TokenKind.Equal, "'='");
        var id = ParseText("the query's id as a string");
        if (!AcceptWord("SYNC"u8))
            AcceptWord("ASYNC"u8);
        return WithTail(new KillQueryStatement(position, id));
    }

    /// <summary>ClickHouse's BACKUP of single tables and to other places is refused by name.</summary>
    private Statement ParseBackup(out bool complete)
    {
        complete = true;
        var position = _token.Position;
        Advance();
        if (!AcceptWord("DATABASE"u8) && !AtWord("TO"u8))
            return At(TokenKind.Word) ? Refuse(position, "BACKUP", out complete) : throw Unexpected("TO");
        ExpectWord("TO"u8);
        return WithTail(new BackupStatement(position, ParseText("the directory as a string")));
    }

    private string ParseText(string expected)
    {
        if (!At(TokenKind.Text))
            throw Unexpected(expected);
        var text = Encoding.UTF8.GetString(TextLiteral.Decode(Bytes));
        Advance();
        return text;
    }

    /// <summary>Wraps the statement when FORMAT or SETTINGS follow it.</summary>
    private Statement WithTail(Statement statement)
    {
        ParseTail(out var format, out var settings);
        return format is null && settings.Count == 0 ? statement : new FormattedStatement(statement.Position, statement, format, settings);
    }
}
