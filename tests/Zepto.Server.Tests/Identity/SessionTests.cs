using System.Text.Json;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Identity;

/// <summary>Session cookies, tokens, tenants and rate limits on a real server.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly SecuredServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Session_StandsForTheKeyUntilLogout()
    {
        var key = _server.CreateKey("""{"name":"k","role":"writer"}""");
        var id = _server.IdOf("k");
        var login = _server.Send("POST", "/auth/session", key);
        Assert.Equal($$"""{"session":true,"role":"writer","subject":"{{id}}"}""", login.Body);
        Assert.Matches("^zepto_sid=[0-9a-f]{64}; Path=/; Max-Age=[0-9]+; HttpOnly; SameSite=Lax$", login.Fields["Set-Cookie"]);
        var cookie = CookieOf(login);
        Assert.Equal($$"""{"subject":"{{id}}","role":"writer","source":"api_key"}""", _server.Send("GET", "/auth/me", null, null, ("Cookie", "theme=dark; " + cookie)).Body);
        Assert.Equal(200, _server.Send("POST", "/", null, "SELECT 1", ("Cookie", cookie)).Status);

        // A session makes no other session, or its life would have no end.
        SecuredServer.AssertUnauthorized(_server.Send("POST", "/auth/session", null, "", ("Cookie", cookie)));
        var logout = _server.Send("POST", "/auth/logout", null, "", ("Cookie", cookie));
        Assert.Equal("{\"ok\": true}", logout.Body);
        Assert.StartsWith("zepto_sid=; Path=/; Max-Age=0;", logout.Fields["Set-Cookie"], StringComparison.Ordinal);
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/auth/me", null, null, ("Cookie", cookie)));
        Assert.Equal(200, _server.Send("POST", "/auth/logout", null, "", ("Cookie", cookie)).Status);
    }

    [Fact]
    public void Session_UsedOnAnOpenConnection_EndsThereToo()
    {
        var cookie = CookieOf(_server.Send("POST", "/auth/session", _server.AdminKey));
        using var handler = new SocketsHttpHandler { UseCookies = false };
        using var http = new HttpClient(handler) { BaseAddress = _server.Process.Address };
        http.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal(200, Status());
        _server.Send("POST", "/auth/logout", null, "", ("Cookie", cookie));
        Assert.Equal(401, Status());

        int Status()
        {
            using var response = http.Send(new HttpRequestMessage(HttpMethod.Get, "/whoami"));
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public void Fixation_OfASession_DoesNotWork()
    {
        var chosen = "zepto_sid=" + new string('a', 64);
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami", null, null, ("Cookie", chosen)));
        var login = _server.Send("POST", "/auth/session", _server.AdminKey, "", ("Cookie", chosen));
        Assert.NotEqual(chosen, CookieOf(login));
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami", null, null, ("Cookie", chosen)));
        // Two of them: one may have been planted.
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami", null, null, ("Cookie", $"{chosen}; {CookieOf(login)}")));
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami", null, null, ("Cookie", $"{CookieOf(login)}; {chosen}")));
    }

    [Fact]
    public void Session_EndsWithItsKey()
    {
        var cookie = CookieOf(_server.Send("POST", "/auth/session", _server.CreateKey("""{"name":"k"}""")));
        Assert.Equal(200, _server.Send("GET", "/whoami", null, null, ("Cookie", cookie)).Status);
        _server.Send("PATCH", $"/admin/keys/{_server.IdOf("k")}", _server.AdminKey, """{"enabled":false}""");
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami", null, null, ("Cookie", cookie)));
    }

    [Fact]
    public void Posts_OfOtherOrigins_AreRefusedForCookiesOnly()
    {
        var cookie = CookieOf(_server.Send("POST", "/auth/session", _server.AdminKey));
        var own = _server.Process.Address.GetLeftPart(UriPartial.Authority);
        foreach (var origin in new[] { "https://evil.example.com", "null", $"http://127.0.0.1:{_server.Process.Address.Port + 1}" })
        {
            SecuredServer.AssertForbidden(_server.Send("POST", "/", null, "SELECT 1", ("Cookie", cookie), ("Origin", origin)));
            Assert.Equal(200, _server.Send("POST", "/", _server.AdminKey, "SELECT 1", ("Origin", origin)).Status);
        }

        Assert.Equal(200, _server.Send("POST", "/", null, "SELECT 1", ("Cookie", cookie), ("Origin", own)).Status);
    }

    [Fact]
    public void Token_IsAcceptedAndForgeriesAreNot()
    {
        var valid = Token("""{"alg":"HS256"}""", Claims("writer"));
        Assert.Equal("""{"subject":"user@example.com","role":"writer","source":"jwt"}""", _server.Send("GET", "/auth/me", valid).Body);
        Assert.Equal(200, _server.Send("GET", $"/whoami?password={valid}", null).Status);
        var session = _server.Send("POST", "/auth/session", valid);
        Assert.Equal(200, _server.Send("GET", "/whoami", null, null, ("Cookie", CookieOf(session))).Status);
        SecuredServer.AssertForbidden(_server.Send("GET", "/admin/keys", valid));
        SecuredServer.AssertForbidden(_server.Send("POST", "/", Token("""{"alg":"HS256"}""", Claims("reader", ",\"tables\":[\"quotes\"]")), "SELECT * FROM trades"));
        foreach (var forged in new[]
        {
            Token("""{"alg":"none"}""", Claims("admin")), Token("""{"alg":"none"}""", Claims("admin"))[..^43], Token("""{"alg":"RS256"}""", Claims("admin")),
            Token("""{"alg":"HS256","crit":["x"]}""", Claims("admin")), Token("""{"alg":"HS256"}""", Claims("root")), valid[..^2] + "AA",
            Token("""{"alg":"HS256"}""", Claims("admin").Replace("zepto", "other", StringComparison.Ordinal)),
            Token("""{"alg":"HS256"}""", Claims("admin").Replace("\"exp\"", "\"xp\"", StringComparison.Ordinal)),
        })
            SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami", forged));
        Assert.Equal(502, _server.Send("POST", "/admin/auth/reload", _server.AdminKey, "").Status);
    }

    [Fact]
    public void Tenant_BoundKeys_StayInTheirNamespaceAndQuota()
    {
        _server.Run(_server.AdminKey, "CREATE TABLE desk_trades (symbol SYMBOL, price INT64)");
        Assert.Equal(200, _server.Send("POST", "/admin/tenants", _server.AdminKey, """{"tenant_id":"desk","table_namespace":"desk_","max_queries_per_minute":4}""").Status);
        var key = _server.CreateKey("""{"name":"k","role":"admin","tenant_id":"desk"}""");
        Assert.Contains("[[0]]", _server.Run(key, "SELECT count(*) FROM desk_trades"), StringComparison.Ordinal);
        Assert.Contains("[[\"desk_trades\"]]", _server.Run(key, "SHOW TABLES"), StringComparison.Ordinal);
        SecuredServer.AssertForbidden(_server.Send("POST", "/", key, "SELECT count(*) FROM trades"));
        SecuredServer.AssertForbidden(_server.Send("POST", "/", key, "CREATE TABLE other (a INT64)"));
        var over = _server.Send("POST", "/", key, "SELECT 1");
        Assert.Equal(429, over.Status);
        Assert.True(over.Fields.ContainsKey("Retry-After"));
        Assert.Equal(200, _server.Send("DELETE", "/admin/tenants/desk", _server.AdminKey).Status);
        SecuredServer.AssertForbidden(_server.Send("POST", "/", key, "SELECT count(*) FROM desk_trades"));
        SecuredServer.AssertForbidden(_server.Send("GET", "/admin/keys", key));
        Assert.Equal(404, _server.Send("DELETE", "/admin/tenants/desk", _server.AdminKey).Status);
    }

    [Fact]
    public void RateLimits_ChargeTheAddressBeforeCredentials()
    {
        using var server = new SecuredServer("--rate-limit-ip", "1:3");
        for (var i = 0; i < 3; i++)
            SecuredServer.AssertUnauthorized(server.Send("GET", "/whoami", "guess"));
        var refused = server.Send("GET", "/whoami", server.AdminKey);
        Assert.Equal((403, "{\"error\": \"Rate limit exceeded\"}"), (refused.Status, refused.Body));
        Assert.Equal("60", refused.Fields["Retry-After"]);
        Assert.Equal(200, server.Send("GET", "/ping", null).Status);
    }

    [Fact]
    public void RateLimits_OfIdentities_AreApart()
    {
        using var server = new SecuredServer("--rate-limit", "1:3");
        var other = server.CreateKey("""{"name":"k"}""");
        Assert.Equal(200, server.Send("GET", "/whoami", server.AdminKey).Status);
        Assert.Equal(200, server.Send("GET", "/whoami", server.AdminKey).Status);
        var refused = server.Send("GET", "/whoami", server.AdminKey);
        Assert.Equal((403, "{\"error\": \"Rate limit exceeded\"}"), (refused.Status, refused.Body));
        Assert.Equal(200, server.Send("GET", "/whoami", other).Status);
    }

    [Fact]
    public void SymbolList_FiltersRowsOverHttp()
    {
        _server.Run(_server.AdminKey, "INSERT INTO trades (symbol, price, volume) VALUES ('AAPL', 1, 1), ('MSFT', 2, 2), ('MSFT', 3, 3)");
        var key = _server.CreateKey("""{"name":"k","role":"writer","symbols":["AAPL"]}""");
        Assert.Contains("[[\"AAPL\",1]]", _server.Run(key, "SELECT symbol, price FROM trades"), StringComparison.Ordinal);
        Assert.Contains("[[1]]", _server.Run(key, "SELECT count(*) FROM trades"), StringComparison.Ordinal);
        Assert.Contains("[[3]]", _server.Run(_server.AdminKey, "SELECT count(*) FROM trades"), StringComparison.Ordinal);
        SecuredServer.AssertForbidden(_server.Send("POST", "/", key, "INSERT INTO trades (symbol, price, volume) VALUES ('MSFT', 1, 1)"));
    }

    private static string CookieOf(Answer login) => login.Fields["Set-Cookie"].Split(';')[0];

    private static string Claims(string role, string more = "") =>
        $$"""{"sub":"user@example.com","role":"{{role}}","aud":"zepto","exp":{{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600}}{{more}}}""";

    private static string Token(string header, string claims)
    {
        var signed = Part(header) + "." + Part(claims);
        var signature = System.Security.Cryptography.HMACSHA256.HashData("a secret of more than 32 bytes for HS256 only"u8, System.Text.Encoding.ASCII.GetBytes(signed));
        return signed + "." + System.Buffers.Text.Base64Url.EncodeToString(signature);
    }

    private static string Part(string json) => System.Buffers.Text.Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(JsonDocument.Parse(json)));
}
