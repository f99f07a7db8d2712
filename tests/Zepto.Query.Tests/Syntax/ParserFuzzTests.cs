using System.Text;
using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Syntax;

public class ParserFuzzTests
{
    private const int Seed = 7351;
    private const int Rounds = 150_000;

    /// <summary>Pieces that steer mutations toward the grammar's corners.</summary>
    private static readonly string[] s_pieces =
    [
        "(", ")", "[", "]", "{", "}", ",", ".", ";", ":", "::", "'", "\"", "`", "--", "/*", "*/", "\\", "-", "1", "1.5e", "é", "\0", " SELECT ", " FROM ", " INTERVAL ",
        " NOT ", " IN ", " UNION ", " JOIN ", " OVER (", " AS ", " CASE ", " BY ", " LIMIT ", " FORMAT ", " SETTINGS ", " WITH ", " EXISTS (",
    ];

    [Fact]
    public void MutatedStatements_ParseOrThrowSqlException()
    {
        var random = new Random(Seed);
        var corpus = Sql.Valid.Select(Encoding.UTF8.GetBytes).ToArray();
        var pieces = s_pieces.Select(Encoding.UTF8.GetBytes).ToArray();
        var key = new byte[4096];
        var literals = new LiteralToken[64];
        var parsed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var sql = Mutate(random, corpus, pieces);
            Statement? statement = null;
            try
            {
                statement = SqlParser.Parse(sql);
                parsed++;
            }
            catch (SqlException e) when (e.Message.Length < 400 && !e.Message.AsSpan().ContainsAny('\n', '\r'))
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, round {round}: {e.GetType().Name} {e.Message} for {Encoding.UTF8.GetString(sql)}");
            }

            if (statement is SelectStatement select)
                AssertPrintedTextParses(select, round);
            StatementNormalizer.TryNormalize(sql, key, out _, literals, out _);
        }

        Assert.True(parsed > Rounds / 100, $"only {parsed} mutations parsed");
    }

    private static void AssertPrintedTextParses(SelectStatement select, int round)
    {
        var printed = ExpressionText.Of(select.Query);
        try
        {
            var again = Sql.Parse<SelectStatement>(printed);
            Assert.Equal(printed, ExpressionText.Of(again.Query));
        }
        catch (SqlException e)
        {
            Assert.Fail($"seed {Seed}, round {round}: {e.Message} for {printed}");
        }
    }

    private static byte[] Mutate(Random random, byte[][] corpus, byte[][] pieces)
    {
        var sql = new List<byte>(corpus[random.Next(corpus.Length)]);
        for (var edits = random.Next(1, 5); edits > 0; edits--)
        {
            var at = random.Next(sql.Count + 1);
            var length = Math.Min(random.Next(1, 12), sql.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    sql.RemoveRange(at, length);
                    break;
                case 1:
                    sql.InsertRange(at, pieces[random.Next(pieces.Length)]);
                    break;
                case 2 when at < sql.Count:
                    sql[at] = (byte)random.Next(256);
                    break;
                case 3:
                    var other = corpus[random.Next(corpus.Length)];
                    var from = random.Next(other.Length);
                    sql.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(1, 40))]);
                    break;
                default:
                    sql.InsertRange(at, sql.GetRange(at, length));
                    break;
            }
        }

        return [.. sql];
    }
}
