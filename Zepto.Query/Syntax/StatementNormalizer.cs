using System.Text;

namespace Zepto.Query.Syntax;

/// <summary>
/// Gives SELECT statements that differ only in blanks, comments and literals the same key, so that they can share a plan. One lexer pass
/// without allocation; does not check the grammar.
/// </summary>
public static class StatementNormalizer
{
    /// <summary>
    /// Writes the statement's tokens to <paramref name="key"/>, one blank between them, with `?i`, `?f` or `?t` in place of every literal that
    /// the parser numbers, and those literals to <paramref name="literals"/> in the order of their numbers. False, with undefined outputs, when
    /// it does not fit, does not lex, is empty, or is no query (does not begin with SELECT, WITH or a parenthesis).
    /// </summary>
    public static bool TryNormalize(
        ReadOnlySpan<byte> sql, Span<byte> key, out int keyLength, Span<LiteralToken> literals, out int literalCount)
    {
        keyLength = 0;
        literalCount = 0;
        var lexer = new Lexer(sql);
        var numbering = default(LiteralNumbering);
        var token = lexer.Next();
        if (!BeginsQuery(token.Kind, lexer.BytesOf(token)))
            return false;

        for (; token.Kind != TokenKind.End; token = lexer.Next())
        {
            if (token.Kind == TokenKind.Error)
                return false;
            if (token.Kind == TokenKind.Semicolon)
                return EndsThere(lexer);

            var bytes = lexer.BytesOf(token);
            if (numbering.Observe(token, bytes) >= 0)
            {
                if (literalCount == literals.Length)
                    return false;
                ref var literal = ref literals[literalCount++];
                literal.Offset = token.Start;
                literal.LengthBytes = token.Length;
                literal.Integer = token.Integer;
                literal.Float = token.Float;
                literal.Kind = token.Kind switch
                {
                    TokenKind.Integer => LiteralKind.Integer,
                    TokenKind.Float => LiteralKind.Float,
                    _ => LiteralKind.Text,
                };
                bytes = literal.Kind switch
                {
                    LiteralKind.Integer => "?i"u8,
                    LiteralKind.Float => "?f"u8,
                    _ => "?t"u8,
                };
            }

            var blank = keyLength > 0 ? 1 : 0;
            if (key.Length - keyLength < bytes.Length + blank)
                return false;
            if (blank > 0)
                key[keyLength++] = (byte)' ';
            bytes.CopyTo(key[keyLength..]);
            keyLength += bytes.Length;
        }

        return true;
    }

    private static bool BeginsQuery(TokenKind kind, ReadOnlySpan<byte> bytes) =>
        kind == TokenKind.LeftParenthesis
        || (kind == TokenKind.Word && (Ascii.EqualsIgnoreCase(bytes, "SELECT"u8) || Ascii.EqualsIgnoreCase(bytes, "WITH"u8)));

    private static bool EndsThere(Lexer lexer)
    {
        TokenKind kind;
        do
            kind = lexer.Next().Kind;
        while (kind == TokenKind.Semicolon);
        return kind == TokenKind.End;
    }
}
