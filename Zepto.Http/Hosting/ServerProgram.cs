using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Zepto.Http.Endpoints;
using Zepto.Http.Identity;
using Zepto.Http.Transport;
using Zepto.Http.Transport.Tls;

namespace Zepto.Http.Hosting;

/// <summary>The program from its arguments to its exit code.</summary>
public static class ServerProgram
{
    public const int Fine = 0;
    public const int BadArguments = 2;
    public const int CannotListen = 3;
    public const int DataDirectoryRefused = 4;

    /// <summary>
    /// Makes the runtime run socket completions on the thread that saw them, which spares two thread switches a request. It reads
    /// these variables when the first socket is made, so this must come before.
    /// </summary>
    public static void PrepareSockets(int ioThreads)
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        if (ioThreads > 0) Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", ioThreads.ToString());
    }

    /// <summary>Runs the server until a signal ends it.</summary>
    /// <param name="arguments">Arguments without the program's name.</param>
    /// <param name="openEngine">Opens the database; may throw <see cref="EngineOpenException"/>.</param>
    /// <returns>Exit code of the process.</returns>
    public static int Run(string[] arguments, Func<ServerOptions, ServerLog, IServerEngine> openEngine)
    {
        CommandLineResult commandLine = CommandLine.Read(arguments, AdminVersionHandler.Version, Environment.GetEnvironmentVariable);
        switch (commandLine.Action)
        {
            case CommandLineAction.Print:
                Console.Out.Write(commandLine.Text);
                return Fine;
            case CommandLineAction.Refuse:
                Console.Error.WriteLine($"zepto_server: {commandLine.Text}");
                return BadArguments;
        }
        ServerOptions options = commandLine.Options;
        if (AddressComplaint(options) is { } complaint)
        {
            Console.Error.WriteLine($"zepto_server: {complaint}");
            return BadArguments;
        }
        if ((IdentityChoices.Complaint(options) ?? TlsChoices.Complaint(options)) is { } wrong)
        {
            Console.Error.WriteLine($"zepto_server: {wrong}");
            return BadArguments;
        }
        if (options.GenKey) return MakeKey(options);
        PrepareSockets(options.IoThreads);
        return Serve(options, openEngine, new ServerLog(Console.Error, options.LogFormat, options.LogLevel));
    }

    /// <summary>What is wrong with --bind; null when nothing is.</summary>
    public static string? AddressComplaint(ServerOptions options)
    {
        if (ZeptoServerHost.AddressOf(options.Bind) is not { } address) return $"--bind: '{options.Bind}' is not an IP address";
        bool isTlsOnly = options.HasTls && options.HttpsPort is null;
        if (IPAddress.IsLoopback(address) || options.IsAuthRequired || isTlsOnly || options.AllowInsecure) return null;
        return $"--bind: {options.Bind} is reachable from other machines and nobody is asked for credentials; add --auth or TLS, or --allow-insecure if that is meant";
    }

    private static int MakeKey(ServerOptions options)
    {
        try
        {
            if (IdentityChoices.MakeKey(options) is { } secret)
            {
                Console.Out.WriteLine(secret);
                return Fine;
            }
            Console.Error.WriteLine($"zepto_server: there are {KeyStore.MostKeys} keys already, which is the most");
        }
        catch (IdentitySetupException exception)
        {
            Console.Error.WriteLine($"zepto_server: {exception.Message}");
        }
        return DataDirectoryRefused;
    }

    private static int Serve(ServerOptions options, Func<ServerOptions, ServerLog, IServerEngine> openEngine, ServerLog log)
    {
        // Signals are caught before anything slow, so that a stop during recovery is not lost.
        using ManualResetEventSlim stop = new();
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        ZeptoServerHost? running = null;
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUp);

        AssemblyLoading.LoadReferencesOf(typeof(ServerProgram).Assembly);
        IServerEngine engine;
        try
        {
            engine = openEngine(options, log);
        }
        catch (EngineOpenException exception)
        {
            log.Write(LogLevel.Error, exception.Message);
            return DataDirectoryRefused;
        }
        using (engine)
        {
            ZeptoServerHost host;
            try
            {
                host = ZeptoServerHost.Start(options, engine, log);
            }
            catch (IdentitySetupException exception)
            {
                log.Write(LogLevel.Error, exception.Message);
                return exception.IsOption ? BadArguments : DataDirectoryRefused;
            }
            catch (TlsFileException exception)
            {
                log.Write(LogLevel.Error, exception.Message);
                return BadArguments;
            }
            catch (ListenException exception)
            {
                log.Write(LogLevel.Error, $"cannot listen on {options.Bind} port {exception.Port}: {exception.Message}");
                return CannotListen;
            }
            using (host)
            {
                running = host;
                foreach (string address in host.Addresses) Console.Out.WriteLine($"listening on {address}");
                if (host.FirstKey is { } key) Console.Out.WriteLine($"admin key {key}");
                if (options.Demo) Console.Out.Write(DemoData.RequestsFor(host.Addresses[0]));
                Console.Out.Flush();
                foreach (string address in host.Addresses) log.Write(LogLevel.Info, "listening", ("address", address));
                engine.Opened.ContinueWith(_ => stop.Set(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                stop.Wait();
                host.Stop();
            }
            if (engine.Opened.Exception?.InnerException is { } refusal)
            {
                log.Write(LogLevel.Error, refusal.Message);
                return DataDirectoryRefused;
            }
        }
        log.Write(LogLevel.Info, "stopped");
        return Fine;

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Set();
        }

        void OnHangUp(PosixSignalContext context)
        {
            context.Cancel = true;
            // Before there is a host nothing is older than the files.
            running?.Reload();
        }
    }
}
