using System.Globalization;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Persistence;

/// <summary>What is there after a stop and a start on the same data directory.</summary>
public sealed class RestartTests : IDisposable
{
    // All that a client can see of the database below.
    private static readonly string[] Looks =
    [
        "SHOW TABLES",
        "DESCRIBE TABLE everything",
        "SHOW CREATE TABLE everything",
        "DESCRIBE TABLE plain",
        "SELECT * FROM everything ORDER BY ts, i, s",
        "SELECT * FROM everything",
        "SELECT * FROM plain",
        "SELECT s, count(*), first(i), last(i), min(f), max(t), sum(j) FROM everything GROUP BY s ORDER BY s",
        "SELECT count(*) FROM everything WHERE s = 7",
        "SELECT count(*) FROM everything WHERE s = 'AAPL'",
        "SELECT s, i, t FROM everything WHERE t LIKE '%x%' OR b ORDER BY i, s, ts",
        "SELECT added, count(*) FROM everything GROUP BY added ORDER BY added",
        "SELECT xbar(ts, INTERVAL '1 day') AS day, count(*), max(i) FROM everything GROUP BY day ORDER BY day",
        "SELECT count(*), sum(price), sum(volume) FROM trades",
        "SELECT * FROM quotes",
    ];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void EverythingIsThere_AfterStopAndStart()
    {
        string[] before;
        using (var server = Start())
        {
            Fill(server.Client);
            before = Look(server.Client);
            Assert.Equal(0, server.Stop());
        }

        using (var server = Start())
        {
            Assert.Equal(before, Look(server.Client));
            // The next id and late rows go on where they were.
            server.Client.Run("INSERT INTO everything (s, i, ts) VALUES ('FRESH', 1000, '2024-07-18 12:00:00'), ('AAPL', 1001, '2024-07-18 00:00:00')");
            Assert.Equal(2L, server.Client.Scalar("SELECT count(*) FROM everything WHERE i IN (1000, 1001)"));
            Assert.Equal(1L, server.Client.Scalar("SELECT count(*) FROM everything WHERE s = 'FRESH'"));
            before = Look(server.Client);
            Assert.Equal(0, server.Stop());
        }

        using (var server = Start())
            Assert.Equal(before, Look(server.Client));
    }

    [Fact]
    public void DroppedTables_StayAway_AndTheirNamesCanBeUsedAgain()
    {
        using (var server = Start())
        {
            Fill(server.Client);
            server.Client.Run("DROP TABLE everything");
            server.Client.Run("DROP TABLE trades");
            server.Client.Run("CREATE TABLE trades (only SYMBOL, ts TIMESTAMP)");
            server.Client.Run("INSERT INTO trades VALUES ('ONE', 5)");
            Assert.Equal(0, server.Stop());
        }

        using (var server = Start())
        {
            Assert.Equal("Unknown table: everything", server.Client.Fail("SELECT * FROM everything"));
            Assert.Equal(["ONE", 5L], Assert.Single(server.Client.Run("SELECT * FROM trades").Rows));
        }
    }

    // Statements that were answered are there, and every statement is there whole or not at all.
    [Fact]
    public async Task AcknowledgedRows_SurviveAStopWhileRowsArrive()
    {
        const int RowsPerStatement = 37;
        var acknowledged = 0;
        using (var server = Start())
        {
            server.Client.Run("CREATE TABLE ticks (s SYMBOL, n INT64, ts TIMESTAMP)");
            using var someAreIn = new ManualResetEventSlim();
            var writer = Task.Run(() =>
            {
                for (var statement = 0; ; statement++)
                {
                    var number = statement;
                    var rows = Enumerable.Range(0, RowsPerStatement).Select(i => $"('S{i % 5}', {number}, {number * 1000L + i})");
                    try
                    {
                        if (server.Client.Query("INSERT INTO ticks VALUES " + string.Join(",", rows)) is { Status: 200, Error: null })
                            acknowledged++;
                        else
                            return;
                    }
                    catch (HttpRequestException)
                    {
                        return;
                    }

                    if (acknowledged == 50)
                        someAreIn.Set();
                }
            }, TestContext.Current.CancellationToken);
            Assert.True(someAreIn.Wait(TimeSpan.FromSeconds(60)));
            Assert.Equal(0, server.Stop());
            await writer.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }

        using (var server = Start())
        {
            var perStatement = server.Client.Run("SELECT n, count(*) FROM ticks GROUP BY n ORDER BY n").Rows;
            // At most one more than was answered: it was stored, but its answer did not get through.
            Assert.InRange(perStatement.Length, acknowledged, acknowledged + 1);
            for (var i = 0; i < perStatement.Length; i++)
                Assert.Equal([(long)i, (long)RowsPerStatement], perStatement[i]);
        }
    }

    // Every statement that was answered before kill -9 is there, whole and once.
    [Theory]
    [InlineData("async")]
    [InlineData("sync")]
    public void Crash_RightAfterAnswers_LosesNothing(string durability)
    {
        const int Statements = 40;
        string[] before;
        using (var server = Start("--durability", durability))
        {
            Fill(server.Client);
            server.Client.Run("CREATE TABLE later (s SYMBOL, n INT64, t STRING, ts TIMESTAMP)");
            server.Client.Run("DROP TABLE quotes");
            server.Client.Run("CREATE TABLE quotes (symbol SYMBOL, bid INT64, timestamp TIMESTAMP)");
            for (var i = 0; i < Statements; i++)
                server.Client.Run($"INSERT INTO later VALUES ('A', {i}, 'text {i}', {i}), ('B', {i}, 'x', {-i}), ('NEW{i}', {i}, 'text', {i})");
            before = Look(server.Client);
            server.Kill();
        }

        for (var round = 0; round < 2; round++)
        {
            using var server = Start("--durability", durability);
            Assert.Equal(before, Look(server.Client));
            var rows = server.Client.Run("SELECT n, count(*) FROM later GROUP BY n ORDER BY n").Rows;
            Assert.Equal(Enumerable.Range(0, Statements + round).Select(i => (long)i), rows.Select(r => (long)r[0]!));
            Assert.All(rows, r => Assert.Equal(3L, r[1]));
            Assert.Equal(1L, server.Client.Scalar("SELECT count(*) FROM later WHERE s = 'NEW7' AND t = 'text' AND n = 7"));
            if (round == 0)
            {
                Assert.Contains("was not closed", server.Errors);
                server.Client.Run($"INSERT INTO later VALUES ('A', {Statements}, 'text', 1), ('AFTER', {Statements}, 'x', 1), ('B', {Statements}, 'x', 1)");
                server.Kill();
            }
            else
            {
                Assert.Equal(1L, server.Client.Scalar("SELECT count(*) FROM later WHERE s = 'AFTER'"));
                Assert.Equal(0, server.Stop());
            }
        }
    }

    // Clients write until the server is killed under them.
    [Theory]
    [InlineData("async")]
    [InlineData("sync")]
    public async Task Crash_WhileRowsArrive_KeepsWhatWasAnswered(string durability)
    {
        const int Clients = 4;
        const int RowsPerStatement = 7;
        var answered = new int[Clients];
        using (var server = Start("--durability", durability))
        {
            server.Client.Run("CREATE TABLE ticks (s SYMBOL, client INT64, n INT64, ts TIMESTAMP)");
            using var someAreIn = new CountdownEvent(Clients);
            var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(() =>
            {
                for (var n = 0; ; n++)
                {
                    var statement = n;
                    var rows = Enumerable.Range(0, RowsPerStatement).Select(i => $"('S{i % 3}', {client}, {statement}, {statement * 1000L + i})");
                    try
                    {
                        if (server.Client.Query("INSERT INTO ticks VALUES " + string.Join(",", rows)) is not { Status: 200, Error: null })
                            return;
                    }
                    catch (Exception error) when (error is HttpRequestException or IOException)
                    {
                        return;
                    }

                    answered[client] = n + 1;
                    if (n == 30)
                        someAreIn.Signal();
                }
            }, TestContext.Current.CancellationToken)).ToArray();
            Assert.True(someAreIn.Wait(TimeSpan.FromSeconds(60)));
            server.Kill();
            await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }

        using (var server = Start("--durability", durability))
        {
            for (var client = 0; client < Clients; client++)
            {
                var statements = server.Client.Run($"SELECT n, count(*) FROM ticks WHERE client = {client} GROUP BY n ORDER BY n").Rows;
                // At most one more than was answered: it was stored, but its answer did not get through.
                Assert.InRange(statements.Length, answered[client], answered[client] + 1);
                for (var i = 0; i < statements.Length; i++)
                    Assert.Equal([(long)i, (long)RowsPerStatement], statements[i]);
            }
        }
    }

    // What was there at the last checkpoint is there after a crash without a log; of what came after, only whole statements.
    [Fact]
    public void Crash_WithoutALog_KeepsWhatWasStoppedCleanly()
    {
        string[] before;
        using (var server = Start())
        {
            Fill(server.Client);
            before = Look(server.Client);
            Assert.Equal(0, server.Stop());
        }

        using (var server = Start("--durability", "off"))
        {
            server.Client.Run("CREATE TABLE later (s SYMBOL, n INT64, ts TIMESTAMP)");
            for (var i = 0; i < 20; i++)
                server.Client.Run($"INSERT INTO later VALUES ('A', {i}, {i}), ('B', {i}, {i}), ('NEW', {i}, {i})");
            server.Kill();
        }

        using (var server = Start())
        {
            Assert.Contains("rows stored after it are lost", server.Errors);
            Assert.All(server.Client.Run("SELECT n, count(*) FROM later GROUP BY n").Rows, r => Assert.Equal(3L, r[1]));
            server.Client.Run("DROP TABLE later");
            Assert.Equal(before, Look(server.Client));
            server.Client.Run("INSERT INTO trades VALUES ('AFTER', 1, 1, 1)");
            Assert.Equal(0, server.Stop());
        }

        using (var server = Start())
            Assert.Equal(1L, server.Client.Scalar("SELECT count(*) FROM trades WHERE symbol = 'AFTER'"));
    }

    [Fact]
    public void Recover_DamagedLog_StartsReadOnlyWithWhatCameBefore()
    {
        using (var server = Start("--durability", "sync"))
        {
            for (var i = 0; i < 5; i++)
                server.Client.Run($"INSERT INTO trades VALUES ('AAPL', {i}, 7777, {i})");
            server.Kill();
        }

        var log = Directory.GetFiles(_directory["data/log"]).Order(StringComparer.Ordinal).Last();
        var bytes = File.ReadAllBytes(log);
        // A value of the third statement: prices come before volumes, 8 bytes each.
        var place = Enumerable.Range(0, bytes.Length - 8).Where(i => BitConverter.ToInt64(bytes, i) == 7777).ElementAt(2);
        bytes[place] ^= 1;
        File.WriteAllBytes(log, bytes);
        var (exitCode, _, errors) = ServerProcess.RunToEnd("--port", "0", "--data-dir", _directory["data"]);
        Assert.True(exitCode == 4, $"exit code {exitCode}: {errors}");
        Assert.Contains($"{log} is damaged at offset ", errors);
        using (var server = Start("--recover"))
        {
            Assert.Equal(2L, server.Client.Scalar("SELECT count(*) FROM trades"));
            Assert.Contains("statements from there on are left out", server.Errors);
            var refused = server.Client.Query("INSERT INTO trades VALUES ('AAPL', 1, 1, 1)");
            Assert.Contains("read-only", refused.Error);
            Assert.Equal(0, server.Stop());
        }
    }

    [Fact]
    public void InMemory_LeavesNothingBehind()
    {
        using (var server = ServerProcess.StartIn(_directory.Path, "--in-memory"))
        {
            server.Client.Run("INSERT INTO trades VALUES ('AAPL', 1, 2, 3)");
            Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
            Assert.Equal(0, server.Stop());
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
        using (var server = ServerProcess.StartIn(_directory.Path, "--in-memory"))
            Assert.Equal(0L, server.Client.Scalar("SELECT count(*) FROM trades"));
    }

    [Fact]
    public void NoDataDirectory_MeansOneInTheCurrentDirectory()
    {
        using (var server = ServerProcess.StartIn(_directory.Path))
        {
            server.Client.Run("INSERT INTO trades VALUES ('AAPL', 1, 2, 3)");
            Assert.Equal(0, server.Stop());
        }

        Assert.Equal([_directory["zepto-data"]], Directory.EnumerateFileSystemEntries(_directory.Path));
        using (var server = ServerProcess.StartIn(_directory.Path))
            Assert.Equal(1L, server.Client.Scalar("SELECT count(*) FROM trades"));
    }

    private ServerProcess Start(params string[] options) => ServerProcess.Start(["--data-dir", _directory["data"], .. options]);

    private static string[] Look(ServerClient client) => [.. Looks.Select(sql => sql + "\n" + Text(client.Run(sql)))];

    private static string Text(QueryResult result) =>
        string.Join("\n", result.Rows.Select(r => string.Join("|", r.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture) ?? "")))
            .Prepend(string.Join("|", result.Columns)));

    private static void Fill(ServerClient client)
    {
        client.Run(
            "CREATE TABLE everything (s SYMBOL, i INT64, j INT32 DEFAULT 42, f FLOAT64, g FLOAT32, t STRING, b BOOL, other TIMESTAMP NULL, again SYMBOL, ts TIMESTAMP) WITH (timestamp = ts)");
        client.Run("CREATE TABLE plain (a INT64, t STRING)");
        client.Run("INSERT INTO plain VALUES (3, 'three'), (1, 'one'), (2, NULL), (1, 'héllo ''quoted'' \u65e5\u672c')");
        // An id without a name, names after it, NULLs of all types, extremes.
        client.Run("""
            INSERT INTO everything (s, i, f, g, t, b, other, again, ts) VALUES
            (7, 1, 1.5, 0.25, 'x', true, '2024-01-01', 'EUR', '2024-07-19 09:30:00.000000001'),
            ('AAPL', 9223372036854775807, 1.7976931348623157e308, -0.1, '', false, 0, 'USD', '2024-07-19 09:30:00.000000001'),
            ('MSFT', -9223372036854775807, 5e-324, 3e38, 'long text with x in it', NULL, NULL, NULL, '2024-07-20 00:00:00'),
            ('AAPL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '1969-12-31 23:59:59.999999999')
            """);
        // Late rows, several partitions, more than one segment's first size.
        for (var batch = 9; batch >= 0; batch--)
        {
            var rows = Enumerable.Range(batch * 100, 100).Select(i =>
                $"('{(i % 3 == 0 ? "AAPL" : "S" + i % 7)}', {i}, {i % 100}, {i}.25, 'text {i % 50}', {(i % 2 == 0 ? "true" : "false")}, {1_721_300_000_000_000_000L + i * 300_000_000_000L})");
            client.Run("INSERT INTO everything (s, i, j, f, t, b, ts) VALUES " + string.Join(",", rows));
        }

        client.Run("ALTER TABLE everything ADD COLUMN added STRING");
        client.Run("INSERT INTO everything (s, i, added, ts) VALUES ('AAPL', 2000, 'new', '2024-07-19'), (8, 2001, 'newer', '2024-07-21'), ('AAPL', 2002, NULL, '2024-07-22')");
        client.Run("INSERT INTO trades VALUES ('AAPL', 15000, 10, 1000), ('AAPL', 15001, 20, 2000), ('MSFT', 41000, 30, 1500)");
    }
}
