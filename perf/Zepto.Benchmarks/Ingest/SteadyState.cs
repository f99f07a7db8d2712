using System.Diagnostics;
using System.Globalization;
using Zepto.Benchmarks.Queries;
using Zepto.Benchmarks.Reports;

namespace Zepto.Benchmarks.Ingest;

/// <summary>Rows that arrive at a steady rate, and a cached point query again and again at the same time: its latencies, and what memory does.</summary>
internal sealed class SteadyState(int rowsPerSecond, int seconds)
{
    private const int RowsPerStatement = 1_000;
    private const string PointQuery = "SELECT last(price), count(*) FROM trades WHERE symbol = 'AAPL'";

    /// <summary>Measures and writes the table.</summary>
    public void Run(Report report)
    {
        var data = MarketData.Generate(rowsPerSecond * seconds);
        var requests = IngestLoad.Values(data).Requests;
        using var server = IngestServer.Start("async", requests.Take(300));
        using var ended = new CancellationTokenSource();
        var times = new List<double>(1 << 20);
        var query = new Thread(() => Ask(server, times, ended.Token));
        query.Start();
        var memory = new List<(long Managed, long Resident)>();
        var late = Feed(server, requests, () => memory.Add((Managed(server), server.Process.ResidentBytes)));
        ended.Cancel();
        query.Join();
        times.Sort();
        var table = new MarkdownTable("figure", "value");
        table.Add("rows a second", Report.Number(rowsPerSecond));
        table.Add("statements that began later than due by more than 100 ms", Report.Number(late));
        table.Add("point queries", Report.Number(times.Count));
        table.Add("their p50, µs", Report.Number(times[times.Count / 2]));
        table.Add("their p99, µs", Report.Number(times[(int)(times.Count * 0.99)]));
        table.Add("their p99.9, µs", Report.Number(times[(int)(times.Count * 0.999)]));
        table.Add("managed memory after a quarter of the time, MB", Report.Number(memory[memory.Count / 4].Managed / 1e6));
        table.Add("managed memory at the end, MB", Report.Number(memory[^1].Managed / 1e6));
        table.Add("resident memory at the end, MB", Report.Number(memory[^1].Resident / 1e6));
        report.Table(table);
    }

    // Statements at the times they are due; counts those that began much too late. Looks at the memory once a second.
    private int Feed(IngestServer server, List<byte[]> requests, Action look)
    {
        using var client = server.Connect();
        var (late, nextLook) = (0, 1.0);
        var startedAt = Stopwatch.GetTimestamp();
        for (var i = 0; i < requests.Count; i++)
        {
            var due = (double)i * RowsPerStatement / rowsPerSecond;
            var now = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
            if (now < due)
                Thread.Sleep(TimeSpan.FromSeconds(due - now));
            else if (now > due + 0.1)
                late++;
            client.Send(requests[i]);
            if (now < nextLook)
                continue;
            look();
            nextLook++;
        }

        look();
        return late;
    }

    private static void Ask(IngestServer server, List<double> times, CancellationToken ended)
    {
        using var client = server.Connect();
        var request = InsertClient.Prepare(PointQuery);
        while (!ended.IsCancellationRequested)
        {
            var startedAt = Stopwatch.GetTimestamp();
            client.Send(request);
            times.Add(Stopwatch.GetElapsedTime(startedAt).TotalMicroseconds);
        }
    }

    // The server's own figure of its heap.
    private static long Managed(IngestServer server)
    {
        using var client = new HttpClient { BaseAddress = server.Process.Url };
        var text = client.GetStringAsync("/metrics").GetAwaiter().GetResult();
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("dotnet_gc_heap_bytes ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException("/metrics says nothing of the managed heap");
        return (long)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
