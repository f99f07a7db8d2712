namespace Zepto.Query.Syntax;

/// <summary>Operators by precedence climbing, and the operands that are no calls.</summary>
internal ref partial struct Parser
{
    private List<Expression> ParseExpressions()
    {
        var items = new List<Expression>();
        do
            items.Add(ParseExpression());
        while (Accept(TokenKind.Comma));
        return items;
    }

    private Expression ParseExpression() => ParseExpression(Precedence.Or);

    /// <summary>An expression whose operators bind at least as tight as <paramref name="lowest"/>.</summary>
    private Expression ParseExpression(Precedence lowest)
    {
        Enter();
        var deepestBefore = _deepest;
        _deepest = 0;
        var left = ParsePrefix(lowest);
        Grow();
        while (TryParseInfix(ref left, lowest))
            Grow();
        _deepest = Math.Max(_deepest, deepestBefore);
        Leave();
        return left;
    }

    private Expression ParsePrefix(Precedence lowest)
    {
        var position = _token.Position;
        if (AtWord("NOT"u8) && lowest <= Precedence.Not)
        {
            Advance();
            return new Unary(position, UnaryOperator.Not, ParseExpression(Precedence.Not));
        }

        if (Accept(TokenKind.Minus))
            return new Unary(position, UnaryOperator.Negate, ParseExpression(Precedence.Negate));
        if (Accept(TokenKind.Plus))
            return ParseExpression(Precedence.Negate);
        return ParseOperand();
    }

    /// <summary>Reads one operator and its right side, if one that binds tight enough follows.</summary>
    private bool TryParseInfix(ref Expression left, Precedence lowest)
    {
        if (At(TokenKind.DoubleColon))
        {
            Advance();
            left = new Cast(left.Position, left, ParseTypeName());
            return true;
        }

        if (TryBinaryOperator(out var operation, out var precedence))
        {
            if (precedence < lowest)
                return false;
            Advance();
            left = new Binary(left.Position, operation, left, ParseExpression(precedence + 1));
            return true;
        }

        if (lowest > Precedence.Comparison || _token.Kind != TokenKind.Word)
            return false;
        if (AtWord("NOT"u8))
        {
            if (!PeekIsWord("BETWEEN"u8) && !PeekIsWord("IN"u8) && !PeekIsWord("LIKE"u8) && !PeekIsWord("ILIKE"u8))
                return false;
            Advance();
            return TryParsePredicate(ref left, true);
        }

        if (!AcceptWord("IS"u8))
            return TryParsePredicate(ref left, false);
        var negated = AcceptWord("NOT"u8);
        if (!AcceptWord("NULL"u8))
            throw Unexpected(negated ? "NULL" : "NULL or NOT NULL");
        left = new IsNull(left.Position, left, negated);
        return true;
    }

    private bool TryParsePredicate(ref Expression left, bool negated)
    {
        if (AcceptWord("BETWEEN"u8))
        {
            var low = ParseExpression(Precedence.Concat);
            ExpectWord("AND"u8);
            left = new Between(left.Position, left, low, ParseExpression(Precedence.Concat), negated);
            return true;
        }

        if (AcceptWord("IN"u8))
        {
            left = ParseIn(left, negated);
            return true;
        }

        var ignoreCase = AtWord("ILIKE"u8);
        if (!ignoreCase && !AtWord("LIKE"u8))
            return false;
        Advance();
        left = new Like(left.Position, left, ParseExpression(Precedence.Concat), ignoreCase, negated);
        return true;
    }

    private Expression ParseIn(Expression operand, bool negated)
    {
        if (At(TokenKind.LeftBrace))
            return new InList(operand.Position, operand, [ParseQueryParameter()], negated);
        if (At(TokenKind.LeftBracket))
            return new InList(operand.Position, operand, ParseArray().Items, negated);
        Expect(TokenKind.LeftParenthesis, "'('");
        Expression result = AtQuery
            ? new InQuery(operand.Position, operand, ParseQuery(), negated)
            : new InList(operand.Position, operand, ParseExpressions(), negated);
        Expect(TokenKind.RightParenthesis, "')'");
        return result;
    }

    private readonly bool TryBinaryOperator(out BinaryOperator operation, out Precedence precedence)
    {
        (operation, precedence) = _token.Kind switch
        {
            TokenKind.Plus => (BinaryOperator.Add, Precedence.Add),
            TokenKind.Minus => (BinaryOperator.Subtract, Precedence.Add),
            TokenKind.Star => (BinaryOperator.Multiply, Precedence.Multiply),
            TokenKind.Slash => (BinaryOperator.Divide, Precedence.Multiply),
            TokenKind.DoubleSlash => (BinaryOperator.IntegerDivide, Precedence.Multiply),
            TokenKind.Percent => (BinaryOperator.Modulo, Precedence.Multiply),
            TokenKind.Concat => (BinaryOperator.Concat, Precedence.Concat),
            TokenKind.Equal => (BinaryOperator.Equal, Precedence.Comparison),
            TokenKind.NotEqual => (BinaryOperator.NotEqual, Precedence.Comparison),
            TokenKind.Less => (BinaryOperator.Less, Precedence.Comparison),
            TokenKind.LessOrEqual => (BinaryOperator.LessOrEqual, Precedence.Comparison),
            TokenKind.Greater => (BinaryOperator.Greater, Precedence.Comparison),
            TokenKind.GreaterOrEqual => (BinaryOperator.GreaterOrEqual, Precedence.Comparison),
            TokenKind.Word when AtWord("AND"u8) => (BinaryOperator.And, Precedence.And),
            TokenKind.Word when AtWord("OR"u8) => (BinaryOperator.Or, Precedence.Or),
            _ => (default, Precedence.None),
        };
        return precedence != Precedence.None;
    }

    private Expression ParseOperand()
    {
        switch (_token.Kind)
        {
            case TokenKind.Integer or TokenKind.Float or TokenKind.Text:
                return ParseLiteral();
            case TokenKind.LeftParenthesis:
                return ParseParenthesized();
            case TokenKind.LeftBracket:
                return ParseArray();
            case TokenKind.LeftBrace:
                return ParseQueryParameter();
            case TokenKind.QuotedName:
                return ParseColumn();
            case TokenKind.Word:
                return ParseWord();
            default:
                throw Unexpected(AtEnd ? "an expression" : null);
        }
    }

    private Literal ParseLiteral()
    {
        var (kind, text) = _token.Kind switch
        {
            TokenKind.Integer => (LiteralKind.Integer, null),
            TokenKind.Float => (LiteralKind.Float, null),
            _ => (LiteralKind.Text, TextLiteral.Decode(Bytes)),
        };
        var literal = new Literal(_token.Position, kind, _numbersLiterals ? _ordinal : -1, _token.Integer, _token.Float, text);
        Advance();
        return literal;
    }

    /// <summary>`(x)`, `(x, y)`, `(SELECT …)`.</summary>
    private Expression ParseParenthesized()
    {
        var position = _token.Position;
        Advance();
        if (AtQuery)
        {
            var query = ParseQuery();
            Expect(TokenKind.RightParenthesis, "')'");
            return new ScalarQuery(position, query);
        }

        var innerPosition = _token.Position;
        var first = ParseExpression();
        if (first is ScalarQuery branch && (AtSetOperator || AtWord("ORDER"u8) || AtWord("LIMIT"u8)))
        {
            // `((SELECT …) UNION …)`: what looked like a value was a branch.
            first = new ScalarQuery(position, ParseQueryFrom(innerPosition, [], new NestedQuery(innerPosition, branch.Query)));
        }
        else if (Accept(TokenKind.Comma))
        {
            var items = ParseExpressions();
            items.Insert(0, first);
            first = new Tuple(position, items, false);
        }

        Expect(TokenKind.RightParenthesis, "')'");
        return first;
    }

    private Tuple ParseArray()
    {
        var position = _token.Position;
        Expect(TokenKind.LeftBracket, "'['");
        IReadOnlyList<Expression> items = At(TokenKind.RightBracket) ? [] : ParseExpressions();
        Expect(TokenKind.RightBracket, "']'");
        return new Tuple(position, items, true);
    }

    /// <summary>`{name:Type}`; the type's text is kept.</summary>
    private QueryParameter ParseQueryParameter()
    {
        var position = _token.Position;
        Expect(TokenKind.LeftBrace, "'{'");
        var name = ParseAnyName("a parameter's name");
        Expect(TokenKind.Colon, "':'");
        var type = ParseTypeName();
        Expect(TokenKind.RightBrace, "'}'");
        return new QueryParameter(position, name, type);
    }

    /// <summary>A type's name with its parameters, as written.</summary>
    private string ParseTypeName()
    {
        if (_token.Kind is not (TokenKind.Word or TokenKind.QuotedName))
            throw Unexpected("a type");
        var start = _token.Start;
        var end = _token.End;
        var isDouble = AtWord("DOUBLE"u8);
        Advance();
        if (isDouble && AtWord("PRECISION"u8))
        {
            end = _token.End;
            Advance();
        }

        if (At(TokenKind.LeftParenthesis))
            end = SkipBrackets();
        return TextBetween(start, end);
    }

    /// <summary>`a`, `t.a` or `db.t.a`, of which the database is dropped.</summary>
    private ColumnName ParseColumn()
    {
        var position = _token.Position;
        string? table = null;
        var name = ParseName("a column name");
        for (var dots = 0; dots < 2 && Accept(TokenKind.Dot); dots++)
        {
            table = name;
            name = ParseAnyName("a column name");
        }

        return new ColumnName(position, table, name);
    }

    /// <summary>`*` or `t.*`, where one may stand.</summary>
    private bool TryParseStar(out Expression star)
    {
        star = null!;
        var position = _token.Position;
        if (Accept(TokenKind.Star))
        {
            star = new Star(position, null);
            return true;
        }

        if (!AtName)
            return false;
        var ahead = _lexer;
        if (ahead.Next().Kind != TokenKind.Dot || ahead.Next().Kind != TokenKind.Star)
            return false;
        var table = TakeName();
        Advance();
        Advance();
        star = new Star(position, table);
        return true;
    }
}

/// <summary>How tight operators bind, loosest first.</summary>
internal enum Precedence : byte
{
    None,
    Or,
    And,
    Not,
    Comparison,
    Concat,
    Add,
    Multiply,
    Negate,
    Operand,
}
