using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Crashes;

/// <summary>
/// Kills a real server at random moments under writers and readers and looks at what is there afterwards: every acknowledged statement exactly
/// once, every other one whole or not at all. ZEPTO_TEST_LONG=1 makes many more rounds.
/// </summary>
public sealed class CrashTests : IDisposable
{
    private const int Seed = 20240719;
    private const int Writers = 3;
    private const int Readers = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory _directory = new();

    private static int Rounds => Environment.GetEnvironmentVariable("ZEPTO_TEST_LONG") == "1" ? 300 : 20;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task KilledAtAnyMoment_AcknowledgedStatementsAreThereOnceAndOthersWholeOrNot()
    {
        var random = new Random(Seed);
        var writers = Enumerable.Range(0, Writers).Select(i => new CrashWriter(i, new Random(Seed + i))).ToArray();
        var schema = new CrashSchema();
        for (var round = 0; round < Rounds; round++)
        {
            // Long and short runs, with both promises.
            var acknowledgements = random.Next(4) == 0 ? random.Next(200, 600) : random.Next(1, 100);
            using var server = Start(round);
            var where = $"seed {Seed}, round {round}";
            if (round == 0)
                CrashWriter.MakeTable(server.Client);
            Verify(server.Client, writers, where);
            schema.Verify(server.Client, where);
            await KillAmidStatements(server, writers, schema, acknowledgements, where);
        }

        using var last = Start(Rounds);
        Verify(last.Client, writers, "after the last round");
        schema.Verify(last.Client, "after the last round");
        Assert.Equal(0, last.Stop());
    }

    private ServerProcess Start(int round) =>
        ServerProcess.Start("--data-dir", _directory["data"], "--durability", round % 2 == 0 ? "async" : "sync", "--checkpoint-interval-ms", round % 3 == 0 ? "50" : "60000");

    private static void Verify(ServerClient client, CrashWriter[] writers, string where)
    {
        var found = CrashWriter.Look(client, where);
        foreach (var writer in writers)
            writer.Settle(found, where);
    }

    private static async Task KillAmidStatements(ServerProcess server, CrashWriter[] writers, CrashSchema schema, int acknowledgements, string where)
    {
        using var enough = new CountdownEvent(acknowledgements);
        using var ended = new CancellationTokenSource();
        void Acknowledge()
        {
            if (!enough.IsSet)
                enough.Signal();
        }

        var work = writers.Select(w => Start(() => w.Run(server.Client, Acknowledge)))
            .Append(Start(() => schema.Run(server.Client, Acknowledge)))
            .Concat(Enumerable.Range(0, Readers).Select(_ => Start(() => Read(server.Client, where, ended.Token))))
            .ToArray();
        Assert.True(enough.Wait(Patience), $"{where}: writers are stuck, {server.Errors}");
        server.Kill();
        await ended.CancelAsync();
        await Task.WhenAll(work).WaitAsync(Patience);
    }

    // A thread each: the pool must not decide how much happens at once.
    private static Task Start(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Read(ServerClient client, string where, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            if (CrashClient.TryQuery(client, CrashWriter.Overview) is not { } result)
                return;
            CrashWriter.Read(result, where);
        }
    }
}
