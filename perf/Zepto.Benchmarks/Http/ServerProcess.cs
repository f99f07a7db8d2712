using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Zepto.Benchmarks.Http;

/// <summary>A server that was started for a measurement, on one core. Disposing ends it: this process and no other.</summary>
internal sealed class ServerProcess : IDisposable
{
    /// <summary>Core of the servers; the load generator has the other one.</summary>
    public const int Core = 0;

    private const double ClockTicksPerSecond = 100;
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ServerProcess(string name, Process process, Uri url)
    {
        Name = name;
        _process = process;
        Url = url;
    }

    /// <summary>Name in the report.</summary>
    public string Name { get; }

    public Uri Url { get; }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Processor time used so far, all threads, kernel and user; the kernel counts it in hundredths of a second.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            // Fields of /proc/PID/stat are counted behind the name, which may hold blanks; utime and stime are the 14th and 15th of all.
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / ClockTicksPerSecond);
        }
    }

    /// <summary>Starts a program that prints <c>listening on URL</c> once it accepts.</summary>
    public static ServerProcess Start(string name, string program, params string[] arguments)
    {
        var process = Launch(program, arguments);
        try
        {
            const string Ready = "listening on ";
            using var limit = new CancellationTokenSource(s_startLimit);
            while (process.StandardOutput.ReadLineAsync(limit.Token).AsTask().GetAwaiter().GetResult() is { } line)
            {
                if (!line.StartsWith(Ready, StringComparison.Ordinal))
                    continue;
                // Read on, so that a full pipe never stops it.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return new ServerProcess(name, process, new Uri(line[Ready.Length..]));
            }

            throw new InvalidOperationException($"{name} ended before it listened");
        }
        catch
        {
            End(process);
            throw;
        }
    }

    /// <summary>Starts nginx in a folder of its own. It cannot say which port it got, so a free one is chosen for it.</summary>
    public static ServerProcess StartNginx(string folder, string pingBody, string postBody)
    {
        var port = FreePort();
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        var file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(file, NginxConfiguration.Make(port, pingBody, postBody));
        var process = Launch("nginx", ["-p", folder, "-c", file, "-e", Path.Combine(folder, "logs", "error.log")]);
        process.BeginOutputReadLine();
        var startedAt = Stopwatch.GetTimestamp();
        while (!Accepts(port))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(startedAt) > s_startLimit)
            {
                End(process);
                throw new InvalidOperationException($"nginx did not start: {File.ReadAllText(Path.Combine(folder, "logs", "error.log")).Trim()}");
            }

            Thread.Sleep(20);
        }

        return new ServerProcess("nginx", process, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>Bytes of the process in memory now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Asks it to stop and waits until it has; without that, disposing kills it.</summary>
    public void Stop()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        _process.WaitForExit();
    }

    public void Dispose() => End(_process);

    private static Process Launch(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("taskset", ["-c", Core.ToString(CultureInfo.InvariantCulture), program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        return process;
    }

    private static void End(Process process)
    {
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Accepts(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
