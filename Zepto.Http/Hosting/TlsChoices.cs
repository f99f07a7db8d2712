using System.Globalization;
using Zepto.Http.Transport.Tls;

namespace Zepto.Http.Hosting;

/// <summary>What the options say about TLS.</summary>
public static class TlsChoices
{
    /// <summary>What is wrong with the options or the files they name; null when nothing is.</summary>
    public static string? Complaint(ServerOptions options)
    {
        if (options.TlsCert.Length > 0 && options.TlsKey.Length == 0) return "--tls-key: is missing beside --tls-cert";
        if (options.TlsKey.Length > 0 && options.TlsCert.Length == 0) return "--tls-cert: is missing beside --tls-key";
        if (options.TlsCa.Length > 0 && !options.HasTls) return "--tls-ca: needs --tls-cert and --tls-key";
        if (options.HttpsPort is not null && !options.HasTls) return "--https-port: needs --tls-cert and --tls-key";
        try
        {
            _ = CertificatesOf(options);
            return null;
        }
        catch (TlsFileException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Reads the certificates; null without TLS.</summary>
    /// <exception cref="TlsFileException">A file cannot be used.</exception>
    public static TlsCertificates? CertificatesOf(ServerOptions options) => options.HasTls ? new TlsCertificates(FilesOf(options)) : null;

    /// <summary>Says what is in use, and what administrators should look at.</summary>
    public static void Describe(ServerOptions options, TlsCertificates certificates, ServerLog log)
    {
        DateTime end = certificates.Certificate.NotAfter.ToUniversalTime();
        string endText = end.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        log.Write(LogLevel.Info, "certificate", ("subject", certificates.Certificate.Subject), ("end", endText));
        if (end < DateTime.UtcNow) log.Write(LogLevel.Warning, "the certificate has expired", ("file", options.TlsCert));
        if (FilesOf(options).IsKeyOpenToOthers()) log.Write(LogLevel.Warning, "others than its owner can read the key file", ("file", options.TlsKey));
    }

    private static TlsFiles FilesOf(ServerOptions options) => new(options.TlsCert, options.TlsKey, options.TlsCa.Length > 0 ? options.TlsCa : null);
}
