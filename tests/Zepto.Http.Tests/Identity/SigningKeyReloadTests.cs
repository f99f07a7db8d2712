using System.Security.Cryptography;
using System.Text;
using Zepto.Http.Hosting;
using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Identity;

/// <summary>Changed files of signing keys, on a server that runs.</summary>
public sealed class SigningKeyReloadTests : IDisposable
{
    private const string OtherSecret = "another secret of more than 32 bytes, for HS256";

    private readonly string _directory = Directory.CreateTempSubdirectory("zepto-test-").FullName;
    private readonly TestServer _server;

    public SigningKeyReloadTests()
    {
        File.WriteAllBytes(SecretPath, TokenSigner.Secret);
        File.WriteAllText(PublicKeyPath, TokenSigner.Rsa.ExportSubjectPublicKeyInfoPem());
        _server = new TestServer(new ServerOptions { InMemory = true, Auth = true, JwtHs256SecretFile = SecretPath, JwtPublicKeyFile = PublicKeyPath });
    }

    private string SecretPath => Path.Combine(_directory, "secret");

    private string PublicKeyPath => Path.Combine(_directory, "key.pem");

    private static string OldToken { get; } = TokenSigner.Hs256(TokenSigner.Claims(("role", "admin")));

    private static string NewToken { get; } = TokenSigner.Hs256(TokenSigner.Claims(("role", "admin")), secret: Encoding.ASCII.GetBytes(OtherSecret));

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Reload_AnotherSecret_RefusesOldTokensAtOnceAndTakesNewOnes()
    {
        using TestClient client = _server.Connect();
        Assert.Equal(200, Status(client, OldToken)); // Remembered by the validator and the connection from here on.
        Assert.Equal(401, Status(client, NewToken));
        File.WriteAllText(SecretPath, OtherSecret + "\n");
        _server.Host.Reload();
        Assert.Equal(401, Status(client, OldToken));
        Assert.Equal(200, Status(client, NewToken));
        using TestClient other = _server.Connect();
        Assert.Equal(401, Status(other, OldToken));
    }

    [Fact]
    public void Reload_AnotherPublicKey_RefusesOldTokensAtOnceAndTakesNewOnes()
    {
        using RSA key = RSA.Create(2048);
        using TestClient client = _server.Connect();
        Assert.Equal(200, Status(client, TokenSigner.Rs256(TokenSigner.Claims())));
        File.WriteAllText(PublicKeyPath, key.ExportSubjectPublicKeyInfoPem());
        _server.Host.Reload();
        Assert.Equal(401, Status(client, TokenSigner.Rs256(TokenSigner.Claims())));
        Assert.Equal(200, Status(client, TokenSigner.Rs256(TokenSigner.Claims(), key: key)));
        Assert.Equal(200, Status(client, OldToken));
    }

    [Fact]
    public void Reload_KeyOfAnotherKind_IsTakenAndKept()
    {
        using TestClient client = _server.Connect();
        File.WriteAllText(PublicKeyPath, TokenSigner.Ecdsa.ExportSubjectPublicKeyInfoPem());
        _server.Host.Reload();
        _server.Host.Reload();
        Assert.Equal(200, Status(client, TokenSigner.Es256(TokenSigner.Claims())));
        Assert.Equal(401, Status(client, TokenSigner.Rs256(TokenSigner.Claims())));
    }

    [Fact]
    public void AuthReload_AnotherSecret_IsReadToo()
    {
        using TestClient client = _server.Connect();
        File.WriteAllText(SecretPath, OtherSecret);
        // Without a JWKS URL the answer is 502 whatever the files say.
        Assert.Equal(502, client.Post("/admin/auth/reload", "", $"Authorization: Bearer {OldToken}\r\n").Status);
        Assert.Equal(401, Status(client, OldToken));
        Assert.Equal(200, Status(client, NewToken));
    }

    [Theory]
    [InlineData("short")]
    [InlineData(null)]
    public void Reload_FileThatCannotBeUsed_KeepsTheKeysAndSaysSoInOneLine(string? content)
    {
        using TestClient client = _server.Connect();
        if (content is null) File.Delete(SecretPath);
        else File.WriteAllText(SecretPath, content);
        _server.Host.Reload();
        Assert.Equal(200, Status(client, OldToken));
        string line = Assert.Single(_server.Log.ToString().Split('\n'), line => line.Contains("--jwt-hs256-secret-file", StringComparison.Ordinal));
        Assert.Contains("the signing keys stay as they were", line);
        File.WriteAllText(SecretPath, OtherSecret);
        _server.Host.Reload();
        Assert.Equal(401, Status(client, OldToken));
    }

    [Fact]
    public void Reload_SessionOfAToken_EndsWithItsKeyAndOnlyThen()
    {
        using TestClient client = _server.Connect();
        string cookie = client.Post("/auth/session", "", $"Authorization: Bearer {OldToken}\r\n").Field("Set-Cookie")!.Split(';')[0];
        _server.Host.Reload();
        Assert.Equal(200, client.Get("/whoami", $"Cookie: {cookie}\r\n").Status);
        File.WriteAllText(SecretPath, OtherSecret);
        _server.Host.Reload();
        Assert.Equal(401, client.Get("/whoami", $"Cookie: {cookie}\r\n").Status);
    }

    private static int Status(TestClient client, string token) => client.Get("/whoami", $"Authorization: Bearer {token}\r\n").Status;
}
