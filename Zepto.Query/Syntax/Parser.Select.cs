namespace Zepto.Query.Syntax;

/// <summary>Queries: WITH, set operations, SELECT blocks, ORDER BY, LIMIT and the FORMAT and SETTINGS tail.</summary>
internal ref partial struct Parser
{
    private readonly bool AtQuery => AtWord("SELECT"u8) || AtWord("WITH"u8);

    private SelectStatement ParseSelectStatement()
    {
        var position = _token.Position;
        var query = ParseQuery();
        ParseTail(out var format, out var settings);
        return new SelectStatement(position, query, format, settings);
    }

    /// <summary>`[FORMAT name] [SETTINGS …]`, in either order.</summary>
    private void ParseTail(out string? format, out IReadOnlyList<Setting> settings)
    {
        format = null;
        settings = [];
        while (true)
        {
            if (format is null && AcceptWord("FORMAT"u8))
                format = ParseAnyName("a format name");
            else if (settings.Count == 0 && AcceptWord("SETTINGS"u8))
                settings = ParseSettings();
            else
                return;
        }
    }

    private List<Setting> ParseSettings()
    {
        var settings = new List<Setting>();
        do
        {
            var name = ParseAnyName("a setting's name");
            Expect(TokenKind.Equal, "'='");
            settings.Add(new Setting(name, ParseSettingValue()));
        }
        while (Accept(TokenKind.Comma));
        return settings;
    }

    /// <summary>A literal, word, signed number or bracketed value; text is unquoted, everything else kept as written.</summary>
    private string ParseSettingValue()
    {
        var start = _token.Start;
        if (_token.Kind == TokenKind.Text)
        {
            var text = System.Text.Encoding.UTF8.GetString(TextLiteral.Decode(Bytes));
            Advance();
            return text;
        }

        if (_token.Kind is TokenKind.Minus or TokenKind.Plus)
            Advance();
        var end = _token.End;
        if (_token.Kind is TokenKind.LeftBrace or TokenKind.LeftBracket or TokenKind.LeftParenthesis)
        {
            end = SkipBrackets();
            return TextBetween(start, end);
        }

        if (!_token.IsLiteral && _token.Kind is not (TokenKind.Word or TokenKind.QuotedName))
            throw Unexpected("a setting's value");
        Advance();
        return TextBetween(start, end);
    }

    /// <summary>Skips from an opening bracket past its closing one; returns the offset after that.</summary>
    private int SkipBrackets()
    {
        var open = 0;
        while (true)
        {
            switch (_token.Kind)
            {
                case TokenKind.LeftParenthesis or TokenKind.LeftBracket or TokenKind.LeftBrace:
                    open++;
                    break;
                case TokenKind.RightParenthesis or TokenKind.RightBracket or TokenKind.RightBrace:
                    open--;
                    break;
                case TokenKind.End or TokenKind.Semicolon:
                    throw Unexpected("a closing bracket");
            }

            var end = _token.End;
            Advance();
            if (open == 0)
                return end;
        }
    }

    private QueryExpression ParseQuery()
    {
        Enter();
        var position = _token.Position;
        IReadOnlyList<CommonTable> with = AtWord("WITH"u8) ? ParseWith() : [];
        var query = ParseQueryFrom(position, with, ParseBranch());
        Leave();
        return query;
    }

    /// <summary>The rest of a query whose first branch has been read.</summary>
    private QueryExpression ParseQueryFrom(int position, IReadOnlyList<CommonTable> with, QueryBody first)
    {
        var body = ParseUnionChain(first);
        IReadOnlyList<OrderItem> orderBy = [];
        if (AcceptWord("ORDER"u8))
        {
            ExpectWord("BY"u8);
            orderBy = ParseOrderItems();
        }

        ParseLimit(out var limit, out var offset);
        Grow();
        return new QueryExpression(position, with, body, orderBy, limit, offset);
    }

    private List<CommonTable> ParseWith()
    {
        Advance();
        if (AtWord("RECURSIVE"u8) && !PeekIsWord("AS"u8))
            throw SqlException.Unsupported("WITH RECURSIVE is not supported");
        var tables = new List<CommonTable>();
        do
        {
            var position = _token.Position;
            var name = ParseName("a name");
            ExpectWord("AS"u8);
            Expect(TokenKind.LeftParenthesis, "'('");
            var query = ParseQuery();
            Expect(TokenKind.RightParenthesis, "')'");
            tables.Add(new CommonTable(position, name, query));
        }
        while (Accept(TokenKind.Comma));
        return tables;
    }

    private readonly bool AtSetOperator =>
        (AtWord("UNION"u8) && !PeekIsWord("JOIN"u8)) || AtWord("EXCEPT"u8) || AtWord("INTERSECT"u8);

    /// <summary>UNION and EXCEPT from left to right; INTERSECT binds tighter.</summary>
    private QueryBody ParseUnionChain(QueryBody first)
    {
        var left = ParseIntersectChain(first);
        while (true)
        {
            SetOperator operation;
            if (AcceptWord("UNION"u8))
            {
                operation = SetOperator.Union;
                if (AcceptWord("ALL"u8))
                    operation = SetOperator.UnionAll;
                else
                    AcceptWord("DISTINCT"u8);
            }
            else if (AcceptWord("EXCEPT"u8))
            {
                operation = SetOperator.Except;
                AcceptWord("DISTINCT"u8);
            }
            else
            {
                return left;
            }

            left = new SetOperation(left.Position, operation, left, ParseIntersectChain(ParseBranch()));
            Grow();
        }
    }

    private QueryBody ParseIntersectChain(QueryBody first)
    {
        var left = first;
        while (AcceptWord("INTERSECT"u8))
        {
            AcceptWord("DISTINCT"u8);
            left = new SetOperation(left.Position, SetOperator.Intersect, left, ParseBranch());
            Grow();
        }

        return left;
    }

    private QueryBody ParseBranch()
    {
        if (!At(TokenKind.LeftParenthesis))
            return ParseSelectBlock();
        var position = _token.Position;
        Advance();
        var query = ParseQuery();
        Expect(TokenKind.RightParenthesis, "')'");
        return new NestedQuery(position, query);
    }

    private SelectBlock ParseSelectBlock()
    {
        var position = _token.Position;
        ExpectWord("SELECT"u8);
        var distinct = AcceptWord("DISTINCT"u8);
        var items = new List<SelectItem>();
        do
            items.Add(ParseSelectItem());
        while (Accept(TokenKind.Comma));

        TableExpression? from = null;
        double? sample = null;
        if (AcceptWord("FROM"u8))
        {
            from = ParseTables();
            if (AcceptWord("SAMPLE"u8))
                sample = ParseSample();
        }

        var where = AcceptWord("WHERE"u8) ? ParseExpression() : null;
        IReadOnlyList<Expression> groupBy = [];
        if (AcceptWord("GROUP"u8))
        {
            ExpectWord("BY"u8);
            groupBy = ParseExpressions();
        }

        var having = AcceptWord("HAVING"u8) ? ParseExpression() : null;
        IReadOnlyList<NamedWindow> windows = AcceptWord("WINDOW"u8) ? ParseNamedWindows() : [];
        Grow();
        return new SelectBlock(position, distinct, items, from, sample, where, groupBy, having, windows);
    }

    private SelectItem ParseSelectItem()
    {
        if (TryParseStar(out var star))
            return new SelectItem(star, null);
        var expression = ParseExpression();
        if (AcceptWord("AS"u8))
            return new SelectItem(expression, ParseAnyName("an alias"));
        return new SelectItem(expression, AtAlias ? TakeName() : null);
    }

    private readonly bool AtAlias => _token.Kind == TokenKind.QuotedName || (_token.Kind == TokenKind.Word && !ReservedWords.EndsItem(Bytes));

    /// <summary>SAMPLE's fraction: `0.1`, `1/10` or `10%`.</summary>
    private double ParseSample()
    {
        var at = _token;
        var fraction = ParseSampleNumber();
        if (Accept(TokenKind.Slash))
            fraction /= ParseSampleNumber();
        else if (Accept(TokenKind.Percent))
            fraction /= 100;
        if (fraction is >= 0 and <= 1)
            return fraction;
        _token = at;
        throw Fail("SAMPLE takes a fraction from 0 to 1");
    }

    private double ParseSampleNumber()
    {
        if (_token.Kind is not (TokenKind.Integer or TokenKind.Float))
            throw Unexpected("a fraction");
        var number = _token.Kind == TokenKind.Integer ? _token.Integer : _token.Float;
        Advance();
        return number;
    }

    private List<OrderItem> ParseOrderItems()
    {
        var items = new List<OrderItem>();
        do
        {
            var expression = ParseExpression();
            var descending = AcceptWord("DESC"u8);
            if (!descending)
                AcceptWord("ASC"u8);
            bool? nullsFirst = null;
            if (AcceptWord("NULLS"u8))
            {
                nullsFirst = AcceptWord("FIRST"u8);
                if (nullsFirst == false)
                    ExpectWord("LAST"u8);
            }

            items.Add(new OrderItem(expression, descending, nullsFirst));
        }
        while (Accept(TokenKind.Comma));
        return items;
    }

    /// <summary>`LIMIT n [OFFSET m]`, `LIMIT m, n` or `OFFSET m [LIMIT n]`.</summary>
    private void ParseLimit(out Expression? limit, out Expression? offset)
    {
        limit = null;
        offset = null;
        while (true)
        {
            if (limit is null && AcceptWord("LIMIT"u8))
            {
                limit = ParseExpression();
                if (offset is null && Accept(TokenKind.Comma))
                {
                    offset = limit;
                    limit = ParseExpression();
                }
            }
            else if (offset is null && AcceptWord("OFFSET"u8))
            {
                offset = ParseExpression();
                if (!AcceptWord("ROWS"u8))
                    AcceptWord("ROW"u8);
            }
            else
            {
                return;
            }
        }
    }
}
