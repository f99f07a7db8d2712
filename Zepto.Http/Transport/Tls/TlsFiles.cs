using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Zepto.Http.Transport.Tls;

/// <summary>A certificate file cannot be used. The message names option and file and is shown as it is.</summary>
public sealed class TlsFileException(string message) : Exception(message);

/// <summary>PEM files of a server.</summary>
/// <param name="CertificatePath">The server's certificate, followed by those that lead to its root.</param>
/// <param name="KeyPath">Private key of the first of them, not encrypted.</param>
/// <param name="ClientAuthorityPath">Roots of client certificates; null when clients need none.</param>
public sealed record TlsFiles(string CertificatePath, string KeyPath, string? ClientAuthorityPath)
{
    private const string CertificateOption = "--tls-cert";
    private const string KeyOption = "--tls-key";
    private const string AuthorityOption = "--tls-ca";

    /// <summary>Whether others than its owner may read the key file.</summary>
    public bool IsKeyOpenToOthers()
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        try
        {
            return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(KeyPath) & others) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // Gone since it was read.
        }
    }

    /// <summary>Reads the server's certificate with its key, and the certificates that follow it.</summary>
    /// <exception cref="TlsFileException">A file cannot be used.</exception>
    public X509Certificate2 ReadCertificate(out X509Certificate2Collection following)
    {
        string text = Read(CertificateOption, CertificatePath);
        following = Certificates(CertificateOption, CertificatePath, text);
        following.RemoveAt(0);
        string key = Read(KeyOption, KeyPath);
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal)) throw new TlsFileException($"{KeyOption}: {KeyPath} is encrypted; the server cannot ask for a passphrase");
        try
        {
            return X509Certificate2.CreateFromPem(text, key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new TlsFileException(IsKey(key)
                ? $"{KeyOption}: {KeyPath} is not the key of the certificate in {CertificatePath}"
                : $"{KeyOption}: {KeyPath} holds no RSA or ECDSA private key in PEM form");
        }
    }

    /// <summary>Reads the roots of client certificates; null when clients need none.</summary>
    /// <exception cref="TlsFileException">The file cannot be used.</exception>
    public X509Certificate2Collection? ReadClientAuthorities() =>
        ClientAuthorityPath is { } path ? Certificates(AuthorityOption, path, Read(AuthorityOption, path)) : null;

    private static string Read(string option, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TlsFileException($"{option}: cannot read {path}: {exception.Message}");
        }
    }

    private static X509Certificate2Collection Certificates(string option, string path, string text)
    {
        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            certificates.Clear();
        }
        return certificates.Count > 0 ? certificates : throw new TlsFileException($"{option}: {path} holds no certificate in PEM form");
    }

    private static bool IsKey(string pem)
    {
        using RSA rsa = RSA.Create();
        using ECDsa ecdsa = ECDsa.Create();
        return CanImport(rsa, pem) || CanImport(ecdsa, pem);
    }

    private static bool CanImport(AsymmetricAlgorithm algorithm, string pem)
    {
        try
        {
            algorithm.ImportFromPem(pem);
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
