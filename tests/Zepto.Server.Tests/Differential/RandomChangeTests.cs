using DuckDB.NET.Data;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Differential;

/// <summary>
/// After each of a sequence of random INSERT … SELECT, UPDATE and DELETE the table is the same as DuckDB's, rows of equal times in the order of their
/// arrival too. A statement that fails in one fails in both and changes nothing.
/// </summary>
public sealed class RandomChangeTests
{
    private static readonly Sql s_table = "SELECT id, k, ts, a, b, f, g, flag FROM small ORDER BY id";

    private static readonly Sql s_order = new(
        "SELECT k, count(*), first(id), last(id), min(ts), max(ts) FROM small GROUP BY k ORDER BY k",
        "SELECT k, count(*), first(id ORDER BY ts, id), last(id ORDER BY ts, id), min(ts), max(ts) FROM small GROUP BY k ORDER BY k");

    [Theory]
    [InlineData(20240719, 150)]
    [InlineData(20240720, 150)]
    public void RandomChanges_LeaveTheSameTableAsInDuckDb(int seed, int count)
    {
        var random = new Random(seed);
        using var server = ServerProcess.Start("--in-memory");
        using var reference = new Reference();
        server.Client.Run(SmallTable.CreateForServer);
        reference.Execute(SmallTable.CreateForReference);
        var insert = SmallTable.Insert(random);
        server.Client.Run(insert);
        reference.Execute(insert);

        var changes = new RandomChanges(random);
        var made = 0;
        for (var number = 0; number < count; number++)
        {
            var change = changes.Next();
            var where = $"seed {seed}, statement {number}: {change.Server}\n-> ";
            var failure = FailureOf(reference, change.Reference);
            var result = server.Client.Query(change.Server);
            Assert.True((failure is null) == (result.Error is null), $"{where}{result.Error ?? "made"}, but DuckDB: {failure ?? "made"}");
            made += failure is null ? 1 : 0;
            Compare(s_table);
            Compare(s_order);

            void Compare(Sql query)
            {
                if (Rows.FirstDifference(reference.Query(query.Reference), server.Client.Run(query.Server).Rows) is { } difference)
                    Assert.Fail(where + difference);
            }
        }

        Assert.True(made > count * 3 / 4, $"seed {seed}: only {made} of {count} statements were made");
    }

    private static string? FailureOf(Reference reference, string sql)
    {
        try
        {
            reference.Execute(sql);
            return null;
        }
        catch (DuckDBException error)
        {
            return error.Message;
        }
    }
}
