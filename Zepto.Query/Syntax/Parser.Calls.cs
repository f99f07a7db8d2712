using System.Text;

namespace Zepto.Query.Syntax;

/// <summary>Operands that begin with a word: constants, CASE, CAST, typed literals, calls and windows.</summary>
internal ref partial struct Parser
{
    private Expression ParseWord()
    {
        var position = _token.Position;
        var next = Peek().Kind;
        if (next == TokenKind.LeftParenthesis && !ReservedWords.IsReserved(Bytes))
        {
            if (AtWord("CAST"u8))
                return ParseCast();
            if (AtWord("EXISTS"u8) && TryParseExists(out var exists))
                return exists;
            return ParseCall();
        }

        if (AtWord("INTERVAL"u8) && next is TokenKind.Text or TokenKind.Integer or TokenKind.Float or TokenKind.Minus && TryParseInterval(out var interval))
            return interval;
        if (next == TokenKind.Text && (AtWord("DATE"u8) || AtWord("TIMESTAMP"u8)))
        {
            var type = TakeName();
            return new Cast(position, ParseLiteral(), type);
        }

        if (AtWord("CASE"u8))
            return ParseCase();
        if (AcceptWord("NULL"u8))
            return new Literal(position, LiteralKind.Null, -1, 0, 0, null);
        if (AtWord("TRUE"u8) || AtWord("FALSE"u8))
        {
            var value = AtWord("TRUE"u8) ? 1 : 0;
            Advance();
            return new Literal(position, LiteralKind.Bool, -1, value, 0, null);
        }

        if (ReservedWords.IsReserved(Bytes))
            throw Unexpected();
        return ParseColumn();
    }

    private Cast ParseCast()
    {
        var position = _token.Position;
        Advance();
        Expect(TokenKind.LeftParenthesis, "'('");
        var operand = ParseExpression();
        ExpectWord("AS"u8);
        var type = ParseTypeName();
        Expect(TokenKind.RightParenthesis, "')'");
        return new Cast(position, operand, type);
    }

    private bool TryParseExists(out Expression exists)
    {
        exists = null!;
        var ahead = _lexer;
        ahead.Next();
        var token = ahead.Next();
        while (token.Kind == TokenKind.LeftParenthesis)
            token = ahead.Next();
        var word = ahead.BytesOf(token);
        if (!Ascii.EqualsIgnoreCase(word, "SELECT"u8) && !Ascii.EqualsIgnoreCase(word, "WITH"u8))
            return false;
        var position = _token.Position;
        Advance();
        Advance();
        exists = new Exists(position, ParseQuery());
        Expect(TokenKind.RightParenthesis, "')'");
        return true;
    }

    private Case ParseCase()
    {
        var position = _token.Position;
        Advance();
        var operand = AtWord("WHEN"u8) ? null : ParseExpression();
        var arms = new List<CaseArm>();
        while (AcceptWord("WHEN"u8))
        {
            var when = ParseExpression();
            ExpectWord("THEN"u8);
            arms.Add(new CaseArm(when, ParseExpression()));
        }

        if (arms.Count == 0)
            throw Unexpected("WHEN");
        var otherwise = AcceptWord("ELSE"u8) ? ParseExpression() : null;
        if (!AcceptWord("END"u8))
            throw Unexpected(otherwise is null ? "WHEN, ELSE or END" : "END");
        return new Case(position, operand, arms, otherwise);
    }

    private FunctionCall ParseCall()
    {
        var position = _token.Position;
        var name = TakeName();
        var arguments = ParseArguments(out var distinct);
        IReadOnlyList<Expression>? levels = null;
        if (At(TokenKind.LeftParenthesis))
        {
            levels = arguments;
            arguments = ParseArguments(out distinct);
        }
        else if (arguments.Count == 0 && name.Equals("count", StringComparison.OrdinalIgnoreCase))
        {
            // count() means count(*); a star at position 0 is one that was not written.
            arguments = [new Star(0, null)];
        }

        IReadOnlyList<OrderItem>? withinGroup = null;
        if (AtWord("WITHIN"u8) && PeekIsWord("GROUP"u8))
        {
            Advance();
            Advance();
            Expect(TokenKind.LeftParenthesis, "'('");
            ExpectWord("ORDER"u8);
            ExpectWord("BY"u8);
            withinGroup = ParseOrderItems();
            Expect(TokenKind.RightParenthesis, "')'");
        }

        Expression? filter = null;
        if (AtWord("FILTER"u8) && Peek().Kind == TokenKind.LeftParenthesis)
        {
            Advance();
            Advance();
            ExpectWord("WHERE"u8);
            filter = ParseExpression();
            Expect(TokenKind.RightParenthesis, "')'");
        }

        var over = AcceptWord("OVER"u8) ? ParseOver() : null;
        return new FunctionCall(position, name, arguments, distinct, levels, withinGroup, filter, over);
    }

    private IReadOnlyList<Expression> ParseArguments(out bool distinct)
    {
        Expect(TokenKind.LeftParenthesis, "'('");
        distinct = AcceptWord("DISTINCT"u8);
        IReadOnlyList<Expression> arguments = [];
        if (!At(TokenKind.RightParenthesis) || distinct)
            arguments = TryParseStar(out var star) ? [star] : ParseExpressions();
        Expect(TokenKind.RightParenthesis, "')'");
        return arguments;
    }

    private WindowSpecification ParseOver()
    {
        var position = _token.Position;
        if (At(TokenKind.LeftParenthesis))
            return ParseWindow();
        return new WindowSpecification(position, ParseName("'(' or a window's name"), [], [], null);
    }

    private List<NamedWindow> ParseNamedWindows()
    {
        var windows = new List<NamedWindow>();
        do
        {
            var name = ParseName("a window's name");
            ExpectWord("AS"u8);
            windows.Add(new NamedWindow(name, ParseWindow()));
        }
        while (Accept(TokenKind.Comma));
        return windows;
    }

    private WindowSpecification ParseWindow()
    {
        var position = _token.Position;
        Expect(TokenKind.LeftParenthesis, "'('");
        IReadOnlyList<Expression> partitionBy = [];
        IReadOnlyList<OrderItem> orderBy = [];
        if (AcceptWord("PARTITION"u8))
        {
            ExpectWord("BY"u8);
            partitionBy = ParseExpressions();
        }

        if (AcceptWord("ORDER"u8))
        {
            ExpectWord("BY"u8);
            orderBy = ParseOrderItems();
        }

        WindowFrame? frame = null;
        if (AtWord("ROWS"u8) || AtWord("RANGE"u8))
            frame = ParseFrame();
        Expect(TokenKind.RightParenthesis, "')'");
        return new WindowSpecification(position, null, partitionBy, orderBy, frame);
    }

    private WindowFrame ParseFrame()
    {
        var range = AtWord("RANGE"u8);
        Advance();
        if (!AcceptWord("BETWEEN"u8))
            return new WindowFrame(range, ParseFrameBound(), new FrameBound(FrameBoundKind.CurrentRow, null));
        var start = ParseFrameBound();
        ExpectWord("AND"u8);
        return new WindowFrame(range, start, ParseFrameBound());
    }

    private FrameBound ParseFrameBound()
    {
        if (AtWord("CURRENT"u8) && PeekIsWord("ROW"u8))
        {
            Advance();
            Advance();
            return new FrameBound(FrameBoundKind.CurrentRow, null);
        }

        if (AcceptWord("UNBOUNDED"u8))
            return new FrameBound(ParsePreceding() ? FrameBoundKind.UnboundedPreceding : FrameBoundKind.UnboundedFollowing, null);
        var offset = ParseExpression(Precedence.Concat);
        return new FrameBound(ParsePreceding() ? FrameBoundKind.Preceding : FrameBoundKind.Following, offset);
    }

    private bool ParsePreceding()
    {
        if (AcceptWord("PRECEDING"u8))
            return true;
        if (!AcceptWord("FOLLOWING"u8))
            throw Unexpected("PRECEDING or FOLLOWING");
        return false;
    }
}
