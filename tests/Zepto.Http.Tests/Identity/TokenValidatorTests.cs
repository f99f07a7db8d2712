using System.Net;
using System.Security.Cryptography;
using System.Text;
using Zepto.Http.Identity;

namespace Zepto.Http.Tests.Identity;

public sealed class TokenValidatorTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zepto-test-").FullName;
    private readonly IdentityVersion _version = new();
    private readonly TenantStore _tenants;

    public TokenValidatorTests()
    {
        _tenants = new TenantStore(null, _version);
        _tenants.TrySet(new Tenant("desk", "desk", "desk_", 0, 0));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Validate_EachAlgorithm_GivesTheIdentity()
    {
        TokenValidator all = Make(SecretKeys().With(PublicKeys(TokenSigner.Rsa.ExportSubjectPublicKeyInfoPem())).With(PublicKeys(TokenSigner.Ecdsa.ExportSubjectPublicKeyInfoPem())));
        foreach (string token in new[] { TokenSigner.Hs256(TokenSigner.Claims()), TokenSigner.Rs256(TokenSigner.Claims()), TokenSigner.Es256(TokenSigner.Claims()) })
        {
            Principal principal = Assert.IsType<Principal>(Validate(all, token));
            Assert.Equal(("user@example.com", Role.Reader, "jwt"), (principal.Subject, principal.Role, principal.Source));
            Assert.InRange(principal.ExpiresAtMs, (TokenSigner.Now + 3500) * 1000, (TokenSigner.Now + 3700) * 1000);
            Assert.Same(principal, Validate(all, token));
        }
    }

    public static TheoryData<string, string> Forgeries()
    {
        string valid = TokenSigner.Claims();
        string publicPem = TokenSigner.Rsa.ExportSubjectPublicKeyInfoPem();
        byte[] publicDer = TokenSigner.Rsa.ExportSubjectPublicKeyInfo();
        string good = TokenSigner.Rs256(valid);
        string[] parts = good.Split('.');
        TheoryData<string, string> data = new()
        {
            { "none", TokenSigner.Unsigned(valid) },
            { "None", TokenSigner.Unsigned(valid, """{"alg":"None"}""") },
            { "no alg", TokenSigner.Unsigned(valid, "{}") },
            { "alg is no text", TokenSigner.Unsigned(valid, """{"alg":null}""") },
            { "none with a signature", TokenSigner.Unsigned(valid) + parts[2] },
            { "public key as secret, PEM", TokenSigner.Hs256(valid, secret: Encoding.ASCII.GetBytes(publicPem)) },
            { "public key as secret, PEM and line end", TokenSigner.Hs256(valid, secret: Encoding.ASCII.GetBytes(publicPem + "\n")) },
            { "public key as secret, DER", TokenSigner.Hs256(valid, secret: publicDer) },
            { "another secret", TokenSigner.Hs256(valid, secret: RandomNumberGenerator.GetBytes(64)) },
            { "empty secret", TokenSigner.Hs256(valid, secret: []) },
            { "another RSA key", TokenSigner.Rs256(valid, key: RSA.Create(2048)) },
            { "RSA signature called ES256", TokenSigner.Rs256(valid, """{"alg":"ES256"}""") },
            { "RSA signature called HS256", TokenSigner.Rs256(valid, """{"alg":"HS256"}""") },
            { "RSA signature called PS256", TokenSigner.Rs256(valid, """{"alg":"PS256"}""") },
            { "RSA signature called RS512", TokenSigner.Rs256(valid, """{"alg":"RS512"}""") },
            { "two algorithms", TokenSigner.Rs256(valid, """{"alg":"none","alg":"RS256"}""") },
            { "unknown critical extension", TokenSigner.Rs256(valid, """{"alg":"RS256","crit":["b64"],"b64":false}""") },
            { "empty critical list", TokenSigner.Rs256(valid, """{"alg":"RS256","crit":[]}""") },
            { "key in the header", TokenSigner.Rs256(valid, $$$"""{"alg":"RS256","jwk":{{{TokenSigner.KeySet(("x", RSA.Create(2048)))}}}}""", RSA.Create(2048)) },
            { "changed claims", parts[0] + "." + TokenSigner.Rs256(TokenSigner.Claims(("role", "admin"))).Split('.')[1] + "." + parts[2] },
            { "no signature", parts[0] + "." + parts[1] + "." },
            { "two parts", parts[0] + "." + parts[1] },
            { "five parts", good + ".a.b" },
            { "header is no JSON", "eyJ." + parts[1] + "." + parts[2] },
            { "signature is no base64", parts[0] + "." + parts[1] + ".!!!" },
            { "expired", TokenSigner.Rs256(TokenSigner.Claims(("exp", TokenSigner.Now - 62))) },
            { "no expiry", TokenSigner.Rs256(TokenSigner.Claims(("exp", null))) },
            { "expiry is a text", TokenSigner.Rs256(TokenSigner.Claims(("exp", "9999999999"))) },
            { "not yet valid", TokenSigner.Rs256(TokenSigner.Claims(("nbf", TokenSigner.Now + 120))) },
            { "wrong audience", TokenSigner.Rs256(TokenSigner.Claims(("aud", "other"))) },
            { "audiences without ours", TokenSigner.Rs256(TokenSigner.Claims(("aud", new[] { "other", "zepto2" }))) },
            { "no audience", TokenSigner.Rs256(TokenSigner.Claims(("aud", null))) },
            { "wrong issuer", TokenSigner.Rs256(TokenSigner.Claims(("iss", "issuer2"))) },
            { "no issuer", TokenSigner.Rs256(TokenSigner.Claims(("iss", null))) },
            { "no subject", TokenSigner.Rs256(TokenSigner.Claims(("sub", null))) },
            { "empty subject", TokenSigner.Rs256(TokenSigner.Claims(("sub", ""))) },
            { "subject with a line end", TokenSigner.Rs256(TokenSigner.Claims(("sub", "a\r\nb"))) },
            { "no role", TokenSigner.Rs256(TokenSigner.Claims(("role", null))) },
            { "unknown role", TokenSigner.Rs256(TokenSigner.Claims(("role", "root"))) },
            { "role in capitals", TokenSigner.Rs256(TokenSigner.Claims(("role", "Admin"))) },
            { "several roles", TokenSigner.Rs256(TokenSigner.Claims(("role", new[] { "admin" }))) },
            { "unknown own role", TokenSigner.Rs256(TokenSigner.Claims(("zepto_role", "root"))) },
            { "two roles in one object", TokenSigner.Rs256(valid[..^1] + ""","role":"admin"}""") },
            { "symbols of another form", TokenSigner.Rs256(TokenSigner.Claims(("symbols", 5))) },
            { "symbols that name nothing", TokenSigner.Rs256(TokenSigner.Claims(("symbols", " , "))) },
            { "no symbols", TokenSigner.Rs256(TokenSigner.Claims(("symbols", Array.Empty<string>()))) },
            { "tables with a number", TokenSigner.Rs256(TokenSigner.Claims(("tables", new object[] { "trades", 1 }))) },
            { "tenant of another form", TokenSigner.Rs256(TokenSigner.Claims(("tenant_id", 1))) },
        };
        return data;
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void Validate_Forgery_IsRefused(string what, string token)
    {
        TokenValidator publicKey = Make(PublicKeys(TokenSigner.Rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.True(Validate(publicKey, token) is null, what);
        TokenValidator both = Make(PublicKeys(TokenSigner.Rsa.ExportSubjectPublicKeyInfoPem()).With(SecretKeys()));
        Assert.True(Validate(both, token) is null, what);
    }

    [Fact]
    public void Validate_Claims_BecomeRestrictions()
    {
        TokenValidator validator = Make(SecretKeys());
        Principal listed = Validate(validator, TokenSigner.Hs256(TokenSigner.Claims(("role", "analyst"), ("symbols", "AAPL, MSFT"), ("tables", new[] { "trades" }))))!;
        Assert.True(listed.Access.LimitsSymbols && listed.Access.LimitsTables);
        Assert.Equal(Permissions.Query, listed.Permissions);
        Assert.False(listed.Access.Reaches("quotes"));
        Assert.Equal(Permissions.None, Validate(validator, TokenSigner.Hs256(TokenSigner.Claims(("role", "analyst"))))!.Permissions);
        Principal bound = Validate(validator, TokenSigner.Hs256(TokenSigner.Claims(("tenant_id", "desk"), ("zepto_role", "writer"), ("role", "something else"))))!;
        Assert.Equal(Role.Writer, bound.Role);
        Assert.True(bound.Access.Reaches("desk_trades"));
        Assert.False(bound.Access.Reaches("trades"));
        Assert.Equal(Permissions.None, Validate(validator, TokenSigner.Hs256(TokenSigner.Claims(("tenant_id", "nobody"))))!.Permissions);
        Assert.NotNull(Validate(validator, TokenSigner.Hs256(TokenSigner.Claims(("aud", new[] { "other", "zepto" }), ("exp", TokenSigner.Now - 30)))));
    }

    [Fact]
    public void Validate_AfterATenantIsGone_FailsClosed()
    {
        TokenValidator validator = Make(SecretKeys());
        string token = TokenSigner.Hs256(TokenSigner.Claims(("tenant_id", "desk")));
        Assert.Equal(Permissions.Query, Validate(validator, token)!.Permissions);
        Assert.True(_tenants.Remove("desk"));
        Assert.Equal(Permissions.None, Validate(validator, token)!.Permissions);
    }

    [Fact]
    public async Task KeySet_RotatedKeys_AreFetchedOnceForEachUnknownOneWithinBounds()
    {
        using RSA first = RSA.Create(2048);
        using RSA second = RSA.Create(2048);
        FakeProvider provider = new() { Answer = TokenSigner.KeySet(("k1", first)) };
        using KeySetSource source = new(_ => Task.FromResult("https://idp.example.com/keys"), new HttpClient(provider), _ => { });
        Assert.Null(await source.Fetch());
        TokenValidator validator = new(SigningKeys.None, source, new TokenRules("issuer", "zepto"), _tenants, _version);
        string old = TokenSigner.Rs256(TokenSigner.Claims(), """{"alg":"RS256","kid":"k1"}""", first);
        string rotated = TokenSigner.Rs256(TokenSigner.Claims(), """{"alg":"RS256","kid":"k2"}""", second);
        Assert.NotNull(Validate(validator, old));

        provider.Answer = TokenSigner.KeySet(("k2", second));
        long version = _version.Current;
        Assert.Null(validator.Validate(Encoding.ASCII.GetBytes(rotated), Hash(rotated), NowMs, out Task? newKeys));
        await Assert.IsType<Task>(newKeys, exactMatch: false);
        Assert.NotNull(Validate(validator, rotated));
        Assert.Null(Validate(validator, old));
        Assert.True(_version.Current > version);

        int before = provider.Requests;
        for (int i = 0; i < 50; i++)
        {
            string unknown = TokenSigner.Rs256(TokenSigner.Claims(), $$"""{"alg":"RS256","kid":"x{{i}}"}""", second);
            validator.Validate(Encoding.ASCII.GetBytes(unknown), Hash(unknown), NowMs, out Task? wait);
            if (wait is not null) await wait;
        }
        Assert.InRange(provider.Requests - before, 1, 6);

        provider.Answer = "{ no JSON";
        Assert.NotNull(await source.Fetch());
        Assert.NotNull(Validate(validator, rotated));
        provider.Answer = """{"keys":[{"kty":"oct","k":"AAAA"}]}""";
        Assert.NotNull(await source.Fetch());
        Assert.NotNull(Validate(validator, rotated));
    }

    [Theory]
    [InlineData("https://idp.example.com/keys", true)]
    [InlineData("http://127.0.0.1:9/keys", true)]
    [InlineData("http://localhost/keys", true)]
    [InlineData("http://idp.example.com/keys", false)]
    [InlineData("http://127.0.0.1.example.com/keys", false)]
    [InlineData("https://user:password@idp.example.com/keys", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("ftp://localhost/keys", false)]
    [InlineData("keys", false)]
    public void KeySetUrl_IsHttpsOrOfThisMachine(string url, bool isAcceptable) => Assert.Equal(isAcceptable, KeySetSource.IsAcceptable(url));

    [Fact]
    public void KeyFiles_ThatAreTooWeakOrNoKeys_AreRefused()
    {
        Assert.Throws<InvalidDataException>(() => SigningKeys.FromSecretFile(FileOf("only 31 bytes, which is too few\n")));
        Assert.Throws<InvalidDataException>(() => SigningKeys.FromPublicKeyFile(FileOf("no key")));
        Assert.Throws<InvalidDataException>(() => PublicKeys(RSA.Create(1024).ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<InvalidDataException>(() => PublicKeys(ECDsa.Create(ECCurve.NamedCurves.nistP384).ExportSubjectPublicKeyInfoPem()));
    }

    private static long NowMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static TokenHash Hash(string token) => TokenHash.Of(Encoding.ASCII.GetBytes(token));

    private static Principal? Validate(TokenValidator validator, string token) => validator.Validate(Encoding.ASCII.GetBytes(token), Hash(token), NowMs, out _);

    private TokenValidator Make(SigningKeys keys) => new(keys, null, new TokenRules("issuer", "zepto"), _tenants, _version);

    private SigningKeys SecretKeys() => SigningKeys.FromSecretFile(FileOf(Encoding.ASCII.GetString(TokenSigner.Secret) + "\n"));

    private SigningKeys PublicKeys(string pem) => SigningKeys.FromPublicKeyFile(FileOf(pem));

    private string FileOf(string text)
    {
        string path = Path.Combine(_directory, Guid.NewGuid().ToString());
        File.WriteAllText(path, text);
        return path;
    }

    private sealed class FakeProvider : HttpMessageHandler
    {
        private int _requests;

        public string Answer { get; set; } = "";

        public int Requests => Volatile.Read(ref _requests);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Answer) });
        }
    }
}
