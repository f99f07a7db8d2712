using Zepto.Http.Hosting;
using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Transport.Tls;

/// <summary>New certificates under a running server.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly TestServer _server;

    public ReloadTests() => _server = new TestServer(new ServerOptions { TlsCert = _certificates.CertPath, TlsKey = _certificates.KeyPath, Auth = false });

    public void Dispose()
    {
        _server.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public void NewCertificate_IsForNewConnections()
    {
        using TestClient kept = _server.Connect();
        string before = Thumbprint();
        string after = _certificates.WriteServer("CN=renewed");
        Assert.NotEqual(before, after);
        Assert.Equal(before, Thumbprint());
        _server.Host.Reload();
        Assert.Equal(after, Thumbprint());
        Assert.Equal("Ok\n", kept.Get("/ping").Body);
        Assert.Contains("renewed", _server.Log.ToString());
    }

    [Fact]
    public void BadFile_LeavesTheOldOneAndIsLoggedOnce()
    {
        string before = Thumbprint();
        string good = File.ReadAllText(_certificates.CertPath);
        File.WriteAllText(_certificates.CertPath, good[..(good.Length / 2)]);
        _server.Host.Reload();
        Assert.Equal(before, Thumbprint());
        string line = Assert.Single(_server.Log.ToString().Split('\n'), line => line.Contains(" error "));
        Assert.Contains(_certificates.CertPath, line);
        File.Delete(_certificates.KeyPath);
        File.WriteAllText(_certificates.CertPath, good);
        _server.Host.Reload();
        Assert.Equal(before, Thumbprint());
        Assert.Contains(_certificates.KeyPath, _server.Log.ToString());
    }

    [Fact]
    public async Task Reload_WhileClientsConnect_FailsNone()
    {
        using CancellationTokenSource end = new();
        Task reloading = Task.Run(() =>
        {
            while (!end.IsCancellationRequested) _server.Host.Reload();
        });
        for (int i = 0; i < 50; i++)
        {
            using TestClient client = _server.Connect();
            Assert.Equal("Ok\n", client.Get("/ping").Body);
        }
        await end.CancelAsync();
        await reloading;
    }

    [Fact]
    public void WithoutTls_IsFine()
    {
        using TestServer plain = new();
        plain.Host.Reload();
        Assert.Contains("reloaded", plain.Log.ToString());
    }

    private string Thumbprint()
    {
        using TestClient client = _server.Connect();
        Assert.Equal("Ok\n", client.Get("/ping").Body);
        return client.Tls!.RemoteCertificate!.GetCertHashString();
    }
}
