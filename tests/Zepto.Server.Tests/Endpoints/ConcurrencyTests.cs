using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Endpoints;

/// <summary>Many clients at once: readers see whole statements only, and see what was acknowledged before they asked.</summary>
public sealed class ConcurrencyTests : IDisposable
{
    private const int Writers = 3;
    private const int Readers = 3;
    private const int StatementsPerWriter = 150;
    private const int RowsPerStatement = 12;

    // Only to end a test that hangs.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly ServerProcess _server = ServerProcess.Start("--in-memory");
    private long _acknowledged;
    private int _writing = Writers;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Readers_SeeWholeStatements()
    {
        _server.Client.Run("CREATE TABLE pairs (s SYMBOL, writer INT64, v INT64, ts TIMESTAMP)");
        var cancel = TestContext.Current.CancellationToken;
        var tasks = Enumerable.Range(0, Writers).Select(w => Task.Run(() => Write(w), cancel))
            .Concat(Enumerable.Range(0, Readers).Select(_ => Task.Run(Read, cancel)));
        await Task.WhenAll(tasks).WaitAsync(Deadline, cancel);

        Assert.Equal((long)Writers * StatementsPerWriter * RowsPerStatement, _server.Client.Scalar("SELECT count(*) FROM pairs"));
        var perWriter = _server.Client.Run("SELECT writer, count(*), sum(v), count(DISTINCT s) FROM pairs GROUP BY writer ORDER BY writer").Rows;
        for (var writer = 0; writer < Writers; writer++)
            Assert.Equal([(long)writer, (long)StatementsPerWriter * RowsPerStatement, 0L, 5L], perWriter[writer]);
    }

    // Values of a statement cancel out, its rows are in several partitions, and every writer's rows come late for the others.
    private void Write(int writer)
    {
        var random = new Random(writer);
        for (var statement = 0; statement < StatementsPerWriter; statement++)
        {
            var dayNs = 1_721_347_200_000_000_000 + random.Next(4) * 86_400_000_000_000;
            var rows = Enumerable.Range(0, RowsPerStatement)
                .Select(i => $"('S{random.Next(5)}', {writer}, {(i % 2 == 0 ? 1 : -1) * (1 + i / 2)}, {dayNs + random.Next(1_000_000)})");
            _server.Client.Run("INSERT INTO pairs VALUES " + string.Join(",", rows));
            Interlocked.Add(ref _acknowledged, RowsPerStatement);
        }

        Interlocked.Decrement(ref _writing);
    }

    private void Read()
    {
        long before = 0;
        while (Volatile.Read(ref _writing) > 0)
        {
            var acknowledged = Volatile.Read(ref _acknowledged);
            var row = Assert.Single(_server.Client.Run("SELECT count(*), coalesce(sum(v), 0) FROM pairs").Rows);
            var count = (long)row[0]!;
            Assert.Equal(0, count % RowsPerStatement);
            Assert.Equal(0L, row[1]);
            Assert.True(count >= acknowledged && count >= before, $"{count} rows after {acknowledged} acknowledged and {before} seen");
            before = count;
        }
    }
}
