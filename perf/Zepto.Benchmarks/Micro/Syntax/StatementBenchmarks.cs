using System.Text;
using BenchmarkDotNet.Attributes;
using Zepto.Query.Syntax;

namespace Zepto.Benchmarks.Micro.Syntax;

/// <summary>What happens to a statement's text before a plan is found or made: tokens, the key of the plan cache, and the whole parse.</summary>
[MemoryDiagnoser]
public class StatementBenchmarks : ICheckedBenchmark
{
    private static readonly byte[] s_aggregate = Encoding.UTF8.GetBytes("SELECT vwap(price, volume), count(*) FROM trades WHERE symbol = 'AAPL'");

    private readonly byte[] _key = new byte[4096];
    private readonly LiteralToken[] _literals = new LiteralToken[64];

    [Benchmark(Baseline = true)]
    public int Lex()
    {
        var lexer = new Lexer(s_aggregate);
        var tokens = 0;
        while (lexer.Next().Kind != TokenKind.End)
            tokens++;
        return tokens;
    }

    [Benchmark]
    public int Normalize() => StatementNormalizer.TryNormalize(s_aggregate, _key, out var keyLength, _literals, out _) ? keyLength : -1;

    [Benchmark]
    public object Parse() => SqlParser.Parse(s_aggregate);

    void ICheckedBenchmark.Check()
    {
        Expect.Equal(nameof(Lex), 18, Lex());
        var key = Normalize();
        Expect.Equal(
            nameof(Normalize), "SELECT vwap ( price , volume ) , count ( * ) FROM trades WHERE symbol = ?t", key < 0 ? "nothing" : Encoding.UTF8.GetString(_key, 0, key));
        Expect.Equal(nameof(Parse), typeof(SelectStatement), Parse().GetType());
    }
}
