namespace Zepto.Query.Syntax;

/// <summary>UPDATE and DELETE, also as ALTER TABLE says them.</summary>
internal ref partial struct Parser
{
    private UpdateStatement ParseUpdateStatement()
    {
        var position = _token.Position;
        Advance();
        var table = ParseChangedTable();
        if (!AtWord("SET"u8))
            throw Unexpected("SET");
        return ParseUpdate(position, table);
    }

    private DeleteStatement ParseDeleteStatement()
    {
        var position = _token.Position;
        Advance();
        ExpectWord("FROM"u8);
        var table = ParseChangedTable();
        return new DeleteStatement(position, table, ParseChangeCondition());
    }

    /// <summary>`SET | UPDATE column = value, … [WHERE condition]` with the word before the list as the current token.</summary>
    private UpdateStatement ParseUpdate(int position, NamedTable table)
    {
        Advance();
        var assignments = new List<Assignment>();
        do
        {
            var columnPosition = _token.Position;
            var column = ParseName("a column name");
            Expect(TokenKind.Equal, "'='");
            assignments.Add(new Assignment(columnPosition, column, ParseExpression()));
        }
        while (Accept(TokenKind.Comma));
        return new UpdateStatement(position, table, assignments, ParseChangeCondition());
    }

    /// <summary>`DELETE [WHERE condition]` of ALTER TABLE.</summary>
    private DeleteStatement ParseDelete(int position, NamedTable table)
    {
        Advance();
        return new DeleteStatement(position, table, ParseChangeCondition());
    }

    private NamedTable ParseChangedTable()
    {
        var position = _token.Position;
        var (database, name) = ParseTableName();
        return new NamedTable(position, database, name, null);
    }

    private Expression? ParseChangeCondition()
    {
        var condition = AcceptWord("WHERE"u8) ? ParseExpression() : null;
        if (AcceptWord("SETTINGS"u8))
            ParseSettings();
        return condition;
    }
}
