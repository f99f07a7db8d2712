using System.Diagnostics;
using System.Globalization;
using Zepto.Benchmarks.Queries;
using Zepto.Benchmarks.Reports;

namespace Zepto.Benchmarks.Ingest;

/// <summary>
/// Ways of storing the same trades: over HTTP in several formats, on one and on four connections, for each durability; beside DuckDB in this process and
/// a plain write of the same bytes. Each way starts from an empty table in every round.
/// </summary>
internal sealed class IngestComparison(int rows, int rounds)
{
    private const int SingleRowStatements = 3_000;

    /// <summary>DuckDB takes seconds for these, so it gets no more.</summary>
    private const int DuckValuesRows = 100_000;

    /// <summary>Statements sent before: enough for the server's code to be compiled for good.</summary>
    private const int WarmUpRows = 300_000;

    /// <summary>Measures everything, or the selected ways and nothing else, and writes the tables.</summary>
    public void Run(IngestSelection selection, Report report)
    {
        var data = MarketData.Generate(rows);
        report.Line($"{Report.Number(rows)} trades. The server has one core; 1,000 rows a statement of INSERT VALUES, 50,000 rows a body of the other formats. Medians of {rounds} rounds.");
        report.Line();
        if (selection.IsPart)
        {
            Part(data, selection, report);
            return;
        }

        Throughput(data, report);
        SingleRows(data, report);
        Storing(data, report);
    }

    private void Throughput(MarketData data, Report report)
    {
        IngestLoad[] loads = [IngestLoad.RowBinary(data), IngestLoad.Csv(data), IngestLoad.Values(data)];
        int[] connections = [1, 4];
        var samples = new Dictionary<(string, int, string), Samples>();
        var (appender, values, write) = (new Samples(), new Samples(), new Samples());
        for (var round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"ingest, round {round + 1} of {rounds}");
            appender.Add(rows / DuckRows(data));
            values.Add(DuckValuesRows / DuckValues(data));
            write.Add(rows / PlainWrite(loads[0]));
            foreach (var load in loads)
            {
                foreach (var count in connections)
                {
                    foreach (var durability in IngestServer.Durabilities)
                    {
                        if (!samples.TryGetValue((load.Name, count, durability), out var of))
                            samples.Add((load.Name, count, durability), of = new Samples());
                        using var server = IngestServer.Start(durability, load.Requests.Take(WarmUpRows / load.RowsPerRequest));
                        of.Add(rows / server.Send(load.Requests, count));
                    }
                }
            }
        }

        var table = new MarkdownTable(["rows/s", .. IngestServer.Durabilities, "sync / async", "async / appender", "spread of async"]);
        foreach (var load in loads)
        {
            foreach (var count in connections)
            {
                var medians = IngestServer.Durabilities.Select(d => samples[(load.Name, count, d)].Median).ToArray();
                table.Add([$"{load.Name}, {count} connection{(count > 1 ? "s" : "")}", .. medians.Select(Report.Number),
                    Report.Ratio(medians[3] / medians[2]), Report.Ratio(medians[2] / appender.Median), Report.Percent(samples[(load.Name, count, "async")].Spread)]);
            }
        }

        report.Table(table);
        var peers = new MarkdownTable("peer, in process", "rows/s", "spread");
        peers.Add("DuckDB appender, in memory", Report.Number(appender.Median), Report.Percent(appender.Spread));
        peers.Add("DuckDB INSERT VALUES, 1,000 rows a statement", Report.Number(values.Median), Report.Percent(values.Spread));
        peers.Add("plain write of the RowBinary bytes, then fsync", Report.Number(write.Median), Report.Percent(write.Spread));
        report.Table(peers);
    }

    private void Part(MarketData data, IngestSelection selection, Report report)
    {
        var loads = selection.Formats.Select(format => format switch
        {
            "rowbinary" => IngestLoad.RowBinary(data),
            "csv" => IngestLoad.Csv(data),
            _ => IngestLoad.Values(data),
        }).ToArray();
        var ways = (from load in loads from count in selection.Connections from durability in selection.Durabilities select (load, count, durability)).ToArray();
        var samples = ways.ToDictionary(way => way, _ => (Rate: new Samples(), Processor: new Samples()));
        for (var round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"ingest, round {round + 1} of {rounds}");
            foreach (var (load, count, durability) in ways)
            {
                using var server = IngestServer.Start(durability, load.Requests.Take(WarmUpRows / load.RowsPerRequest));
                var (rate, processor) = samples[(load, count, durability)];
                var before = server.Process.ProcessorTime;
                rate.Add(rows / server.Send(load.Requests, count));
                processor.Add((server.Process.ProcessorTime - before).TotalMicroseconds / rows);
            }
        }

        var table = new MarkdownTable("way", "rows/s", "spread", "CPU µs/row");
        foreach (var ((load, count, durability), (rate, processor)) in samples)
            table.Add($"{load.Name}, {count} connection{(count > 1 ? "s" : "")}, {durability}", Report.Number(rate.Median), Report.Percent(rate.Spread), Report.Number(processor.Median));
        report.Table(table);
    }

    private static void SingleRows(MarketData data, Report report)
    {
        var load = IngestLoad.SingleRows(data, SingleRowStatements);
        var table = new MarkdownTable("one row a statement, one connection", "p50 µs", "p99 µs");
        foreach (var durability in IngestServer.Durabilities)
        {
            Console.Error.WriteLine($"ingest, single rows, {durability}");
            using var server = IngestServer.Start(durability, load.Requests);
            using var client = server.Connect();
            var times = new double[load.Requests.Count];
            for (var i = 0; i < times.Length; i++)
            {
                var startedAt = Stopwatch.GetTimestamp();
                client.Send(load.Requests[i]);
                times[i] = Stopwatch.GetElapsedTime(startedAt).TotalMicroseconds;
            }

            Array.Sort(times);
            table.Add(durability, Report.Number(times[times.Length / 2]), Report.Number(times[times.Length * 99 / 100]));
        }

        report.Table(table);
    }

    private void Storing(MarketData data, Report report)
    {
        Console.Error.WriteLine("ingest, recovery and size");
        var load = IngestLoad.RowBinary(data);
        using var server = IngestServer.Start("async", []);
        server.Send(load.Requests, connections: 1);
        var seconds = server.Recover();
        using (var client = server.Connect())
            client.Send(InsertClient.Prepare("OPTIMIZE TABLE trades FINAL"));
        var bytes = server.StoredBytes();
        var table = new MarkdownTable("killed after the last answer", "value");
        table.Add("seconds until ready again", Report.Number(seconds));
        table.Add("seconds for 10 million rows", Report.Number(seconds * 10_000_000 / rows));
        table.Add("bytes of disk a row after OPTIMIZE TABLE and a clean stop", Report.Number((double)bytes / rows));
        report.Table(table);
    }

    private static double DuckValues(MarketData data)
    {
        using var database = new DuckDatabase();
        database.CreateTable(MarketTable.Trades);
        var most = Math.Min(DuckValuesRows, data.Trades.Rows);
        var statements = Enumerable.Range(0, most / 1_000).Select(i => IngestLoad.ValuesText(data, i * 1_000, (i + 1) * 1_000)).ToList();
        return Seconds(() => statements.ForEach(s => database.Run(s))) * DuckValuesRows / most;
    }

    private static double DuckRows(MarketData data)
    {
        using var database = new DuckDatabase();
        database.CreateTable(MarketTable.Trades);
        return Seconds(() => DuckAppender.Append(database, MarketTable.Trades, data));
    }

    private static double PlainWrite(IngestLoad load)
    {
        var path = Path.Combine(Repository.Root, "perf", "results", "plain-write");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            return Seconds(() =>
            {
                foreach (var request in load.Requests)
                    file.Write(request);
                file.Flush(flushToDisk: true);
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double Seconds(Action body)
    {
        var startedAt = Stopwatch.GetTimestamp();
        body();
        return Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
    }
}
