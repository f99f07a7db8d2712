namespace Zepto.Query.Syntax;

/// <summary>INSERT up to its data.</summary>
internal ref partial struct Parser
{
    private InsertStatement ParseInsert(out bool complete)
    {
        complete = false;
        var position = _token.Position;
        Advance();
        ExpectWord("INTO"u8);
        if (AtWord("TABLE"u8) && Peek().Kind is TokenKind.Word or TokenKind.QuotedName && !PeekIsWord("VALUES"u8) && !PeekIsWord("FORMAT"u8)
            && !PeekIsWord("SELECT"u8))
            Advance();
        var (_, table) = ParseTableName();

        IReadOnlyList<string>? columns = null;
        if (At(TokenKind.LeftParenthesis) && !PeekIsWord("SELECT"u8) && !PeekIsWord("WITH"u8) && Peek().Kind != TokenKind.LeftParenthesis)
            columns = ParseNameList("a column name");
        if (AcceptWord("SETTINGS"u8))
            ParseSettings();

        if (AtWord("VALUES"u8))
            return new InsertStatement(position, table, columns, true, null, null, _token.End);
        if (AcceptWord("FORMAT"u8))
        {
            if (!At(TokenKind.Word))
                throw Unexpected("a format name");
            var format = System.Text.Encoding.UTF8.GetString(Bytes);
            return new InsertStatement(position, table, columns, false, format, null, SkipToData(_lexer.Source, _token.End));
        }

        if (!AtQuery && !At(TokenKind.LeftParenthesis))
            throw Unexpected(columns is null ? "'(', VALUES, FORMAT or SELECT" : "VALUES, FORMAT or SELECT");
        complete = true;
        var query = ParseQuery();
        if (AcceptWord("SETTINGS"u8))
            ParseSettings();
        return new InsertStatement(position, table, columns, false, null, query, _token.Start);
    }

    /// <summary>
    /// Where the data of INSERT … FORMAT begin: after blanks, one optional CR and one LF. Where only semicolons and white space follow the format's
    /// name they end the statement, and the data are empty or elsewhere.
    /// </summary>
    /// <param name="source">The whole text.</param>
    /// <param name="offset">End of the format's name.</param>
    internal static int SkipToData(ReadOnlySpan<byte> source, int offset)
    {
        while (offset < source.Length && source[offset] is (byte)' ' or (byte)'\t')
            offset++;
        if (offset < source.Length && source[offset] == ';' && source[offset..].IndexOfAnyExcept("; \t\r\n"u8) < 0)
            return source.Length;
        if (source[offset..].StartsWith("\r\n"u8))
            return offset + 2;
        return offset < source.Length && source[offset] == '\n' ? offset + 1 : offset;
    }
}
