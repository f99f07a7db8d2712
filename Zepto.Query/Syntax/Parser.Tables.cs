namespace Zepto.Query.Syntax;

/// <summary>FROM: tables, derived tables and joins.</summary>
internal ref partial struct Parser
{
    /// <summary>Join trees separated by commas, which bind weaker than JOIN.</summary>
    private TableExpression ParseTables()
    {
        var left = ParseJoins();
        while (Accept(TokenKind.Comma))
        {
            left = new Join(left.Position, JoinKind.Cross, left, ParseJoins(), null, null);
            Grow();
        }

        return left;
    }

    private TableExpression ParseJoins()
    {
        var left = ParseTable();
        while (TryParseJoinKind(out var kind))
        {
            var right = ParseTable();
            Expression? on = null;
            List<string>? columns = null;
            if (kind is not (JoinKind.Cross or JoinKind.Union))
            {
                if (AcceptWord("ON"u8))
                    on = ParseExpression();
                else if (AcceptWord("USING"u8))
                    columns = ParseNameList("a column name");
                else
                    throw Unexpected("ON or USING");
            }

            left = new Join(left.Position, kind, left, right, on, columns);
            Grow();
        }

        return left;
    }

    /// <summary>Reads the words up to and including JOIN, if a join follows.</summary>
    private bool TryParseJoinKind(out JoinKind kind)
    {
        kind = JoinKind.Inner;
        if (AcceptWord("JOIN"u8))
            return true;
        if (AcceptWord("INNER"u8))
            AcceptWord("ASOF"u8, ref kind, JoinKind.Asof);
        else if (AcceptWord("CROSS"u8))
            kind = JoinKind.Cross;
        else if (AtWord("ASOF"u8))
            kind = ParseAsofKind();
        else if (AtWord("LEFT"u8))
            kind = ParseOuterKind(JoinKind.Left);
        else if (AtWord("RIGHT"u8))
            kind = ParseOuterKind(JoinKind.Right);
        else if (AtWord("FULL"u8))
            kind = ParseOuterKind(JoinKind.Full);
        else if (!TryTakeJoinWord("AJ"u8, JoinKind.Aj, ref kind) && !TryTakeJoinWord("AJ0"u8, JoinKind.Aj0, ref kind)
            && !TryTakeJoinWord("WINDOW"u8, JoinKind.Window, ref kind) && !TryTakeJoinWord("UNION"u8, JoinKind.Union, ref kind)
            && !TryTakeJoinWord("PLUS"u8, JoinKind.Plus, ref kind))
            return false;

        ExpectWord("JOIN"u8);
        return true;
    }

    private void AcceptWord(ReadOnlySpan<byte> word, ref JoinKind kind, JoinKind meaning)
    {
        if (AcceptWord(word))
            kind = meaning;
    }

    private JoinKind ParseAsofKind()
    {
        Advance();
        if (!AcceptWord("LEFT"u8))
        {
            AcceptWord("INNER"u8);
            return JoinKind.Asof;
        }

        AcceptWord("OUTER"u8);
        return JoinKind.AsofLeft;
    }

    private JoinKind ParseOuterKind(JoinKind kind)
    {
        Advance();
        AcceptWord("OUTER"u8);
        if (kind == JoinKind.Left)
            AcceptWord("ASOF"u8, ref kind, JoinKind.AsofLeft);
        return kind;
    }

    private bool TryTakeJoinWord(ReadOnlySpan<byte> word, JoinKind meaning, ref JoinKind kind)
    {
        if (!AtWord(word) || !PeekIsWord("JOIN"u8))
            return false;
        Advance();
        kind = meaning;
        return true;
    }

    private TableExpression ParseTable()
    {
        var position = _token.Position;
        if (At(TokenKind.LeftParenthesis))
            return ParseParenthesizedTable();
        var (database, name) = ParseTableName();
        return new NamedTable(position, database, name, ParseTableAlias());
    }

    /// <summary>A derived table, or a join tree in parentheses.</summary>
    private TableExpression ParseParenthesizedTable()
    {
        Enter();
        var position = _token.Position;
        Advance();
        TableExpression inner;
        if (AtQuery)
        {
            inner = new DerivedTable(position, ParseQuery(), null);
        }
        else
        {
            var innerPosition = _token.Position;
            inner = ParseTables();
            // `((SELECT …) UNION …)`: what looked like a derived table was a branch.
            if (inner is DerivedTable { Alias: null } branch && (AtSetOperator || AtWord("ORDER"u8) || AtWord("LIMIT"u8) || At(TokenKind.RightParenthesis)))
                inner = new DerivedTable(position, ParseQueryFrom(innerPosition, [], new NestedQuery(innerPosition, branch.Query)), null);
            else
                position = -1;
        }

        Expect(TokenKind.RightParenthesis, "')'");
        Leave();
        if (position < 0 || inner is not DerivedTable derived)
            return inner;
        return derived with { Alias = ParseTableAlias() };
    }

    private string? ParseTableAlias()
    {
        if (AcceptWord("AS"u8))
            return ParseAnyName("an alias");
        return AtAlias ? TakeName() : null;
    }

    /// <summary>`(a, b, …)`.</summary>
    private List<string> ParseNameList(string what)
    {
        Expect(TokenKind.LeftParenthesis, "'('");
        var names = new List<string>();
        do
            names.Add(ParseAnyName(what));
        while (Accept(TokenKind.Comma));
        Expect(TokenKind.RightParenthesis, "')'");
        return names;
    }
}
