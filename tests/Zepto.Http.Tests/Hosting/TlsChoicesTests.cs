using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Zepto.Http.Hosting;
using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Hosting;

/// <summary>Options and files that cannot be used are refused in one line that names them.</summary>
public sealed class TlsChoicesTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    private ServerOptions Options => new() { TlsCert = _certificates.CertPath, TlsKey = _certificates.KeyPath };

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public void Complaint_GoodFiles_IsNone()
    {
        Assert.Null(TlsChoices.Complaint(Options));
        Assert.Null(TlsChoices.Complaint(Options with { TlsCa = _certificates.CaPath, HttpsPort = 0 }));
        Assert.Null(TlsChoices.Complaint(new ServerOptions()));
    }

    [Fact]
    public void Complaint_HalfOfAPair_NamesTheOther()
    {
        AssertRefused(Options with { TlsKey = "" }, "--tls-key: ");
        AssertRefused(Options with { TlsCert = "" }, "--tls-cert: ");
        AssertRefused(new ServerOptions { TlsCa = _certificates.CaPath }, "--tls-ca: ");
        AssertRefused(new ServerOptions { HttpsPort = 8443 }, "--https-port: ");
    }

    [Fact]
    public void Complaint_MissingFile_NamesOptionAndFile()
    {
        string missing = _certificates["missing"];
        AssertRefused(Options with { TlsCert = missing }, "--tls-cert: ", missing);
        AssertRefused(Options with { TlsKey = missing }, "--tls-key: ", missing);
        AssertRefused(Options with { TlsCa = missing }, "--tls-ca: ", missing);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no PEM at all")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")]
    public void Complaint_MalformedFile_NamesOptionAndFile(string text)
    {
        string bad = _certificates["bad"];
        File.WriteAllText(bad, text);
        AssertRefused(Options with { TlsCert = bad }, "--tls-cert: ", bad);
        AssertRefused(Options with { TlsKey = bad }, "--tls-key: ", bad);
        AssertRefused(Options with { TlsCa = bad }, "--tls-ca: ", bad);
    }

    [Fact]
    public void Complaint_KeyOfAnotherCertificate_SaysSo()
    {
        string other = _certificates["other.key"];
        using X509Certificate2 certificate = _certificates.Issue("CN=other", isServer: true);
        File.WriteAllText(other, TestCertificates.KeyOf(certificate));
        AssertRefused(Options with { TlsKey = other }, "--tls-key: ", other, "is not the key");
        using RSA rsa = RSA.Create(2048);
        File.WriteAllText(other, rsa.ExportPkcs8PrivateKeyPem());
        AssertRefused(Options with { TlsKey = other }, "--tls-key: ", other, "is not the key");
    }

    [Fact]
    public void Complaint_EncryptedKey_SaysSo()
    {
        string locked = _certificates["locked.key"];
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(locked, key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)));
        AssertRefused(Options with { TlsKey = locked }, "--tls-key: ", locked, "encrypted");
    }

    [Fact]
    public void Start_KeyOthersCanRead_IsWarnedOfOnce()
    {
        using (TestServer server = new(Options)) Assert.DoesNotContain("warning", server.Log.ToString());
        if (OperatingSystem.IsWindows()) return; // Has no such modes.
        File.SetUnixFileMode(_certificates.KeyPath, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        using (TestServer server = new(Options))
        {
            string line = Assert.Single(server.Log.ToString().Split('\n'), line => line.Contains("warning"));
            Assert.Contains(_certificates.KeyPath, line);
        }
    }

    private static void AssertRefused(ServerOptions options, string start, params string[] parts)
    {
        string? complaint = TlsChoices.Complaint(options);
        Assert.NotNull(complaint);
        Assert.StartsWith(start, complaint);
        Assert.DoesNotContain("\n", complaint);
        foreach (string part in parts) Assert.Contains(part, complaint);
    }
}
