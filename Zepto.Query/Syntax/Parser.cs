using System.Text;
using Zepto.Query.Results;

namespace Zepto.Query.Syntax;

/// <summary>
/// Recursive descent over one statement: this part has the tokens, names, limits and errors, the others one topic each. The grammar needs one
/// token, rarely two, of lookahead, and nothing is read beyond the token a statement ends with, because data may follow.
/// </summary>
internal ref partial struct Parser
{
    /// <summary>Open parentheses, subqueries and prefix operators.</summary>
    private const int MaxNesting = 200;

    /// <summary>Levels of the finished tree: long chains of operators and joins nest on the left without recursion here.</summary>
    private const int MaxTreeDepth = 1000;

    private readonly int _origin;
    private readonly bool _numbersLiterals;
    private Lexer _lexer;
    private LiteralNumbering _numbering;
    private Token _token;
    private int _ordinal;
    private int _nesting;

    /// <summary>Depth of the deepest finished subtree of the node being built.</summary>
    private int _deepest;

    public Parser(ReadOnlySpan<byte> sql, int offset, bool numbersLiterals = true)
    {
        _numbersLiterals = numbersLiterals;
        _origin = offset;
        _lexer = new Lexer(sql, offset);
        _ordinal = -1;
        _token = _lexer.Next();
        _ordinal = _numbering.Observe(_token, Bytes);
    }

    private readonly ReadOnlySpan<byte> Bytes => _lexer.BytesOf(_token);

    private readonly bool AtEnd => _token.Kind is TokenKind.End or TokenKind.Semicolon;

    public Expression ParseConstant(ref int offset)
    {
        var expression = ParseExpression();
        if (!At(TokenKind.Comma) && !At(TokenKind.RightParenthesis))
            throw Unexpected("',' or ')'");
        offset = _token.Start;
        return expression;
    }

    private void Advance()
    {
        if (_token.Kind == TokenKind.Error)
            throw Unexpected();
        _token = _lexer.Next();
        _ordinal = _numbering.Observe(_token, Bytes);
    }

    private readonly bool At(TokenKind kind) => _token.Kind == kind;

    private readonly bool AtWord(ReadOnlySpan<byte> word) => _token.Kind == TokenKind.Word && Ascii.EqualsIgnoreCase(Bytes, word);

    private readonly Token Peek()
    {
        var ahead = _lexer;
        return ahead.Next();
    }

    private readonly bool PeekIsWord(ReadOnlySpan<byte> word)
    {
        var next = Peek();
        return next.Kind == TokenKind.Word && Ascii.EqualsIgnoreCase(_lexer.BytesOf(next), word);
    }

    private bool Accept(TokenKind kind)
    {
        if (_token.Kind != kind)
            return false;
        Advance();
        return true;
    }

    private bool AcceptWord(ReadOnlySpan<byte> word)
    {
        if (!AtWord(word))
            return false;
        Advance();
        return true;
    }

    private void Expect(TokenKind kind, string what)
    {
        if (!Accept(kind))
            throw Unexpected(what);
    }

    private void ExpectWord(ReadOnlySpan<byte> word)
    {
        if (!AcceptWord(word))
            throw Unexpected(Encoding.UTF8.GetString(word));
    }

    private readonly bool AtName => _token.Kind == TokenKind.QuotedName || (_token.Kind == TokenKind.Word && !ReservedWords.IsReserved(Bytes));

    /// <summary>A name: any quoted one, or a word that is not reserved.</summary>
    private string ParseName(string what)
    {
        if (!AtName)
            throw Unexpected(what);
        return TakeName();
    }

    /// <summary>A name where no keyword can stand, so that reserved words need no quotes: after AS or a dot.</summary>
    private string ParseAnyName(string what)
    {
        if (_token.Kind is not (TokenKind.Word or TokenKind.QuotedName))
            throw Unexpected(what);
        return TakeName();
    }

    private string TakeName()
    {
        var bytes = Bytes;
        string name;
        if (_token.Kind == TokenKind.QuotedName)
        {
            var quote = bytes[0] == '"' ? "\"" : "`";
            name = Encoding.UTF8.GetString(bytes[1..^1]).Replace(quote + quote, quote, StringComparison.Ordinal);
        }
        else
        {
            name = Encoding.UTF8.GetString(bytes);
        }

        Advance();
        return name;
    }

    /// <summary>`[database.]table`.</summary>
    private (string? Database, string Name) ParseTableName()
    {
        var name = ParseName("a table name");
        return Accept(TokenKind.Dot) ? (name, ParseAnyName("a table name")) : (null, name);
    }

    /// <summary>The statement's bytes from <paramref name="start"/> to the end of the token before the current one.</summary>
    private readonly string TextBetween(int start, int end) => Encoding.UTF8.GetString(_lexer.Source[start..end]);

    private void Enter()
    {
        if (++_nesting > MaxNesting)
            throw Fail($"nested deeper than {MaxNesting} levels");
    }

    private void Leave() => _nesting--;

    /// <summary>Notes that a node has been put on top of the deepest subtree so far.</summary>
    private int Grow()
    {
        if (_deepest >= MaxTreeDepth)
            throw Fail($"more than {MaxTreeDepth} levels of operators or joins");
        return ++_deepest;
    }

    private readonly SqlException Fail(string what) => SqlException.Parse(what, AbsolutePosition());

    public readonly SqlException Unexpected(string? expected = null)
    {
        var suffix = expected is null ? "" : $", expected {expected}";
        var what = _token.Kind switch
        {
            TokenKind.End or TokenKind.Semicolon => "unexpected end of statement",
            TokenKind.Error => FaultText(),
            _ => $"unexpected token '{Shown()}'",
        };
        if (_token.Kind == TokenKind.Error)
            suffix = "";
        return new SqlException(StatementErrorKind.Syntax, $"Parse error: {what} at position {AbsolutePosition()}{suffix}");
    }

    private readonly string FaultText() => _token.Fault switch
    {
        TokenFault.UnterminatedText => "unterminated string",
        TokenFault.UnterminatedName => "unterminated quoted identifier",
        TokenFault.UnterminatedComment => "unterminated comment",
        TokenFault.EmptyName => "empty quoted identifier",
        TokenFault.MalformedNumber => $"malformed number '{Shown()}'",
        TokenFault.IntegerOutOfRange => $"integer {Shown()} is out of the INT64 range",
        TokenFault.FloatOutOfRange => $"number {Shown()} is out of the FLOAT64 range",
        _ => $"unexpected character '{Shown()}'",
    };

    /// <summary>The token's text for a one-line message.</summary>
    private readonly string Shown()
    {
        const int Longest = 60;
        var text = Encoding.UTF8.GetString(Bytes[..Math.Min(_token.Length, 4 * Longest)]);
        var shown = new StringBuilder(Longest);
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= Longest)
                return shown.Append('…').ToString();
            shown.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return shown.ToString();
    }

    /// <summary>The current token's position in the whole text, also when parsing began inside it.</summary>
    private readonly int AbsolutePosition() => AbsolutePosition(_token.Position);

    private readonly int AbsolutePosition(int position)
    {
        foreach (var b in _lexer.Source[.._origin])
        {
            if ((b & 0xC0) != 0x80)
                position++;
        }

        return position;
    }
}
