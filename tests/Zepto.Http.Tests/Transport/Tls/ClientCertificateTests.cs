using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Zepto.Http.Hosting;
using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Transport.Tls;

/// <summary>Certificates that clients must have (mutual TLS).</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    private ServerOptions Options => new()
    {
        TlsCert = _certificates.CertPath, TlsKey = _certificates.KeyPath, TlsCa = _certificates.CaPath, InMemory = true, Auth = false,
    };

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public void Certificate_OfTheAuthority_IsAccepted(SslProtocols version)
    {
        using TestServer server = new(Options);
        using X509Certificate2 certificate = _certificates.IssueClient("CN=desk-1");
        // Twice: a second connection of the same client might be a resumed session.
        for (int i = 0; i < 2; i++) Assert.True(IsServed(server, certificate, version));
        Assert.Contains("\"action\":\"certificate\",\"detail\":\"CN=desk-1\",\"from\":\"127.0.0.1\"", Audit(server, certificate));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public void Certificate_AnyOther_IsRefused(SslProtocols version)
    {
        using TestServer server = new(Options);
        Assert.False(IsServed(server, null, version));
        using X509Certificate2 stranger = TestCertificates.MakeAuthority("CN=test authority");
        using X509Certificate2 ofStranger = _certificates.Issue("CN=desk-1", isServer: false, issuer: stranger);
        Assert.False(IsServed(server, ofStranger, version));
        Assert.False(IsServed(server, stranger, version));
        using X509Certificate2 expired = _certificates.IssueExpiredClient("CN=desk-1");
        Assert.False(IsServed(server, expired, version));
        using X509Certificate2 ofServer = _certificates.Issue("CN=desk-1", isServer: true);
        Assert.False(IsServed(server, ofServer, version));
        using X509Certificate2 good = _certificates.IssueClient("CN=desk-1");
        Assert.True(IsServed(server, good, version));
        Assert.DoesNotContain("internal error", server.Log.ToString());
    }

    [Fact]
    public void Certificate_IsNoCredential()
    {
        using TestServer server = new(Options with { Auth = null });
        using X509Certificate2 certificate = _certificates.IssueClient("CN=desk-1");
        using TestClient client = server.ConnectSecurely(TestClient.AnyServer(certificate));
        Assert.Equal(401, client.Get("/whoami").Status);
        Assert.Equal(200, client.Get("/whoami", $"Authorization: Bearer {server.Host.FirstKey}\r\n").Status);
    }

    [Fact]
    public void Reload_OfTheAuthority_HoldsForTheNextHandshake()
    {
        using TestServer server = new(Options);
        using X509Certificate2 before = _certificates.IssueClient("CN=before");
        using TestClient kept = server.ConnectSecurely(TestClient.AnyServer(before));
        Assert.Equal(200, kept.Get("/ping").Status);
        using X509Certificate2 other = TestCertificates.MakeAuthority("CN=other authority");
        using X509Certificate2 after = _certificates.Issue("CN=after", isServer: false, issuer: other);
        File.WriteAllText(_certificates.CaPath, other.ExportCertificatePem());
        server.Host.Reload();
        Assert.True(IsServed(server, after, SslProtocols.Tls13));
        Assert.False(IsServed(server, before, SslProtocols.Tls13));
        Assert.Equal(200, kept.Get("/ping").Status);
    }

    private static string Audit(TestServer server, X509Certificate2 certificate)
    {
        using TestClient client = server.ConnectSecurely(TestClient.AnyServer(certificate));
        return client.Get("/admin/audit?n=100").Body;
    }

    // A refusal may come after the client thinks that it is connected.
    private static bool IsServed(TestServer server, X509Certificate2? certificate, SslProtocols version)
    {
        System.Net.Security.SslClientAuthenticationOptions options = TestClient.AnyServer(certificate);
        options.EnabledSslProtocols = version;
        try
        {
            using TestClient client = server.ConnectSecurely(options);
            return client.Get("/ping").Status == 200;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or EndOfStreamException)
        {
            return false;
        }
    }
}
