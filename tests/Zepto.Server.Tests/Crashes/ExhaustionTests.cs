using System.Globalization;
using System.Net.Sockets;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Crashes;

/// <summary>A resource ends and comes back: statements fail with a clear error, nothing acknowledged is lost, the service goes on by itself.</summary>
public sealed class ExhaustionTests
{
    private const int RowsPerStatement = 2_000;
    private const int MostStatements = 20_000;

    [Theory]
    [InlineData("async")]
    [InlineData("sync")]
    public void FullDisk_FailsStatementsUntilThereIsRoom_AndLosesNothing(string durability)
    {
        using var disk = new SmallDisk(128);
        string[] arguments = ["--data-dir", disk["data"], "--durability", durability];
        long acknowledged;
        using (var server = ServerProcess.Start(arguments))
        {
            server.Client.Run("CREATE TABLE t (s SYMBOL, n INT64, ts TIMESTAMP)");
            Assert.Null(Insert(server.Client, 0));
            disk.Fill(leaveBytes: 1 << 20);
            acknowledged = 1;
            string? error;
            while ((error = Insert(server.Client, acknowledged)) is null)
                Assert.True(++acknowledged < MostStatements, "the disk never gets full");
            Assert.Matches("(?i)space|room", error);
            // Reading goes on, and what failed is not there in part.
            Assert.Equal(acknowledged * RowsPerStatement, server.Client.Scalar("SELECT count(*) FROM t"));
            Assert.Equal(200, server.Client.Get("/ping").Status);
            disk.Empty();
            Assert.Null(Insert(server.Client, acknowledged++));
            disk.Fill(leaveBytes: 64 << 10);
            while (Insert(server.Client, acknowledged) is null)
                Assert.True(++acknowledged < MostStatements, "the disk never gets full");
            server.Kill();
        }

        disk.Empty();
        using (var server = ServerProcess.Start(arguments))
        {
            Verify(server.Client, acknowledged);
            Assert.Null(Insert(server.Client, acknowledged));
            Assert.Equal(0, server.Stop());
        }
    }

    [Fact]
    public void StoppedOnAFullDisk_EverythingAcknowledgedIsThere()
    {
        using var disk = new SmallDisk(128);
        long acknowledged = 0;
        using (var server = ServerProcess.Start("--data-dir", disk["data"]))
        {
            server.Client.Run("CREATE TABLE t (s SYMBOL, n INT64, ts TIMESTAMP)");
            Assert.Null(Insert(server.Client, acknowledged++));
            disk.Fill(leaveBytes: 0);
            while (Insert(server.Client, acknowledged) is null)
                Assert.True(++acknowledged < MostStatements, "the disk never gets full");
            server.Stop();
        }

        disk.Empty();
        using (var server = ServerProcess.Start("--data-dir", disk["data"]))
            Verify(server.Client, acknowledged);
    }

    // Clients cannot take the descriptors that files need.
    [Fact]
    public void MoreClientsThanDescriptors_AreRefusedAndStatementsAndCheckpointsGoOn()
    {
        const int descriptors = 300;
        using var directory = new TemporaryDirectory();
        string[] arguments = ["--data-dir", directory["data"], "--checkpoint-interval-ms", "20"];
        long acknowledged = 0;
        using (var server = ServerProcess.StartLimited(descriptors, arguments))
        {
            server.Client.Run("CREATE TABLE t (s SYMBOL, n INT64, ts TIMESTAMP)");
            var clients = new List<Socket>();
            try
            {
                for (var i = 0; i < descriptors; i++)
                {
                    var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    client.Connect(server.Address.Host, server.Address.Port);
                    clients.Add(client);
                }

                for (var i = 0; i < 100; i++)
                {
                    var error = Insert(server.Client, acknowledged++);
                    Assert.True(error is null, $"{error}: {server.Errors}");
                }
            }
            finally
            {
                clients.ForEach(c => c.Dispose());
            }

            Assert.Contains("limit of open files", server.Errors);
            server.Kill();
        }

        using (var server = ServerProcess.Start(arguments))
            Verify(server.Client, acknowledged);
    }

    private static string? Insert(ServerClient client, long statement)
    {
        var rows = Enumerable.Range(0, RowsPerStatement).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"('S{i % 3}', {statement}, {statement * RowsPerStatement + i})"));
        return client.Query("INSERT INTO t VALUES " + string.Join(",", rows)).Error;
    }

    private static void Verify(ServerClient client, long statements)
    {
        var rows = client.Run("SELECT n, count(*) FROM t GROUP BY n ORDER BY n").Rows;
        Assert.Equal(statements, rows.Length);
        for (var i = 0; i < rows.Length; i++)
            Assert.Equal([(long)i, (long)RowsPerStatement], rows[i]);
    }
}
