using System.Text;
using Zepto.Http.Hosting;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Persistence;

/// <summary>While a log is replayed the server answers, but no statement: 503 until all rows are there.</summary>
public sealed class ReadinessTests : IDisposable
{
    private const int Rows = 3_000;
    private const string Look = "SELECT count(*), sum(n) FROM ticks";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Replay_UntilItIsDone_EveryStatementIsRefused()
    {
        Crash();
        using var output = new HeldWriter("was not closed");
        var options = new ServerOptions { Port = 0, DataDir = _directory.Path, Pin = false };
        using var engine = DatabaseEngine.Open(options, new ServerLog(output, LogFormat.Text, LogLevel.Warning));
        try
        {
            // Not on the held writer, which it would wait for.
            using var host = ZeptoServerHost.Start(options, engine, new ServerLog(TextWriter.Null, LogFormat.Text, LogLevel.Error));
            using var client = new ServerClient(new Uri($"http://{host.EndPoint}"));
            Assert.Equal((503, 503, 503), (client.Get("/ready").Status, client.Query(Look).Status, client.Query("INSERT INTO ticks VALUES (1, 1)").Status));
            Assert.Equal((200, 200), (client.Get("/ping").Status, client.Get("/health").Status));
            Assert.False(engine.Opened.IsCompleted);

            output.Release();
            while (client.Query(Look) is var result && result.Status != 200)
            {
                Assert.Equal(503, result.Status);
                Assert.False(engine.Opened.IsFaulted);
            }

            Assert.Equal([(long)Rows, Rows * (Rows - 1) / 2L], Assert.Single(client.Run(Look).Rows));
            Assert.Equal(200, client.Get("/ready").Status);
            await engine.Opened;
        }
        finally
        {
            output.Release();
        }
    }

    private void Crash()
    {
        using var server = ServerProcess.Start("--data-dir", _directory.Path);
        server.Client.Run("CREATE TABLE ticks (n INT64, ts TIMESTAMP)");
        for (var n = 0; n < Rows; n += 100)
            server.Client.Run("INSERT INTO ticks VALUES " + string.Join(',', Enumerable.Range(n, 100).Select(i => $"({i}, {i})")));
        server.Kill();
    }

    /// <summary>A log whose writer waits at the line with a text until it is let go: that line is the last thing a replay does before the database opens.</summary>
    private sealed class HeldWriter(string text) : TextWriter
    {
        private readonly ManualResetEventSlim _released = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            if (value?.Contains(text, StringComparison.Ordinal) == true)
                _released.Wait();
        }

        public void Release() => _released.Set();

        protected override void Dispose(bool disposing)
        {
            _released.Dispose();
            base.Dispose(disposing);
        }
    }
}
