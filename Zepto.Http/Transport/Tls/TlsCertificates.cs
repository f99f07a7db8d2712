using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Zepto.Http.Transport.Tls;

/// <summary>
/// What handshakes begin with: the server's certificate and the roots of client certificates. Read again on demand; connections that are open keep what they
/// began with. Thread-safe.
/// </summary>
public sealed class TlsCertificates
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly TlsFiles _files;
    private readonly Lock _gate = new();
    private SslServerAuthenticationOptions _current;

    /// <summary>Reads the files.</summary>
    /// <exception cref="TlsFileException">One cannot be used.</exception>
    public TlsCertificates(TlsFiles files)
    {
        _files = files;
        _current = Read();
    }

    /// <summary>For the next handshake; never changed, only replaced.</summary>
    public SslServerAuthenticationOptions Current => Volatile.Read(ref _current);

    /// <summary>The server's certificate.</summary>
    public X509Certificate2 Certificate => Current.ServerCertificateContext!.TargetCertificate;

    /// <summary>Reads the files again.</summary>
    /// <exception cref="TlsFileException">One cannot be used; everything stays as it was.</exception>
    public void Reload()
    {
        lock (_gate) Volatile.Write(ref _current, Read());
    }

    private SslServerAuthenticationOptions Read()
    {
        X509Certificate2 certificate = _files.ReadCertificate(out X509Certificate2Collection following);
        X509Certificate2Collection? authorities = _files.ReadClientAuthorities();
        try
        {
            return OptionsOf(certificate, following, authorities);
        }
        catch (CryptographicException exception)
        {
            throw new TlsFileException($"--tls-cert: {_files.CertificatePath} cannot be used: {exception.Message}");
        }
    }

    private static SslServerAuthenticationOptions OptionsOf(
        X509Certificate2 certificate, X509Certificate2Collection following, X509Certificate2Collection? authorities)
    {
        // Tells clients whose certificates are wanted.
        SslCertificateTrust? wanted = authorities is not null && OperatingSystem.IsLinux()
            ? SslCertificateTrust.CreateForX509Collection(authorities, sendTrustInHandshake: true)
            : null;
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, following, offline: true, wanted),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (authorities is not null) RequireClientCertificate(options, authorities);
        return options;
    }

    private static void RequireClientCertificate(SslServerAuthenticationOptions options, X509Certificate2Collection authorities)
    {
        options.ClientCertificateRequired = true;
        // A resumed session brings no chain to verify, and its certificate may be one that is not wanted any more.
        options.AllowTlsResume = false;
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        options.CertificateChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
    }
}
