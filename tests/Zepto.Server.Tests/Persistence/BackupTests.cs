using System.Globalization;
using Zepto.Server.Tests.Crashes;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Persistence;

/// <summary>BACKUP of a server that goes on, and servers started on what it made.</summary>
public sealed class BackupTests : IDisposable
{
    private const int RowsPerStatement = 37;
    private const int Writers = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("async")]
    [InlineData("sync")]
    [InlineData("off")]
    public async Task BackupUnderWriters_StartsWithTheStatementsOfOneMoment(string durability)
    {
        const int Backups = 2;
        var rows = new long[Backups];
        using (var server = ServerProcess.StartIn(_directory.Path, "--data-dir", _directory["data"], "--durability", durability))
        {
            server.Client.Run("CREATE TABLE a (s SYMBOL, w INT64, n INT64, t STRING, ts TIMESTAMP)");
            server.Client.Run("CREATE TABLE b (s SYMBOL, w INT64, n INT64, t STRING, ts TIMESTAMP)");
            using var ended = new CancellationTokenSource();
            var writers = Enumerable.Range(0, Writers).Select(w => StartWriter(server.Client, w, ended.Token)).ToArray();
            for (var i = 0; i < Backups; i++)
            {
                // Relative: below the server's current directory.
                var result = server.Client.Run($"BACKUP {(i == 0 ? "DATABASE " : "")}TO 'copy-{i}'");
                Assert.Equal(["path", "tables", "rows", "bytes"], result.Columns);
                var row = Assert.Single(result.Rows);
                Assert.Equal([_directory[$"copy-{i}"], 4L], row[..2]);
                Assert.True((long)row[3]! > 0);
                rows[i] = (long)row[2]!;
            }

            await ended.CancelAsync();
            await Task.WhenAll(writers).WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.Equal(0, server.Stop());
        }

        for (var i = 0; i < Backups; i++)
        {
            using var copy = ServerProcess.Start("--data-dir", _directory[$"copy-{i}"], "--durability", durability);
            VerifyWhole(copy.Client, rows[i]);
            Assert.Equal(0, copy.Stop());
        }

        Assert.True(rows[0] <= rows[1]);
    }

    [Fact]
    public void Backup_ThatIsRefused_SaysWhy()
    {
        using (var server = ServerProcess.Start("--data-dir", _directory["data"]))
        {
            var answer = server.Client.Get("/?query=" + Uri.EscapeDataString($"BACKUP TO '{_directory["copy"]}'"));
            Assert.Contains("BACKUP is not allowed in a GET request; use POST", answer.Body);
            Assert.Contains("is the data directory or lies in it", server.Client.Query($"BACKUP TO '{_directory["data"]}/x'").Error);
            Assert.Contains("the directory is not empty", server.Client.Query($"BACKUP TO '{_directory.Path}'").Error);
            Assert.Contains("there is no directory", server.Client.Query($"BACKUP TO '{_directory["none"]}/x'").Error);
            Assert.Equal(0, server.Stop());
        }

        using (var server = ServerProcess.Start("--in-memory"))
            Assert.Contains("the server keeps its tables in memory", server.Client.Query($"BACKUP TO '{_directory["copy"]}'").Error);
        Assert.False(Directory.Exists(_directory["copy"]));
    }

    [Fact]
    public void FullDisk_EndsTheBackup_AndLeavesNothing()
    {
        using var disk = new SmallDisk(4);
        using var server = ServerProcess.Start("--data-dir", _directory["data"]);
        Fill(server.Client);
        var error = server.Client.Query($"BACKUP TO '{disk["copy"]}'").Error;
        Assert.StartsWith($"The backup to {disk["copy"]} failed, there is none: ", error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk["."]));
        server.Client.Run($"BACKUP TO '{_directory["copy"]}'");
    }

    [Fact]
    public async Task KilledWhileItMakesABackup_LeavesNoneThatLooksWhole()
    {
        using (var server = ServerProcess.Start("--data-dir", _directory["data"]))
        {
            Fill(server.Client);
            var backup = Task.Run(() => CrashClient.TryQuery(server.Client, $"BACKUP TO '{_directory["copy"]}'"), TestContext.Current.CancellationToken);
            Assert.True(SpinWait.SpinUntil(() => Directory.Exists(_directory["copy.partial"]) || backup.IsCompleted, Patience));
            server.Kill();
            await backup.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }

        if (Directory.Exists(_directory["copy"]))
        {
            using var copy = ServerProcess.Start("--data-dir", _directory["copy"]);
            Assert.Equal(FilledRows, copy.Client.Scalar("SELECT count(*) FROM filled"));
        }

        using var again = ServerProcess.Start("--data-dir", _directory["data"]);
        Assert.Equal(FilledRows, again.Client.Scalar("SELECT count(*) FROM filled"));
        if (Directory.Exists(_directory["copy.partial"]))
            Assert.Contains("copy.partial is there, which an interrupted backup may have left; remove it", again.Client.Query($"BACKUP TO '{_directory["copy"]}'").Error);
        again.Client.Run($"BACKUP TO '{_directory["other"]}'");
    }

    private const long FilledRows = 1000L << 8;

    private static void Fill(ServerClient client)
    {
        client.Run("CREATE TABLE filled (s SYMBOL, n INT64, ts TIMESTAMP)");
        client.Run("INSERT INTO filled VALUES " + string.Join(",", Enumerable.Range(0, 1000).Select(i => $"('S', {i}, {i})")));
        for (var i = 0; i < 8; i++)
            client.Run("INSERT INTO filled SELECT * FROM filled");
    }

    // Each writer stores a statement in a, then one in b, with late rows among them.
    private static Task StartWriter(ServerClient client, int writer, CancellationToken ended) => Task.Factory.StartNew(() =>
    {
        for (var statement = 0; !ended.IsCancellationRequested; statement++)
        {
            var number = statement;
            var rows = string.Join(",", Enumerable.Range(0, RowsPerStatement).Select(i =>
                string.Create(CultureInfo.InvariantCulture, $"('S{i % 5}', {writer}, {number}, 'text {number % 100}', {number % 7 * 1000L + number * 100L + i})")));
            client.Run("INSERT INTO a VALUES " + rows);
            client.Run("INSERT INTO b VALUES " + rows);
        }
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void VerifyWhole(ServerClient client, long rows)
    {
        var (a, b) = (Statements("a"), Statements("b"));
        Assert.Equal(rows, (a.Sum() + b.Sum()) * RowsPerStatement);
        for (var w = 0; w < Writers; w++)
            Assert.InRange(a[w] - b[w], 0, 1);
        Assert.Equal(0L, client.Scalar("SELECT count(*) FROM trades"));

        long[] Statements(string table)
        {
            var counts = new long[Writers];
            foreach (var row in client.Run($"SELECT w, n, count(*), min(t), max(t) FROM {table} GROUP BY w, n ORDER BY w, n").Rows)
            {
                Assert.Equal([counts[(long)row[0]!]++, (long)RowsPerStatement, $"text {(long)row[1]! % 100}", $"text {(long)row[1]! % 100}"], row[1..]);
            }

            return counts;
        }
    }
}
