using System.Text;
using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Syntax;

public class StatementNormalizerTests
{
    [Theory]
    [InlineData("SELECT  a,-1.5 FROM t -- c\nWHERE b='x''y' AND c = 10;", "SELECT a , - ?f FROM t WHERE b = ?t AND c = ?i")]
    [InlineData("SELECT a FROM t WHERE ts > now() - INTERVAL '5 minutes' AND x = 1", "SELECT a FROM t WHERE ts > now ( ) - INTERVAL '5 minutes' AND x = ?i")]
    [InlineData("SELECT a, x::Decimal(10, 2), 1 FROM t SAMPLE 1/10 GROUP BY 1, a, 2 LIMIT 5, 6", "SELECT a , x :: Decimal ( 10 , 2 ) , ?i FROM t SAMPLE 1 / 10 GROUP BY 1 , a , 2 LIMIT ?i , ?i")]
    [InlineData("SELECT f(1) FROM t ORDER BY a + 1, g(2, 3), 4 SETTINGS k = 1", "SELECT f ( ?i ) FROM t ORDER BY a + ?i , g ( ?i , ?i ) , 4 SETTINGS k = 1")]
    [InlineData("SELECT {p:DateTime64(9)}, CAST(1 AS Decimal(5, 1)), 2", "SELECT { p : DateTime64 ( 9 ) } , CAST ( ?i AS Decimal ( 5 , 1 ) ) , ?i")]
    public void Normalize_LiftsLiteralsOutOfTheKey(string sql, string expected)
    {
        Assert.True(TryNormalize(sql, out var key, out _));
        Assert.Equal(expected, key);
    }

    [Fact]
    public void Normalize_Numbers_AgreeWithTheParser()
    {
        foreach (var sql in Sql.Valid)
        {
            if (Sql.Parse(sql) is not SelectStatement select)
                continue;
            Assert.True(TryNormalize(sql, out _, out var tokens), sql);
            var literals = new List<Literal>();
            Collect(select, literals);
            literals.RemoveAll(l => l.Ordinal < 0);
            Assert.Equal(Enumerable.Range(0, tokens.Length), literals.Select(l => l.Ordinal).Order());
            foreach (var literal in literals)
            {
                var token = tokens[literal.Ordinal];
                Assert.Equal((literal.Kind, literal.Integer, literal.Float), (token.Kind, token.Integer, token.Float));
                if (literal.Kind == LiteralKind.Text)
                {
                    var raw = Encoding.UTF8.GetBytes(sql).AsSpan(token.Offset, token.LengthBytes);
                    var text = new byte[raw.Length];
                    Assert.Equal(literal.Text, text[..TextLiteral.Decode(raw, text)]);
                }
            }
        }
    }

    [Theory]
    [InlineData("SELECT 'abc")]
    [InlineData("SELECT 9223372036854775808")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("INSERT INTO t VALUES (1)")]
    [InlineData("")]
    public void Normalize_WhatNoPlanIsKeptFor_IsRefused(string sql) => Assert.False(TryNormalize(sql, out _, out _));

    [Fact]
    public void Normalize_OutputTooSmall_IsRefusedAtEverySize()
    {
        var sql = "SELECT a + 1, 'x' FROM t"u8.ToArray();
        var literals = new LiteralToken[2];
        Assert.True(StatementNormalizer.TryNormalize(sql, new byte[100], out var length, literals, out _));
        for (var size = 0; size < length; size++)
            Assert.False(StatementNormalizer.TryNormalize(sql, new byte[size], out _, literals, out _));
        Assert.True(StatementNormalizer.TryNormalize(sql, new byte[length], out _, literals, out _));
        Assert.False(StatementNormalizer.TryNormalize(sql, new byte[100], out _, literals.AsSpan(0, 1), out _));
    }

    [Fact]
    public void Normalize_Repeated_DoesNotAllocate()
    {
        var sql = Encoding.UTF8.GetBytes(Sql.Valid[0] + " AND x > 1.25 AND y = 'it''s'");
        var key = new byte[1024];
        var literals = new LiteralToken[64];
        var text = new byte[64];
        for (var i = 0; i < 100; i++)
            StatementNormalizer.TryNormalize(sql, key, out _, literals, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var decoded = 0;
        for (var i = 0; i < 1000; i++)
        {
            StatementNormalizer.TryNormalize(sql, key, out _, literals, out var count);
            decoded += TextLiteral.Decode(sql.AsSpan(literals[count - 1].Offset, literals[count - 1].LengthBytes), text);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(4000, decoded);
    }

    private static bool TryNormalize(string sql, out string key, out LiteralToken[] literals)
    {
        var bytes = new byte[4096];
        var tokens = new LiteralToken[64];
        var done = StatementNormalizer.TryNormalize(Encoding.UTF8.GetBytes(sql), bytes, out var length, tokens, out var count);
        key = Encoding.UTF8.GetString(bytes, 0, length);
        literals = tokens[..count];
        return done;
    }

    /// <summary>All literals of a tree, found through the records' properties.</summary>
    private static void Collect(object? node, List<Literal> literals)
    {
        switch (node)
        {
            case null or string or byte[]:
                return;
            case Literal literal:
                literals.Add(literal);
                return;
            case System.Collections.IEnumerable items:
                foreach (var item in items)
                    Collect(item, literals);
                return;
        }

        if (node.GetType().Namespace != typeof(SyntaxNode).Namespace || node.GetType().IsEnum)
            return;
        foreach (var property in node.GetType().GetProperties())
            Collect(property.GetValue(node), literals);
    }
}
