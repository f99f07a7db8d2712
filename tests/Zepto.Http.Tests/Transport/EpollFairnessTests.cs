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

        // Costs the server much more than the client, so there are always bytes of it; and its answers are short, so that nothing holds them up.
        string request = $"HEAD /metrics HTTP/1.1\r\nHost: x\r\nX: {new string('x', 1_000)}\r\n\r\n";
        byte[] requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(request, 100)));
        using CancellationTokenSource stop = new();
        Thread sender = Start(() => greedy.Send(requests), stop.Token);
        long answerBytes = 0;
        byte[] buffer = new byte[256 * 1024];
        Thread receiver = Start(() => Interlocked.Add(ref answerBytes, greedy.Tls?.Read(buffer) ?? greedy.Socket.Receive(buffer)), stop.Token);
        Assert.True(SpinWait.SpinUntil(() => Interlocked.Read(ref answerBytes) > 20_000, 20_000));
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
