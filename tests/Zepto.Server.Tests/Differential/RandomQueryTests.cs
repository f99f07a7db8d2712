using System.Text;
using DuckDB.NET.Data;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Differential;

/// <summary>
/// Random statements give the same rows as DuckDB, or fail in both. Each is asked again with other literals, which is when the server takes the
/// plan that it kept.
/// </summary>
public sealed class RandomQueryTests
{
    private const int ShownDifferences = 8;
    private const int Variants = 3;

    [Theory]
    [InlineData(20240719, 200)]
    public void RandomQueries_AnswerAsDuckDbDoes(int seed, int count) => CompareMany(seed, count);

    [Fact]
    public void ManyRandomQueries_AnswerAsDuckDbDoes()
    {
        if (!MarketData.IsLong)
            Assert.Skip("takes minutes; set ZEPTO_TEST_LONG=1");
        CompareMany(seed: 20240808, count: 6_000);
    }

    private static void CompareMany(int seed, int count)
    {
        var random = new Random(seed);
        using var server = ServerProcess.Start("--in-memory");
        using var reference = new Reference();
        server.Client.Run(SmallTable.CreateForServer);
        reference.Execute(SmallTable.CreateForReference);
        var insert = SmallTable.Insert(random);
        server.Client.Run(insert);
        reference.Execute(insert);

        var differences = new List<string>();
        var answered = 0;
        for (var number = 0; number < count; number++)
        {
            var shape = random.Next();
            for (var variant = 0; variant < Variants; variant++)
            {
                var query = new RandomQueries(new Random(shape), random).Next();
                var result = server.Client.Query(query.Server);
                if (Difference(result, query, reference) is { } difference)
                    differences.Add($"query {number}, variant {variant}: {query.Server}\n-> {difference}");
                else if (result.Error is null)
                    answered++;
            }
        }

        var report = new StringBuilder($"seed {seed}: {differences.Count} of {count * Variants} statements differ\n");
        foreach (var difference in differences.OrderBy(d => d.Length).Take(ShownDifferences))
            report.Append(difference).Append('\n');
        Assert.True(differences.Count == 0, report.ToString());
        // Both failing everywhere would be agreement too.
        Assert.True(answered > count * Variants * 3 / 4, $"seed {seed}: only {answered} of {count * Variants} statements were answered");
    }

    private static string? Difference(QueryResult result, Sql query, Reference reference)
    {
        object?[][] expected;
        try
        {
            expected = reference.Query(query.Reference);
        }
        catch (Exception error) when (error is DuckDBException or OverflowException)
        {
            return result.Error is null ? $"{result.Rows.Length} rows, but DuckDB fails: {error.Message}" : null;
        }

        return result.Error is null ? Rows.FirstDifference(expected, result.Rows) : result.Error;
    }
}
