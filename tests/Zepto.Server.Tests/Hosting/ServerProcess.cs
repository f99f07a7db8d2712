using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Zepto.Server.Tests.Hosting;

/// <summary>
/// The real server program as a child process on a free port. <see cref="Start"/> returns once it listens. Dispose ends it however the test
/// went; a test that is about stopping calls <see cref="Stop"/> or <see cref="Kill"/> itself.
/// </summary>
internal sealed partial class ServerProcess : IDisposable
{
    private const int HangUp = 1;
    private const int Terminate = 15;
    private const string ReadyLine = "listening on ";

    // Only to end a test that hangs: nothing is expected to take this long.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<string?> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(string[] arguments, string? workingDirectory, int openFiles = 0)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "zepto_server");
        // exec keeps the process id, so that signals reach the server.
        string[] command = openFiles == 0 ? [program, .. arguments] : ["/bin/sh", "-c", $"ulimit -n {openFiles}; exec \"$0\" \"$@\"", program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("ZEPTO_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => OnOutput(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>A client of this server.</summary>
    public ServerClient Client { get; private set; } = null!;

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Lines on stdout so far.</summary>
    public string Output => Read(_output);

    /// <summary>Lines on stderr so far.</summary>
    public string Errors => Read(_errors);

    /// <summary>Starts a server on a free port and waits until it is ready.</summary>
    public static ServerProcess Start(params string[] arguments) => StartIn(null, arguments);

    /// <summary>Starts a server with a current directory of its own.</summary>
    public static ServerProcess StartIn(string? workingDirectory, params string[] arguments) =>
        WaitUntilReady(new ServerProcess(["--port", "0", .. arguments], workingDirectory));

    /// <summary>Starts a server that may open so many files, sockets included.</summary>
    public static ServerProcess StartLimited(int openFiles, params string[] arguments) =>
        WaitUntilReady(new ServerProcess(["--port", "0", .. arguments], null, openFiles));

    /// <summary>Starts a server that asks its clients for certificates; its client shows this one.</summary>
    public static ServerProcess StartFor(X509Certificate2 certificate, params string[] arguments) =>
        WaitUntilReady(new ServerProcess(["--port", "0", .. arguments], null), certificate);

    private static ServerProcess WaitUntilReady(ServerProcess server, X509Certificate2? certificate = null)
    {
        if (!server._ready.Task.Wait(Deadline) || server._ready.Task.Result is not { } address)
        {
            server.Dispose();
            throw new InvalidOperationException($"the server did not start: {server.Errors}");
        }

        server.Address = new Uri(address);
        server.Client = new ServerClient(server.Address, certificate);
        if (!server.WaitUntilReady())
        {
            server.Dispose();
            throw new InvalidOperationException($"the server did not become ready: {server.Errors}");
        }

        return server;
    }

    /// <summary>Asks until the server says that it is ready; false when it has ended.</summary>
    private bool WaitUntilReady()
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Deadline && !_process.HasExited;)
        {
            if (Client.Get("/ready").Status == 200)
                return true;
        }

        return false;
    }

    /// <summary>Runs the program with exactly these arguments until it ends by itself.</summary>
    public static (int ExitCode, string Output, string Errors) RunToEnd(params string[] arguments)
    {
        using var server = new ServerProcess(arguments, null);
        var exitCode = server.WaitForExit();
        return (exitCode, server.Output, server.Errors);
    }

    /// <summary>Asks it to stop (SIGTERM) and waits for its exit code.</summary>
    public int Stop()
    {
        Signal(Terminate);
        return WaitForExit();
    }

    /// <summary>Asks it to read certificates and keys again (SIGHUP).</summary>
    public void Reload() => Signal(HangUp);

    /// <summary>Waits until a text is on stdout or stderr.</summary>
    public void WaitFor(string text)
    {
        if (!SpinWait.SpinUntil(() => Output.Contains(text, StringComparison.Ordinal) || Errors.Contains(text, StringComparison.Ordinal), Deadline))
            throw new TimeoutException($"the server did not say '{text}': {Errors}");
    }

    /// <summary>Ends it without a chance to tidy up (SIGKILL).</summary>
    public void Kill()
    {
        _process.Kill();
        WaitForExit();
    }

    public void Dispose()
    {
        Client?.Dispose();
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (SendSignal(_process.Id, signal) != 0)
            throw new InvalidOperationException("the server has ended already");
    }

    private int WaitForExit()
    {
        if (!_process.WaitForExit(Deadline))
            throw new TimeoutException($"the server did not end: {Errors}");
        // Without a time limit this also waits for the last lines of output.
        _process.WaitForExit();
        return _process.ExitCode;
    }

    private void OnOutput(string? line)
    {
        Append(_output, line);
        if (line is null)
            _ready.TrySetResult(null);
        else if (line.StartsWith(ReadyLine, StringComparison.Ordinal))
            _ready.TrySetResult(line[ReadyLine.Length..]);
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
