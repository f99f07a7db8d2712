using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Zepto.Benchmarks.Http;

/// <summary>Runs the load generator wrk with one thread on a core of its own and reads what it prints.</summary>
internal static partial class Wrk
{
    /// <summary>Loads a server for some seconds. Throws when an answer was no success or a socket failed.</summary>
    public static LoadResult Run(Uri url, LoadCase load, int seconds, string folder)
    {
        var script = Path.Combine(folder, "load.lua");
        File.WriteAllText(script, load.Script);
        var start = new ProcessStartInfo("taskset",
        [
            "-c", EpollClient.Core.ToString(CultureInfo.InvariantCulture), "wrk", "-t1", $"-c{load.Connections}", $"-d{seconds}s", "--latency", "-s", script, new Uri(url, "/ping").ToString(),
        ])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 || output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
            throw new InvalidOperationException($"wrk against {url}, {load.Name}:\n{output}");
        return Parse(output);
    }

    /// <summary>Reads wrk's report.</summary>
    public static LoadResult Parse(string output) => new(
        long.Parse(Requests().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
        double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
        Microseconds(Latency50().Match(output)),
        Microseconds(Latency99().Match(output)));

    private static double Microseconds(Match match)
    {
        var value = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "us" => value,
            "ms" => value * 1e3,
            "s" => value * 1e6,
            var unit => throw new FormatException($"wrk gives a latency in {unit}"),
        };
    }

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"50%\s+([\d.]+)(\w+)")]
    private static partial Regex Latency50();

    [GeneratedRegex(@"99%\s+([\d.]+)(\w+)")]
    private static partial Regex Latency99();
}
