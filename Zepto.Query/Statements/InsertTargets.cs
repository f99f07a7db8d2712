using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Zepto.Query.Access;
using Zepto.Query.Statements.Formats;
using Zepto.Query.Syntax;
using Zepto.Storage;

namespace Zepto.Query.Statements;

/// <summary>
/// Targets of INSERT … VALUES and INSERT … FORMAT by the text before their rows, so that a client that repeats a statement with other values costs no parsing.
/// Thread-safe; after a change of the catalogue the targets are forgotten, so that they keep no dropped table, and made anew.
/// </summary>
internal sealed class InsertTargets(Database database)
{
    /// <summary>Texts remembered; all are forgotten when one more comes.</summary>
    public const int Capacity = 1_000;

    /// <summary>Longer texts are parsed each time, so that the cache's memory has a bound.</summary>
    private const int LongestPrefixBytes = 16 * 1024;

    private readonly ConcurrentDictionary<byte[], InsertTarget> _targets = new(Utf8KeyComparer.Instance);

    /// <summary>Latest version of the catalogue seen; targets of earlier ones are gone or about to go.</summary>
    private long _catalogVersion;

    /// <summary>Texts remembered now.</summary>
    public int Count => _targets.Count;

    /// <summary>
    /// The target of `INSERT INTO t [(columns)] VALUES …` or `… FORMAT name …` and where its rows begin. False when the statement is not of that form, which says
    /// nothing else about it. Throws SqlException for one that is and that names unknown things, or things that the caller may not write to. Allocates nothing
    /// for a text seen before.
    /// </summary>
    public bool TryGet(ReadOnlySpan<byte> sql, StatementAccess access, [MaybeNullWhen(false)] out InsertTarget target, out int dataOffset)
    {
        target = null;
        if (!TryFindPrefix(sql, out var start, out var end, out var hasFormat))
        {
            dataOffset = 0;
            return false;
        }

        access.Require(StatementPermissions.Ingest);
        var prefix = sql[start..end];
        dataOffset = hasFormat ? Parser.SkipToData(sql, end) : end;
        var catalog = database.Catalog;
        if (Volatile.Read(ref _catalogVersion) < catalog.Version)
            ForgetOlderThan(catalog.Version);
        if (_targets.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(prefix, out target) && target.CatalogVersion == catalog.Version)
        {
            access.RequireTable(target.Table.Name);
            return true;
        }

        if (SqlParser.Parse(sql) is not InsertStatement { Query: null } insert)
            return false;

        access.RequireTable(insert.Table);
        var format = insert.Format is null ? InputFormat.Values : InputFormat.Find(insert.Format);
        target = InsertTarget.Create(catalog, insert.Table, insert.Columns, format);
        // The parser reads no further than VALUES or the format's name, so the same text up to there always means the same, wherever the first
        // such word was its keyword.
        if (insert.DataOffset == dataOffset && prefix.Length <= LongestPrefixBytes)
            Remember(prefix.ToArray(), target);
        dataOffset = insert.DataOffset;
        return true;
    }

    private void Remember(byte[] prefix, InsertTarget target)
    {
        if (_targets.Count >= Capacity && !_targets.ContainsKey(prefix))
            _targets.Clear();
        _targets[prefix] = target;
        // Either this sees the later version or ForgetOlderThan, which states it first, sees the target.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _catalogVersion) > target.CatalogVersion)
            _targets.TryRemove(new(prefix, target));
    }

    private void ForgetOlderThan(long version)
    {
        long seen;
        while ((seen = Volatile.Read(ref _catalogVersion)) < version)
        {
            if (Interlocked.CompareExchange(ref _catalogVersion, version, seen) != seen)
                continue;
            _targets.Clear();
            return;
        }
    }

    /// <summary>
    /// Finds the first token, which is INSERT, and the end of the first VALUES or FORMAT with its name, outside parentheses, that can be the
    /// keyword.
    /// </summary>
    private static bool TryFindPrefix(ReadOnlySpan<byte> sql, out int start, out int end, out bool hasFormat)
    {
        end = 0;
        hasFormat = false;
        var lexer = new Lexer(sql);
        var token = lexer.Next();
        while (token.Kind == TokenKind.Semicolon)
            token = lexer.Next();
        start = token.Start;
        if (!IsWord(lexer, token, "INSERT"u8) || !IsWord(lexer, lexer.Next(), "INTO"u8))
            return false;
        // What follows INTO or a dot is a name, also when it is called VALUES.
        lexer.Next();
        for (var depth = 0; ;)
        {
            token = lexer.Next();
            switch (token.Kind)
            {
                case TokenKind.End or TokenKind.Error or TokenKind.Semicolon:
                    return false;
                case TokenKind.Dot:
                    lexer.Next();
                    break;
                case TokenKind.LeftParenthesis:
                    depth++;
                    break;
                case TokenKind.RightParenthesis:
                    depth--;
                    break;
                case TokenKind.Word when depth == 0:
                    if (IsWord(lexer, token, "VALUES"u8))
                    {
                        end = token.End;
                        return true;
                    }

                    if (IsWord(lexer, token, "FORMAT"u8))
                    {
                        token = lexer.Next();
                        (end, hasFormat) = (token.End, true);
                        return token.Kind == TokenKind.Word;
                    }

                    if (IsWord(lexer, token, "SELECT"u8) || IsWord(lexer, token, "WITH"u8))
                        return false;
                    break;
            }
        }
    }

    private static bool IsWord(in Lexer lexer, in Token token, ReadOnlySpan<byte> word) =>
        token.Kind == TokenKind.Word && Ascii.EqualsIgnoreCase(lexer.BytesOf(token), word);
}
