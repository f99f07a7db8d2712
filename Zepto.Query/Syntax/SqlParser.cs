namespace Zepto.Query.Syntax;

/// <summary>Entry points of the parser. Stateless; allocates the tree, so it runs only where a plan is not cached.</summary>
public static class SqlParser
{
    /// <summary>
    /// Parses one statement of UTF-8 text. Of an INSERT with VALUES or FORMAT only the part before the data is read. Throws
    /// <see cref="SqlException"/> for text that is not one statement of the dialect.
    /// </summary>
    /// <param name="sql">The statement.</param>
    /// <param name="numbersLiterals">Whether literals get ordinals; not for a plan that is made for this text only.</param>
    public static Statement Parse(ReadOnlySpan<byte> sql, bool numbersLiterals = true) => new Parser(sql, 0, numbersLiterals).ParseStatement();

    /// <summary>
    /// Parses one expression that begins at byte <paramref name="offset"/> and ends before a `,` or `)`, to which the offset is moved: the
    /// values of INSERT that are no plain literals. Positions in the nodes count from the expression's beginning; errors name the position
    /// in the whole text. Throws <see cref="SqlException"/>.
    /// </summary>
    public static Expression ParseConstant(ReadOnlySpan<byte> sql, ref int offset)
    {
        var parser = new Parser(sql, offset);
        return parser.ParseConstant(ref offset);
    }

    /// <summary>
    /// The error for a token at byte <paramref name="offset"/> that cannot stand there, in the parser's words and with its position in the
    /// whole text: for readers of an INSERT's data, which the parser leaves alone.
    /// </summary>
    internal static SqlException Unexpected(ReadOnlySpan<byte> sql, int offset, string? expected = null) => new Parser(sql, offset).Unexpected(expected);

    /// <summary>Checks that nothing but a `;` follows byte <paramref name="offset"/>; throws <see cref="SqlException"/> otherwise.</summary>
    internal static void ExpectEnd(ReadOnlySpan<byte> sql, int offset, string expected) => new Parser(sql, offset).ExpectEnd(expected);
}
