using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Zepto.Http.Tests.Fakes;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Tls;

/// <summary>The real program with certificates: what it prints, what it refuses, what SIGHUP does, and many connections at once.</summary>
public sealed class TlsServerTests : IDisposable
{
    private static readonly byte[] Ping = Encoding.ASCII.GetBytes("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");

    private readonly TestCertificates _certificates = new();

    private string[] Options => ["--in-memory", "--tls-cert", _certificates.CertPath, "--tls-key", _certificates.KeyPath];

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public void Port_SpeaksTlsAndAsksForCredentials()
    {
        using var server = ServerProcess.Start(Options);
        Assert.Equal("https", server.Address.Scheme);
        Assert.Equal(401, server.Client.Get("/whoami").Status);
        server.WaitFor("admin key zepto_");
        Assert.Equal(0, server.Stop());
    }

    [Fact]
    public void HttpsPort_LeavesThePortPlain()
    {
        using var server = ServerProcess.Start([.. Options, "--https-port", "0", "--no-auth"]);
        Assert.Equal("http", server.Address.Scheme);
        server.WaitFor("listening on https://");
        var lines = server.Output.Split('\n');
        Assert.StartsWith("listening on http://127.0.0.1:", lines[0]);
        Assert.StartsWith("listening on https://127.0.0.1:", lines[1]);
        using var secure = new ServerClient(new Uri(lines[1]["listening on ".Length..]));
        Assert.Equal(3L, server.Client.Scalar("SELECT 1 + 2"));
        Assert.Equal(3L, secure.Scalar("SELECT 1 + 2"));
        Assert.Equal(0, server.Stop());
    }

    [Theory]
    [InlineData("--tls-cert", "{cert}")]
    [InlineData("--tls-cert", "{missing}", "--tls-key", "{key}")]
    [InlineData("--https-port", "1")]
    [InlineData("--tls-ca", "{ca}")]
    [InlineData("--tls-key", "{ca}", "--tls-cert", "{cert}")]
    public void BadOptions_ExitWith2(params string[] arguments)
    {
        var replaced = arguments.Select(a => a.Replace("{cert}", _certificates.CertPath).Replace("{key}", _certificates.KeyPath)
            .Replace("{ca}", _certificates.CaPath).Replace("{missing}", _certificates["missing"])).ToArray();
        var (exitCode, output, errors) = ServerProcess.RunToEnd(["--in-memory", "--port", "0", .. replaced]);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Equal(1, errors.Count(c => c == '\n'));
        Assert.Contains("--tls-", errors);
        Assert.DoesNotContain("Exception", errors);
    }

    [Fact]
    public void HttpsPortInUse_ExitsWith3()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var (exitCode, output, errors) = ServerProcess.RunToEnd(["--port", "0", .. Options, "--https-port", $"{port}"]);
        Assert.Equal((3, ""), (exitCode, output));
        Assert.Contains($"port {port}", errors);
    }

    [Fact]
    public void HangUp_ReadsCertificatesAgainAndKeepsConnections()
    {
        using var server = ServerProcess.Start([.. Options, "--no-auth"]);
        using var kept = new SecureClient(server.Address);
        kept.Exchange(Ping);
        var renewed = _certificates.WriteServer("CN=renewed");
        Assert.NotEqual(renewed, kept.Thumbprint);
        server.Reload();
        server.WaitFor("reloaded");
        using (var next = new SecureClient(server.Address))
        {
            Assert.Equal(renewed, next.Thumbprint);
            next.Exchange(Ping);
        }

        kept.Exchange(Ping);
        File.WriteAllText(_certificates.CertPath, "no certificate");
        server.Reload();
        server.WaitFor($"the certificates stay as they were: --tls-cert: {_certificates.CertPath}");
        using (var next = new SecureClient(server.Address))
            Assert.Equal(renewed, next.Thumbprint);
        kept.Exchange(Ping);
        Assert.Equal(0, server.Stop());
    }

    [Fact]
    public void HangUp_WithoutTls_EndsNothing()
    {
        using var server = ServerProcess.Start("--in-memory");
        server.Reload();
        server.WaitFor("reloaded");
        Assert.Equal(200, server.Client.Get("/ping").Status);
        Assert.Equal(0, server.Stop());
    }

    [Fact]
    public void ClientCertificates_AreAskedFor()
    {
        using var certificate = _certificates.IssueClient("CN=desk-1");
        using var server = ServerProcess.StartFor(certificate, [.. Options, "--tls-ca", _certificates.CaPath, "--no-auth"]);
        Assert.Equal(3L, server.Client.Scalar("SELECT 1 + 2"));
        using var without = new ServerClient(server.Address);
        Assert.Throws<HttpRequestException>(() => without.Get("/ping"));
        Assert.Contains("CN=desk-1", server.Client.Get("/admin/audit?n=10").Body);
    }

    // The commands of docs/security.md make files that the server takes, and reach it.
    [Fact]
    public void DocumentedCommands_Work()
    {
        using var directory = new TemporaryDirectory();
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "security.md"));
        var makers = text.Split('\n').Where(l => l.StartsWith("    openssl ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4, makers.Length);
        foreach (var command in makers)
            CommandLines.Run(command, directory.Path);
        var curls = CommandLines.CurlCommands(text).Where(c => c.Contains("--cacert", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, curls.Length);
        string[] options = ["--in-memory", "--tls-cert", directory["server.crt"], "--tls-key", directory["server.key"]];
        using (var server = ServerProcess.Start(options))
            CommandLines.RunCurl(curls[0], server.Address, directory.Path);
        using var certificate = X509Certificate2.CreateFromPemFile(directory["client.crt"], directory["client.key"]);
        using (var server = ServerProcess.StartFor(certificate, [.. options, "--tls-ca", directory["ca.crt"]]))
            CommandLines.RunCurl(curls[1], server.Address, directory.Path);
    }

    [Fact]
    public void ManyConnections_AreHeldAtOnce()
    {
        const int count = 1000;
        using var server = ServerProcess.Start([.. Options, "--no-auth"]);
        var clients = new SecureClient[count];
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                clients[i] = new SecureClient(server.Address);
                clients[i].Exchange(Ping);
            });
            Assert.Contains("\nzepto_http_connections 1001\n", server.Client.Get("/metrics").Body);
            foreach (var client in clients)
                client.Exchange(Ping);
        }
        finally
        {
            foreach (var client in clients)
                client?.Dispose();
        }

        var afterwards = TimeSpan.FromSeconds(60);
        Assert.True(SpinWait.SpinUntil(() => OpenFiles(server) < count / 2, afterwards), $"{OpenFiles(server)} files are still open");
        Assert.Equal(0, server.Stop());
        Assert.DoesNotContain("internal error", server.Errors);
    }

    private static int OpenFiles(ServerProcess server) =>
        int.Parse(Regex.Match(server.Client.Get("/metrics").Body, "\nprocess_open_fds ([0-9]+)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>A blocking client that keeps one encrypted connection.</summary>
    private sealed class SecureClient : IDisposable
    {
        private readonly TcpClient _client;
        private readonly SslStream _tls;
        private readonly byte[] _buffer = new byte[1024];

        public SecureClient(Uri address)
        {
            _client = new TcpClient(address.Host, address.Port) { ReceiveTimeout = 60_000, NoDelay = true };
            _tls = new SslStream(_client.GetStream());
            _tls.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null });
        }

        public string Thumbprint => _tls.RemoteCertificate!.GetCertHashString();

        public void Exchange(byte[] request)
        {
            _tls.Write(request);
            var received = 0;
            while (!_buffer.AsSpan(0, received).EndsWith("Ok\n"u8))
            {
                var count = _tls.Read(_buffer, received, _buffer.Length - received);
                Assert.True(count > 0, "the server ended the connection");
                received += count;
            }
        }

        public void Dispose()
        {
            _tls.Dispose();
            _client.Dispose();
        }
    }
}
