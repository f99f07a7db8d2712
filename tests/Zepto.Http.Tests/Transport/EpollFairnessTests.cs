using System.Net.Sockets;
using System.Text;
using Zepto.Http.Hosting;
using Zepto.Http.Tests.Fakes;
using Zepto.Http.Transport;

namespace Zepto.Http.Tests.Transport;

/// <summary>Clients of one event loop, of which one never pauses.</summary>
public sealed class EpollFairnessTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ClientThatSendsWithoutAPause_DoesNotKeepOthersWaiting(bool isSecure)
    {
        Assert.SkipUnless(EpollServing.IsSupported, "no epoll on this machine");
        using TestCertificates certificates = new();
        ServerOptions options = new() { Transport = TransportKind.Epoll, IoThreads = 1, Auth = false };
        using TestServer server = new(isSecure ? options with { TlsCert = certificates.CertPath, TlsKey = certificates.KeyPath } : options);
        using TestClient greedy = server.Connect();
        using TestClient other = server.Connect();
        Assert.Equal(200, other.Get("/ping").Status);

        // Costs the server much more than the client, so there are always bytes of it.
        byte[] requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 1_000)));
        using CancellationTokenSource stop = new();
        Thread sender = Start(() => greedy.Send(requests), stop.Token);
        int answers = 0;
        Thread receiver = Start(() =>
        {
            greedy.ReadResponse(isHead: true);
            Interlocked.Increment(ref answers);
        }, stop.Token);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref answers) > 500, 20_000));
        for (int i = 0; i < 5; i++) Assert.Equal("Ok\n", other.Get("/ping").Body);
        stop.Cancel();
        greedy.Socket.Shutdown(SocketShutdown.Both);
        sender.Join();
        receiver.Join();
    }

    private static Thread Start(Action act, CancellationToken stop)
    {
        Thread thread = new(() =>
        {
            try
            {
                while (!stop.IsCancellationRequested) act();
            }
            catch (Exception exception) when (stop.IsCancellationRequested && exception is SocketException or IOException or ObjectDisposedException)
            {
                // The end of the test.
            }
        }) { IsBackground = true };
        thread.Start();
        return thread;
    }
}
