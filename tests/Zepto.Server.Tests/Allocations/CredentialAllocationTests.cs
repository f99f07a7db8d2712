using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Zepto.Http.Hosting;

namespace Zepto.Server.Tests.Allocations;

/// <summary>Requests with credentials, symbol lists, rate limits and an audit ring allocate nothing either, with the real engine behind them. Runs alone.</summary>
[Collection(nameof(RunsAlone))]
public sealed class CredentialAllocationTests : IDisposable
{
    private const string Secret = "a secret of more than 32 bytes for HS256 only";
    private const string Aggregate = "SELECT vwap(price, volume), count(*) FROM trades WHERE symbol = 'AAPL'";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("zepto-credentials-");
    private readonly DatabaseEngine _engine;
    private readonly ZeptoServerHost _host;
    private readonly string _token;

    public CredentialAllocationTests()
    {
        var secretFile = Path.Combine(_directory.FullName, "secret");
        File.WriteAllText(secretFile, Secret);
        var options = new ServerOptions
        {
            Port = 0, InMemory = true, Demo = true, Pin = false, Auth = true, JwtHs256SecretFile = secretFile, RateLimit = "1000000000", RateLimitIp = "1000000000",
        };
        var log = new ServerLog(TextWriter.Null, LogFormat.Text, LogLevel.Error);
        _engine = DatabaseEngine.Open(options, log);
        _host = ZeptoServerHost.Start(options, _engine, log);
        _token = Token($$"""{"sub":"tests","role":"admin","exp":{{DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()}}}""");
    }

    public void Dispose()
    {
        _host.Dispose();
        _engine.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void Token_AllocatesNothing() => AssertNothingAllocated(Post($"Authorization: Bearer {_token}\r\n"));

    [Fact]
    public void Key_AllocatesNothing() => AssertNothingAllocated(Post($"Authorization: Bearer {MakeKey("reader")}\r\n"));

    [Fact]
    public void KeyAsPassword_AllocatesNothing() =>
        AssertNothingAllocated(Post($"Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes("default:" + MakeKey("reader")))}\r\n"), Post($"X-ClickHouse-Key: {MakeKey("writer")}\r\n"));

    [Fact]
    public void SymbolList_AllocatesNothing() => AssertNothingAllocated(Post($"Authorization: Bearer {MakeKey("analyst", ",\"symbols\":[\"AAPL\",\"MSFT\"],\"tables\":[\"trades\"]")}\r\n"));

    private string MakeKey(string role, string lists = "")
    {
        using var client = new SteadyClient(_host.EndPoint);
        var body = $"{{\"name\":\"tests\",\"role\":\"{role}\"{lists}}}";
        Assert.Equal(200, client.Exchange(Encoding.ASCII.GetBytes($"POST /admin/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_token}\r\nContent-Length: {body.Length}\r\n\r\n{body}")));
        return JsonDocument.Parse(client.LastBody).RootElement.GetProperty("key").GetString()!;
    }

    private void AssertNothingAllocated(params byte[][] requests)
    {
#if DEBUG
        Assert.Skip("unoptimised async methods allocate");
#endif
        var leastBytes = SteadyRequests.LeastBytes(_host.EndPoint, "\"rows\":1", requests);
        Assert.True(leastBytes == 0, $"{leastBytes} bytes for {SteadyRequests.Measured} requests");
    }

    private static byte[] Post(string credentials) =>
        Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: localhost\r\n{credentials}Content-Length: {Aggregate.Length}\r\n\r\n{Aggregate}");

    private static string Token(string claims)
    {
        var signed = $"{Text(Encoding.ASCII.GetBytes("""{"alg":"HS256","typ":"JWT"}"""))}.{Text(Encoding.ASCII.GetBytes(claims))}";
        return $"{signed}.{Text(HMACSHA256.HashData(Encoding.ASCII.GetBytes(Secret), Encoding.ASCII.GetBytes(signed)))}";

        static string Text(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }
}
