namespace Zepto.Query.Syntax;

/// <summary>One token: where it stands in the text and, for numbers, its value.</summary>
public struct Token
{
    /// <summary>What it is.</summary>
    public TokenKind Kind;

    /// <summary>Why it is none, when <see cref="Kind"/> is <see cref="TokenKind.Error"/>.</summary>
    public TokenFault Fault;

    /// <summary>Offset of its first byte in the text.</summary>
    public int Start;

    /// <summary>Length in bytes, quotes included.</summary>
    public int Length;

    /// <summary>1-based character (code point) of its first byte.</summary>
    public int Position;

    /// <summary>Value of an <see cref="TokenKind.Integer"/>.</summary>
    public long Integer;

    /// <summary>Value of a <see cref="TokenKind.Float"/>.</summary>
    public double Float;

    /// <summary>Offset of the byte after it.</summary>
    public readonly int End => Start + Length;

    /// <summary>Whether it is a literal that <see cref="LiteralNumbering"/> may number.</summary>
    public readonly bool IsLiteral => Kind is TokenKind.Integer or TokenKind.Float or TokenKind.Text;
}
