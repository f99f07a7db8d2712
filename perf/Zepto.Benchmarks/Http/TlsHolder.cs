using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Zepto.Benchmarks.Http;

/// <summary>Many open TLS connections to one server.</summary>
internal sealed class TlsHolder : IDisposable
{
    private readonly List<SslStream> _streams = [];
    private readonly byte[] _answer = new byte[16 * 1024];

    private TlsHolder()
    {
    }

    /// <summary>Opens connections one after the other and sends a request on each.</summary>
    public static TlsHolder Open(Uri server, string certificateFile, int count)
    {
        var holder = new TlsHolder();
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(certificateFile);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { certificate } };
        var options = new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy };
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(server.Host, server.Port);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
            holder._streams.Add(stream);
            stream.AuthenticateAsClient(options);
            holder.Exchange(stream, "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }

        return holder;
    }

    /// <summary>Sends a statement on every connection in turn.</summary>
    public void Ask(string statement)
    {
        foreach (var stream in _streams)
            Exchange(stream, $"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {statement.Length}\r\n\r\n{statement}");
    }

    /// <summary>A certificate of its own signature for this machine.</summary>
    public static void WriteCertificate(string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        foreach (var stream in _streams)
            stream.Dispose();
    }

    private void Exchange(SslStream stream, string request)
    {
        stream.Write(Encoding.ASCII.GetBytes(request));
        // An answer of this size comes as one record.
        var count = stream.Read(_answer);
        if (!_answer.AsSpan(0, count).StartsWith("HTTP/1.1 200 "u8))
            throw new InvalidOperationException($"not a success over TLS: {Encoding.ASCII.GetString(_answer, 0, count)}");
    }
}
