using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Zepto.Benchmarks.Reports;

namespace Zepto.Benchmarks.Http;

/// <summary>What credentials and TLS cost a cached aggregate, each beside an anonymous caller in the same rounds, and what many TLS connections take.</summary>
internal sealed class AccessComparison(int rounds, int seconds)
{
    private const int Held = 1_000;
    private const int WarmUpSeconds = 8;
    private const string Certificate = "certificate.pem";
    private const string Secret = "a secret of more than 32 bytes, for measurements only";

    private sealed record Caller(string Name, ServerProcess Server, LoadCase Load)
    {
        public Samples Rate { get; } = new();

        public Samples ProcessorUs { get; } = new();

        public Samples MedianUs { get; } = new();

        public Samples TailUs { get; } = new();
    }

    /// <summary>Measures and writes the tables.</summary>
    public void Run(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("zepto-perf-").FullName;
        var servers = new List<ServerProcess>();
        try
        {
            MeasureCallers(Callers(servers, folder), folder, report);
            MeasureConnections(servers[^1], Path.Combine(folder, Certificate), report);
        }
        finally
        {
            foreach (var server in servers)
                server.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Caller[] Callers(List<ServerProcess> servers, string folder)
    {
        var data = Path.Combine(folder, "data");
        var secret = Path.Combine(folder, "secret");
        var (certificate, key) = (Path.Combine(folder, Certificate), Path.Combine(folder, "key.pem"));
        File.WriteAllText(secret, Secret);
        TlsHolder.WriteCertificate(certificate, key);
        var apiKey = MakeKey(data);
        var plain = Start("--in-memory");
        var guarded = Start("--data-dir", data, "--auth", "--jwt-hs256-secret-file", secret);
        var secure = Start("--in-memory", "--tls-cert", certificate, "--tls-key", key, "--no-auth");
        var load = LoadCase.All.Single(l => l.Id == "aggregate-16");
        return
        [
            new("anonymous", plain, load),
            new("API key", guarded, load with { Authorization = $"Bearer {apiKey}" }),
            new("JWT, HS256", guarded, load with { Authorization = $"Bearer {Token()}" }),
            new("anonymous, TLS 1.3", secure, load),
        ];

        ServerProcess Start(params string[] arguments)
        {
            var server = ServerProcess.Start("zepto_server", HttpComparison.ServerBinary, [.. arguments, "--demo", "--port", "0"]);
            servers.Add(server);
            return server;
        }
    }

    private void MeasureCallers(Caller[] callers, string folder, Report report)
    {
        foreach (var caller in callers)
            Wrk.Run(caller.Server.Url, caller.Load, WarmUpSeconds, folder);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var caller in callers)
            {
                Console.Error.WriteLine($"round {round + 1} of {rounds}, {caller.Name}");
                var before = caller.Server.ProcessorTime;
                var result = Wrk.Run(caller.Server.Url, caller.Load, seconds, folder);
                caller.Rate.Add(result.RequestsPerSecond);
                caller.ProcessorUs.Add((caller.Server.ProcessorTime - before).TotalMicroseconds / result.Requests);
                caller.MedianUs.Add(result.MedianUs);
                caller.TailUs.Add(result.TailUs);
            }
        }

        var table = new MarkdownTable(callers[0].Load.Name, "requests/s", "of anonymous", "spread", "CPU µs/request", "of anonymous", "p50 µs", "p99 µs");
        foreach (var caller in callers)
        {
            table.Add(
                caller.Name, Report.Number(caller.Rate.Median), Report.Ratio(caller.Rate.RatioTo(callers[0].Rate)), Report.Percent(caller.Rate.Spread),
                Report.Number(caller.ProcessorUs.Median), Report.Ratio(caller.ProcessorUs.RatioTo(callers[0].ProcessorUs)),
                Report.Number(caller.MedianUs.Median), Report.Number(caller.TailUs.Median));
        }

        report.Table(table);
    }

    private static void MeasureConnections(ServerProcess server, string certificate, Report report)
    {
        var (memory, processor) = (server.ResidentBytes, server.ProcessorTime);
        var startedAt = Stopwatch.GetTimestamp();
        using var holder = TlsHolder.Open(server.Url, certificate, Held);
        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        var handshakes = server.ProcessorTime - processor;
        holder.Ask(LoadCase.Aggregate);
        var table = new MarkdownTable("TLS connections held at once", "value");
        table.Add("connections, each of which has answered a request", Report.Number(Held));
        table.Add("handshakes a second, one client thread", Report.Number(Held / seconds));
        table.Add("server CPU a handshake and first request, µs", Report.Number(handshakes.TotalMicroseconds / Held));
        table.Add("resident memory a connection, KB", Report.Number((server.ResidentBytes - memory) / 1e3 / Held));
        report.Table(table);
    }

    private static string MakeKey(string data)
    {
        var start = new ProcessStartInfo(HttpComparison.ServerBinary, ["--gen-key", "--role", "reader", "--data-dir", data]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var key = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? key : throw new InvalidOperationException("zepto_server made no key");
    }

    private static string Token()
    {
        var claims = $$"""{"sub":"perf","role":"reader","exp":{{DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()}}}""";
        var signed = $"{Text("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Text(Encoding.ASCII.GetBytes(claims))}";
        return $"{signed}.{Text(HMACSHA256.HashData(Encoding.ASCII.GetBytes(Secret), Encoding.ASCII.GetBytes(signed)))}";

        static string Text(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }
}
