using System.Net.Sockets;
using System.Text;
using Zepto.Benchmarks.Reports;

namespace Zepto.Benchmarks.Http;

/// <summary>
/// Our server beside the floor, nginx and Kestrel under the same load. Rounds are interleaved: every server runs all the time, and in each
/// round each gets each load once.
/// </summary>
internal sealed class HttpComparison(IReadOnlyCollection<LoadCase> loads, int rounds, int seconds, bool saturate)
{
    private const int WarmUpSeconds = 10;
    private const string Floor = "floor";
    private const string Kestrel = "Kestrel";

    /// <summary>The program that is the floor, Kestrel and the load generator.</summary>
    public static string PeerBinary { get; } = Binary("perf/Zepto.Peers", "zepto_peer");

    /// <summary>The server.</summary>
    public static string ServerBinary { get; } = Binary("Zepto.Http", "zepto_server");

    private sealed class Measured
    {
        public readonly Samples Rate = new();
        public readonly Samples ProcessorUs = new();
        public readonly Samples MedianUs = new();
        public readonly Samples TailUs = new();
    }

    /// <summary>Measures everything and writes the tables.</summary>
    public void Run(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("zepto-perf-").FullName;
        var servers = new List<ServerProcess>();
        try
        {
            StartAll(servers, folder, report);
            WarmUp(servers, folder);
            foreach (var load in loads)
                Measure(load, servers, folder, report);
        }
        finally
        {
            foreach (var server in servers)
                server.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void StartAll(List<ServerProcess> servers, string folder, Report report)
    {
        var zepto = ServerProcess.Start("zepto_server", ServerBinary, "--demo", "--in-memory", "--port", "0");
        servers.Add(zepto);
        var ping = Ask(zepto.Url, "GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        var post = Ask(zepto.Url, $"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {LoadCase.Aggregate.Length}\r\n\r\n{LoadCase.Aggregate}");
        if (!ping.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) || !post.Contains("\"rows\":1", StringComparison.Ordinal))
            throw new InvalidOperationException($"zepto_server does not answer as expected:\n{ping}\n{post}");
        string[] files = [Path.Combine(folder, "ping"), Path.Combine(folder, "post")];
        File.WriteAllText(files[0], ping);
        File.WriteAllText(files[1], post);
        servers.Insert(0, ServerProcess.Start(Floor, PeerBinary, ["floor", .. files]));
        servers.Add(ServerProcess.Start(Kestrel, PeerBinary, ["kestrel", .. files]));
        try
        {
            servers.Insert(1, ServerProcess.StartNginx(Path.Combine(folder, "nginx"), BodyOf(ping), BodyOf(post)));
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            report.Line($"nginx was left out: {error.Message}");
            report.Line();
        }
    }

    /// <summary>
    /// Every server answers every kind of request for a while before anything counts: on one busy core it takes a runtime some seconds until the
    /// code that will stay is compiled, for zepto_server as for Kestrel.
    /// </summary>
    private void WarmUp(List<ServerProcess> servers, string folder)
    {
        foreach (var kind in loads.DistinctBy(l => l.Statement))
        {
            foreach (var server in servers)
            {
                Console.Error.WriteLine($"warm-up, {kind.Name}, {server.Name}");
                EpollClient.Run(server.Url, kind, WarmUpSeconds, folder);
            }
        }
    }

    private void Measure(LoadCase load, List<ServerProcess> servers, string folder, Report report)
    {
        var results = servers.ToDictionary(s => s, _ => new Measured());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var server in servers)
            {
                Console.Error.WriteLine($"{load.Name}, round {round + 1} of {rounds}, {server.Name}");
                var before = server.ProcessorTime;
                var result = Load(server.Url, load, seconds, folder);
                var measured = results[server];
                measured.Rate.Add(result.RequestsPerSecond);
                measured.ProcessorUs.Add((server.ProcessorTime - before).TotalMicroseconds / result.Requests);
                measured.MedianUs.Add(result.MedianUs);
                measured.TailUs.Add(result.TailUs);
            }
        }

        var floor = results[servers.Find(s => s.Name == Floor)!];
        var kestrel = results[servers.Find(s => s.Name == Kestrel)!];
        var table = new MarkdownTable(load.Name, "requests/s", "of floor", "of Kestrel", "spread", "CPU µs/request", "of floor", "p50 µs", "p99 µs");
        foreach (var server in servers)
        {
            var measured = results[server];
            table.Add(
                server.Name,
                Report.Number(measured.Rate.Median),
                Report.Ratio(measured.Rate.RatioTo(floor.Rate)),
                Report.Ratio(measured.Rate.RatioTo(kestrel.Rate)),
                Report.Percent(measured.Rate.Spread),
                Report.Number(measured.ProcessorUs.Median),
                Report.Ratio(measured.ProcessorUs.RatioTo(floor.ProcessorUs)),
                LatencyText(measured.MedianUs),
                LatencyText(measured.TailUs));
        }

        report.Table(table);

        // wrk takes the time of one request at a time, which says nothing once several are under way.
        string LatencyText(Samples samples) => !saturate && load.Pipelined > 1 ? "–" : Report.Number(samples.Median);
    }

    private LoadResult Load(Uri url, LoadCase load, int duration, string folder) =>
        saturate ? EpollClient.Run(url, load, duration, folder) : Wrk.Run(url, load, duration, folder);

    /// <summary>The whole response as the server sent it, but for the field that says it closes.</summary>
    private static string Ask(Uri url, string request)
    {
        using var client = new TcpClient(url.Host, url.Port);
        using var stream = client.GetStream();
        stream.Write(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return reader.ReadToEnd().Replace("Connection: close\r\n", "");
    }

    private static string BodyOf(string response) => response[(response.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    private static string Binary(string project, string name) => Path.Combine(Repository.Root, project, "bin", "Release", "net10.0", name);
}
