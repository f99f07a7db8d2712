using System.Globalization;
using System.Text;

namespace Zepto.Query.Syntax;

/// <summary>
/// Cuts the UTF-8 text of a statement into tokens, one a call, without allocating. Copying it gives an independent reader at the same place,
/// which is how callers look ahead. Bytes from 0x80 are taken as letters; nothing is decoded here.
/// </summary>
public ref struct Lexer
{
    private readonly ReadOnlySpan<byte> _source;
    private int _offset;
    private int _continuationBytes;
    private int _counted;

    /// <summary>Reads <paramref name="source"/> from byte <paramref name="offset"/>; positions count from there.</summary>
    public Lexer(ReadOnlySpan<byte> source, int offset = 0)
    {
        _source = source;
        _offset = offset;
        _counted = offset;
        _continuationBytes = offset;
    }

    /// <summary>The whole text.</summary>
    public readonly ReadOnlySpan<byte> Source => _source;

    /// <summary>The token's bytes.</summary>
    public readonly ReadOnlySpan<byte> BytesOf(scoped in Token token) => _source.Slice(token.Start, token.Length);

    /// <summary>The next token; End again and again once the text is over.</summary>
    public Token Next()
    {
        Token token = default;
        if (!SkipTrivia(out var commentStart))
        {
            token.Kind = TokenKind.Error;
            token.Fault = TokenFault.UnterminatedComment;
            token.Start = commentStart;
            token.Length = 2;
            token.Position = PositionOf(commentStart);
            _offset = _source.Length;
            return token;
        }

        token.Start = _offset;
        token.Position = PositionOf(_offset);
        if (_offset < _source.Length)
            Scan(ref token);
        token.Length = _offset - token.Start;
        return token;
    }

    /// <summary>1-based character at a byte offset; offsets must not go back.</summary>
    private int PositionOf(int offset)
    {
        var passed = _source[_counted..offset];
        if (!Ascii.IsValid(passed))
        {
            foreach (var b in passed)
            {
                if ((b & 0xC0) == 0x80)
                    _continuationBytes++;
            }
        }

        _counted = offset;
        return offset - _continuationBytes + 1;
    }

    private bool SkipTrivia(out int commentStart)
    {
        commentStart = 0;
        while (_offset < _source.Length)
        {
            var rest = _source[_offset..];
            if (rest[0] is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r'))
            {
                _offset++;
            }
            else if (rest.StartsWith("--"u8))
            {
                var line = rest.IndexOf((byte)'\n');
                _offset = line < 0 ? _source.Length : _offset + line + 1;
            }
            else if (rest.StartsWith("/*"u8))
            {
                var close = rest[2..].IndexOf("*/"u8);
                if (close < 0)
                {
                    commentStart = _offset;
                    return false;
                }

                _offset += close + 4;
            }
            else
            {
                break;
            }
        }

        return true;
    }

    private void Scan(ref Token token)
    {
        var first = _source[_offset];
        if (IsWordStart(first))
        {
            do
                _offset++;
            while (_offset < _source.Length && IsWordPart(_source[_offset]));
            token.Kind = TokenKind.Word;
            return;
        }

        if (char.IsAsciiDigit((char)first) || (first == '.' && char.IsAsciiDigit((char)Ahead(1))))
        {
            ScanNumber(ref token);
            return;
        }

        switch (first)
        {
            case (byte)'\'': ScanText(ref token); break;
            case (byte)'"' or (byte)'`': ScanName(ref token, first); break;
            case (byte)'(': Take(ref token, TokenKind.LeftParenthesis, 1); break;
            case (byte)')': Take(ref token, TokenKind.RightParenthesis, 1); break;
            case (byte)'[': Take(ref token, TokenKind.LeftBracket, 1); break;
            case (byte)']': Take(ref token, TokenKind.RightBracket, 1); break;
            case (byte)'{': Take(ref token, TokenKind.LeftBrace, 1); break;
            case (byte)'}': Take(ref token, TokenKind.RightBrace, 1); break;
            case (byte)',': Take(ref token, TokenKind.Comma, 1); break;
            case (byte)'.': Take(ref token, TokenKind.Dot, 1); break;
            case (byte)';': Take(ref token, TokenKind.Semicolon, 1); break;
            case (byte)'+': Take(ref token, TokenKind.Plus, 1); break;
            case (byte)'-': Take(ref token, TokenKind.Minus, 1); break;
            case (byte)'*': Take(ref token, TokenKind.Star, 1); break;
            case (byte)'%': Take(ref token, TokenKind.Percent, 1); break;
            case (byte)':': TakeOneOrTwo(ref token, TokenKind.Colon, ':', TokenKind.DoubleColon); break;
            case (byte)'/': TakeOneOrTwo(ref token, TokenKind.Slash, '/', TokenKind.DoubleSlash); break;
            case (byte)'=': TakeOneOrTwo(ref token, TokenKind.Equal, '=', TokenKind.Equal); break;
            case (byte)'>': TakeOneOrTwo(ref token, TokenKind.Greater, '=', TokenKind.GreaterOrEqual); break;
            case (byte)'<' when Ahead(1) == '>': Take(ref token, TokenKind.NotEqual, 2); break;
            case (byte)'<': TakeOneOrTwo(ref token, TokenKind.Less, '=', TokenKind.LessOrEqual); break;
            case (byte)'!' when Ahead(1) == '=': Take(ref token, TokenKind.NotEqual, 2); break;
            case (byte)'|' when Ahead(1) == '|': Take(ref token, TokenKind.Concat, 2); break;
            default: Fail(ref token, TokenFault.UnexpectedCharacter, _offset + 1); break;
        }
    }

    private void ScanNumber(ref Token token)
    {
        var start = _offset;
        var isFloat = false;
        SkipDigits();
        if (Ahead(0) == '.')
        {
            isFloat = true;
            _offset++;
            SkipDigits();
        }

        if (Ahead(0) is (byte)'e' or (byte)'E')
        {
            var sign = Ahead(1) is (byte)'+' or (byte)'-' ? 1 : 0;
            if (char.IsAsciiDigit((char)Ahead(1 + sign)))
            {
                isFloat = true;
                _offset += 1 + sign;
                SkipDigits();
            }
        }

        if (_offset < _source.Length && (IsWordPart(_source[_offset]) || _source[_offset] == '.'))
        {
            while (_offset < _source.Length && (IsWordPart(_source[_offset]) || _source[_offset] == '.'))
                _offset++;
            Fail(ref token, TokenFault.MalformedNumber, _offset);
            return;
        }

        var digits = _source[start.._offset];
        if (isFloat)
        {
            token.Kind = TokenKind.Float;
            if (!double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out token.Float))
                Fail(ref token, TokenFault.MalformedNumber, _offset);
            else if (!double.IsFinite(token.Float))
                Fail(ref token, TokenFault.FloatOutOfRange, _offset);
        }
        else
        {
            token.Kind = TokenKind.Integer;
            if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out token.Integer))
                Fail(ref token, TokenFault.IntegerOutOfRange, _offset);
        }
    }

    private void ScanText(ref Token token)
    {
        for (var i = _offset + 1; i < _source.Length; i++)
        {
            var found = _source[i..].IndexOfAny((byte)'\'', (byte)'\\');
            if (found < 0)
                break;
            i += found;
            if (_source[i] == '\\' || (i + 1 < _source.Length && _source[i + 1] == '\''))
            {
                i++;
                continue;
            }

            token.Kind = TokenKind.Text;
            _offset = i + 1;
            return;
        }

        Fail(ref token, TokenFault.UnterminatedText, _source.Length);
    }

    private void ScanName(ref Token token, byte quote)
    {
        for (var i = _offset + 1; i < _source.Length; i++)
        {
            if (_source[i] != quote)
                continue;
            if (i + 1 < _source.Length && _source[i + 1] == quote)
            {
                i++;
                continue;
            }

            token.Kind = TokenKind.QuotedName;
            if (i == _offset + 1)
                Fail(ref token, TokenFault.EmptyName, i + 1);
            _offset = i + 1;
            return;
        }

        Fail(ref token, TokenFault.UnterminatedName, _source.Length);
    }

    private void Take(ref Token token, TokenKind kind, int length)
    {
        token.Kind = kind;
        _offset += length;
    }

    private void TakeOneOrTwo(ref Token token, TokenKind one, char second, TokenKind two)
    {
        if (Ahead(1) == second)
            Take(ref token, two, 2);
        else
            Take(ref token, one, 1);
    }

    private void Fail(ref Token token, TokenFault fault, int end)
    {
        token.Kind = TokenKind.Error;
        token.Fault = fault;
        _offset = end;
    }

    private void SkipDigits()
    {
        while (_offset < _source.Length && char.IsAsciiDigit((char)_source[_offset]))
            _offset++;
    }

    private readonly byte Ahead(int distance) => _offset + distance < _source.Length ? _source[_offset + distance] : (byte)0;

    private static bool IsWordStart(byte b) => char.IsAsciiLetter((char)b) || b == '_' || b >= 0x80;

    private static bool IsWordPart(byte b) => IsWordStart(b) || char.IsAsciiDigit((char)b);
}
