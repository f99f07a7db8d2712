using System.Diagnostics;
using System.Globalization;
using Zepto.Benchmarks.Http;

namespace Zepto.Benchmarks.Ingest;

/// <summary>
/// zepto_server on one core with an empty table of trades, whose code is warm: other rows went into another table of the same columns first. Its
/// data directory, if it has one, is beside the results and not in /tmp, which may be memory.
/// </summary>
internal sealed class IngestServer : IDisposable
{
    private const string Columns = "(symbol SYMBOL, price INT64 NOT NULL, volume INT64 NOT NULL, timestamp TIMESTAMP_NS)";
    private static readonly string s_folder = Path.Combine(Repository.Root, "perf", "results", "ingest-data");
    private static readonly string s_program = Path.Combine(Repository.Root, "Zepto.Http", "bin", "Release", "net10.0", "zepto_server");
    private readonly string _durability;
    private ServerProcess _server;

    private IngestServer(string durability)
    {
        _durability = durability;
        DeleteFolder();
        _server = StartServer();
    }

    /// <summary>Durabilities to compare, the last three with a data directory.</summary>
    public static string[] Durabilities { get; } = ["in memory", "off", "async", "sync"];

    /// <summary>The process.</summary>
    public ServerProcess Process => _server;

    /// <summary>Starts a server whose table is empty.</summary>
    /// <param name="durability">One of <see cref="Durabilities"/>.</param>
    /// <param name="warmUp">Requests that are sent before, into the same table, which is made anew then.</param>
    public static IngestServer Start(string durability, IEnumerable<byte[]> warmUp)
    {
        var server = new IngestServer(durability);
        using var client = server.Connect();
        MakeTable(client);
        foreach (var request in warmUp)
            client.Send(request);
        MakeTable(client);
        return server;
    }

    /// <summary>A new connection.</summary>
    public InsertClient Connect() => new(_server.Url);

    /// <summary>Seconds until all requests are answered, sent in turn over several connections.</summary>
    public double Send(List<byte[]> requests, int connections)
    {
        var clients = Enumerable.Range(0, connections).Select(_ => Connect()).ToArray();
        using var go = new ManualResetEventSlim();
        var threads = clients.Select((client, number) => new Thread(() =>
        {
            go.Wait();
            for (var i = number; i < requests.Count; i += connections)
                client.Send(requests[i]);
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        var startedAt = Stopwatch.GetTimestamp();
        go.Set();
        Array.ForEach(threads, t => t.Join());
        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        Array.ForEach(clients, c => c.Dispose());
        return seconds;
    }

    /// <summary>Kills it and seconds until a new one on its directory has everything back and says that it is ready.</summary>
    public double Recover()
    {
        _server.Dispose();
        var startedAt = Stopwatch.GetTimestamp();
        _server = StartServer();
        using var client = new HttpClient { BaseAddress = _server.Url };
        while (!client.GetAsync("/ready").GetAwaiter().GetResult().IsSuccessStatusCode)
            Thread.Sleep(1);
        return Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
    }

    /// <summary>Stops it cleanly and the bytes of disk that its rows and texts take.</summary>
    public long StoredBytes()
    {
        _server.Stop();
        return DiskBytes("extents") + DiskBytes("dictionaries");
    }

    public void Dispose()
    {
        _server.Dispose();
        DeleteFolder();
    }

    private static void MakeTable(InsertClient client)
    {
        client.Send(InsertClient.Prepare("DROP TABLE IF EXISTS trades"));
        client.Send(InsertClient.Prepare("CREATE TABLE trades " + Columns));
    }

    private static long DiskBytes(string name)
    {
        using var du = System.Diagnostics.Process.Start(new ProcessStartInfo("du", ["-s", "-B1", Path.Combine(s_folder, name)]) { RedirectStandardOutput = true })!;
        var text = du.StandardOutput.ReadToEnd();
        du.WaitForExit();
        return long.Parse(text.Split('\t')[0], CultureInfo.InvariantCulture);
    }

    private static void DeleteFolder()
    {
        if (Directory.Exists(s_folder))
            Directory.Delete(s_folder, recursive: true);
    }

    private ServerProcess StartServer()
    {
        string[] arguments = _durability == "in memory" ? ["--in-memory"] : ["--data-dir", s_folder, "--durability", _durability];
        return ServerProcess.Start("zepto_server", s_program, ["--port", "0", .. arguments]);
    }
}
