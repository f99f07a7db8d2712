namespace Zepto.Server.Tests.Hosting;

/// <summary>One server with the sample data for the tests of a class that only read it.</summary>
public sealed class DemoServer : IDisposable
{
    internal ServerProcess Process { get; } = ServerProcess.Start("--demo", "--in-memory");

    internal ServerClient Client => Process.Client;

    public void Dispose() => Process.Dispose();
}
