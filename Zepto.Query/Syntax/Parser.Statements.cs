using System.Text;

namespace Zepto.Query.Syntax;

/// <summary>What a statement begins with decides what it is.</summary>
internal ref partial struct Parser
{
    public Statement ParseStatement()
    {
        while (Accept(TokenKind.Semicolon))
        {
        }

        if (At(TokenKind.End))
            throw new SqlException(Results.StatementErrorKind.Syntax, "Parse error: empty statement");
        var statement = ParseAnyStatement(out var complete);
        if (!complete)
            return statement;
        ExpectEnd();
        return statement;
    }

    /// <summary>Reads to the end of the text, where only semicolons may stand.</summary>
    public void ExpectEnd(string? expected = null)
    {
        if (!AtEnd)
            throw Unexpected(expected);
        var last = _token;
        while (Accept(TokenKind.Semicolon))
        {
        }

        if (At(TokenKind.End))
            return;
        _token = last.Kind == TokenKind.Semicolon ? _token : last;
        throw Fail("one statement per request is allowed, but another one begins");
    }

    /// <summary>Reads a statement; <paramref name="complete"/> is false when data or skipped text follows.</summary>
    private Statement ParseAnyStatement(out bool complete)
    {
        complete = true;
        var position = _token.Position;
        if (AtQuery || At(TokenKind.LeftParenthesis))
            return ParseSelectStatement();
        if (!At(TokenKind.Word))
            throw Unexpected("a statement");

        if (AtWord("INSERT"u8))
            return ParseInsert(out complete);
        if (AtWord("CREATE"u8))
            return ParseCreate(out complete);
        if (AtWord("DROP"u8))
            return ParseDrop(out complete);
        if (AtWord("ALTER"u8))
            return ParseAlter(out complete);
        if (AtWord("UPDATE"u8))
            return ParseUpdateStatement();
        if (AtWord("DELETE"u8))
            return ParseDeleteStatement();
        if (AtWord("TRUNCATE"u8))
            return ParseTruncate();
        if (AtWord("OPTIMIZE"u8))
            return ParseOptimize();
        if (AtWord("SHOW"u8))
            return ParseShow(out complete);
        if (AtWord("DESCRIBE"u8) || AtWord("DESC"u8))
            return ParseDescribe();
        if (AtWord("EXISTS"u8))
            return ParseExistsTable();
        if (AtWord("EXPLAIN"u8))
            return ParseExplain(out complete);
        if (AtWord("USE"u8))
            return ParseUse();
        if (AtWord("SET"u8))
            return ParseSet();
        if (AtWord("KILL"u8))
            return ParseKill();

        complete = false;
        foreach (var verb in s_refusedVerbs)
        {
            if (AtWord(Encoding.UTF8.GetBytes(verb)))
                return new UnsupportedStatement(position, verb);
        }

        throw Unexpected();
    }

    /// <summary>Verbs of statements that are known and not run; TABLE and the like after them add nothing.</summary>
    private static readonly string[] s_refusedVerbs =
    [
        "BACKUP", "RESTORE", "RENAME", "GRANT", "REVOKE", "ATTACH", "DETACH", "SYSTEM", "BEGIN",
        "COMMIT", "ROLLBACK", "COPY", "VACUUM", "MERGE", "CHECK", "ANALYZE", "EXCHANGE", "UNDROP", "PREPARE", "EXECUTE", "CHECKPOINT",
    ];

    /// <summary>Refuses the statement by its leading words: those before and the current one.</summary>
    private readonly UnsupportedStatement Refuse(int position, string leading, out bool complete)
    {
        complete = false;
        var what = At(TokenKind.Word) ? $"{leading} {Shown().ToUpperInvariant()}" : leading;
        return new UnsupportedStatement(position, what);
    }
}
