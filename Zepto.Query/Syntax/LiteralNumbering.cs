using System.Text;

namespace Zepto.Query.Syntax;

/// <summary>
/// Decides which literals of a statement are numbered, that is, may be replaced in a cached plan. Parser and normaliser feed it the same
/// tokens, so their numbers agree. Not numbered, because the plan itself depends on them: literals of INTERVAL and SAMPLE, in type names and
/// query parameters, select-list ordinals directly after BY and its commas, and everything from SETTINGS on.
/// </summary>
internal struct LiteralNumbering
{
    private const int DeepestTracked = 63;

    private int _next;
    private int _depth;
    private int _typeDepth;
    private int _braces;
    private ulong _byLists;
    private bool _inSettings;
    private bool _inSample;
    private TokenKind _previous;
    private bool _afterInterval;
    private bool _afterBy;
    private bool _afterTypeMark;
    private bool _afterTypeName;

    /// <summary>Takes the next token; returns its number, or -1 when it has none.</summary>
    public int Observe(in Token token, ReadOnlySpan<byte> bytes)
    {
        var ordinal = token.IsLiteral && IsNumbered() ? _next++ : -1;

        var afterInterval = false;
        var afterBy = false;
        var afterTypeMark = token.Kind == TokenKind.DoubleColon;
        var afterTypeName = _afterTypeMark && token.Kind == TokenKind.Word;
        _inSample &= token.IsLiteral || token.Kind == TokenKind.Slash;
        switch (token.Kind)
        {
            case TokenKind.Word:
                ObserveWord(bytes, ref afterInterval, ref afterBy, ref afterTypeMark);
                break;
            case TokenKind.LeftBrace:
                _braces++;
                _depth++;
                break;
            case TokenKind.LeftParenthesis or TokenKind.LeftBracket:
                _depth++;
                if (_afterTypeName && _typeDepth == 0)
                    _typeDepth = _depth;
                break;
            case TokenKind.RightParenthesis or TokenKind.RightBracket or TokenKind.RightBrace:
                if (token.Kind == TokenKind.RightBrace && _braces > 0)
                    _braces--;
                if (_depth == _typeDepth)
                    _typeDepth = 0;
                if (_depth < DeepestTracked)
                    _byLists &= ~(1UL << _depth);
                if (_depth > 0)
                    _depth--;
                break;
        }

        _previous = token.Kind;
        _afterInterval = afterInterval;
        _afterBy = afterBy;
        _afterTypeMark = afterTypeMark;
        _afterTypeName = afterTypeName;
        return ordinal;
    }

    private readonly bool IsNumbered()
    {
        if (_inSettings || _inSample || _afterInterval || _typeDepth > 0 || _braces > 0 || _depth >= DeepestTracked)
            return false;
        return !_afterBy && !(_previous == TokenKind.Comma && (_byLists & (1UL << _depth)) != 0);
    }

    private void ObserveWord(ReadOnlySpan<byte> word, ref bool afterInterval, ref bool afterBy, ref bool afterTypeMark)
    {
        if (word.Length is < 2 or > 8)
            return;
        if (Is(word, "BY"u8))
        {
            afterBy = true;
            if (_depth < DeepestTracked)
                _byLists |= 1UL << _depth;
        }
        else if (Is(word, "AS"u8))
        {
            afterTypeMark = true;
        }
        else if (Is(word, "INTERVAL"u8))
        {
            afterInterval = true;
        }
        else if (Is(word, "SAMPLE"u8))
        {
            _inSample = true;
        }
        else if (Is(word, "SETTINGS"u8))
        {
            _inSettings |= _depth == 0;
        }
        else if ((Is(word, "LIMIT"u8) || Is(word, "HAVING"u8) || Is(word, "SELECT"u8)) && _depth < DeepestTracked)
        {
            _byLists &= ~(1UL << _depth);
        }
    }

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> keyword) => Ascii.EqualsIgnoreCase(word, keyword);
}
