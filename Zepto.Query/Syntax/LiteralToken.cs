namespace Zepto.Query.Syntax;

/// <summary>A literal that <see cref="StatementNormalizer"/> lifted out of a statement; its index is the <see cref="Literal.Ordinal"/>.</summary>
public struct LiteralToken
{
    /// <summary>Integer, Float or Text.</summary>
    public LiteralKind Kind;

    /// <summary>Offset of its first byte in the statement.</summary>
    public int Offset;

    /// <summary>Length in bytes; of text with its quotes and escapes, see <see cref="TextLiteral"/>.</summary>
    public int LengthBytes;

    /// <summary>Value of an integer.</summary>
    public long Integer;

    /// <summary>Value of a float.</summary>
    public double Float;
}
