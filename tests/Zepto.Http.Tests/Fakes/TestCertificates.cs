using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Zepto.Http.Tests.Fakes;

/// <summary>A certificate authority of a test with a directory for its files: a server's certificate and key, and the authority's own certificate.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly string _directory = Directory.CreateTempSubdirectory("zepto-tls-").FullName;
    private long _serial;

    public TestCertificates()
    {
        Authority = MakeAuthority("CN=test authority");
        File.WriteAllText(CaPath, Authority.ExportCertificatePem());
        WriteServer("CN=localhost");
    }

    /// <summary>Signs the certificates; has its key.</summary>
    public X509Certificate2 Authority { get; }

    public string CertPath => this["server.crt"];

    public string KeyPath => this["server.key"];

    public string CaPath => this["ca.crt"];

    /// <summary>Path of a file in the directory.</summary>
    public string this[string name] => Path.Combine(_directory, name);

    /// <summary>A root of its own.</summary>
    public static X509Certificate2 MakeAuthority(string subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(20));
    }

    /// <summary>Writes a new server certificate and key over the files; gives the thumbprint.</summary>
    public string WriteServer(string subject)
    {
        using X509Certificate2 certificate = Issue(subject, isServer: true);
        File.WriteAllText(CertPath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, KeyOf(certificate));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return certificate.Thumbprint;
    }

    /// <summary>A certificate for a client.</summary>
    public X509Certificate2 IssueClient(string subject) => Issue(subject, isServer: false);

    /// <summary>A client certificate that was valid until yesterday.</summary>
    public X509Certificate2 IssueExpiredClient(string subject) => Issue(subject, isServer: false, lastDay: -1);

    /// <summary>A certificate for one use, with its key.</summary>
    public X509Certificate2 Issue(string subject, bool isServer, int lastDay = 10, X509Certificate2? issuer = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? ServerUse : ClientUse)], critical: false));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(issuer ?? Authority, DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(lastDay), BitConverter.GetBytes(++_serial));
        return signed.CopyWithPrivateKey(key);
    }

    public static string KeyOf(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    public void Dispose()
    {
        Authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
