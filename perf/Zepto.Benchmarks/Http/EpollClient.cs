using System.Diagnostics;
using System.Globalization;

namespace Zepto.Benchmarks.Http;

/// <summary>Runs the peers' own load generator, which costs less a request than the servers do, on a core of its own.</summary>
internal static class EpollClient
{
    /// <summary>Core of the load generators.</summary>
    public const int Core = 1;

    /// <summary>Loads a server for some seconds. Throws when an answer was no success or a connection ended.</summary>
    public static LoadResult Run(Uri url, LoadCase load, int seconds, string folder)
    {
        var request = Path.Combine(folder, "request");
        File.WriteAllText(request, load.RequestTo(url));
        int[] numbers = [load.Connections, load.Pipelined, seconds];
        var start = new ProcessStartInfo("taskset",
        [
            "-c", Text(Core), HttpComparison.PeerBinary, "load", Text(url.Port), request, .. numbers.Select(Text),
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"load of {url}, {load.Name}:\n{error.Result}");
        var fields = output.Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        return new LoadResult((long)fields[0], fields[0] / fields[1], fields[2], fields[3]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
