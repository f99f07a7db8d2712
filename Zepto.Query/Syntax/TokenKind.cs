namespace Zepto.Query.Syntax;

/// <summary>What a token is. Keywords are words: the dialect has few reserved ones, so the parser decides by place.</summary>
public enum TokenKind : byte
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>Bytes that are no token; <see cref="Token.Fault"/> says why.</summary>
    Error,

    /// <summary>A keyword or plain identifier.</summary>
    Word,

    /// <summary>An identifier in double quotes or backticks.</summary>
    QuotedName,

    /// <summary>A string in single quotes.</summary>
    Text,

    /// <summary>Digits that fit INT64.</summary>
    Integer,

    /// <summary>A number with a point or an exponent.</summary>
    Float,

    LeftParenthesis, RightParenthesis, LeftBracket, RightBracket, LeftBrace, RightBrace,
    Comma, Dot, Semicolon, Colon, DoubleColon,
    Plus, Minus, Star, Slash, DoubleSlash, Percent, Concat,
    Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual,
}

/// <summary>Why bytes are no token.</summary>
public enum TokenFault : byte
{
    None,
    UnexpectedCharacter,
    UnterminatedText,
    UnterminatedName,
    UnterminatedComment,
    EmptyName,
    MalformedNumber,
    IntegerOutOfRange,
    FloatOutOfRange,
}
