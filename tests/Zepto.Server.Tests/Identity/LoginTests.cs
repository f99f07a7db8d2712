using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Identity;

/// <summary>Logins at an OpenID provider, by a browser that a test plays.</summary>
public sealed class LoginTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeProvider _provider = new();
    private readonly SecuredServer _server;

    public LoginTests()
    {
        File.WriteAllText(_directory["client-secret"], "provider secret\n");
        _server = new SecuredServer(
            "--oidc-issuer", _provider.Issuer, "--oidc-client-id", "client", "--oidc-client-secret-file", _directory["client-secret"],
            "--oidc-redirect-uri", "http://127.0.0.1:8123/auth/callback");
    }

    public void Dispose()
    {
        _server.Dispose();
        _provider.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Login_GivesASessionThatCanBeRefreshed()
    {
        var (url, browser) = Begin();
        var answer = Return(url, _provider.Authorize(url), browser);
        Assert.Equal((302, "/query"), (answer.Status, answer.Fields["Location"]));
        var cookie = answer.Fields["Set-Cookie"].Split(';')[0];
        Assert.Equal("""{"subject":"user@example.com","role":"writer","source":"sso:127.0.0.1"}""", Me(cookie).Body);
        Assert.Equal("""{"refreshed":true,"expires_in":600}""", _server.Send("POST", "/auth/refresh", null, "", ("Cookie", cookie)).Body);
        _provider.Role = "reader";
        Assert.Equal(200, _server.Send("POST", "/auth/refresh", null, "", ("Cookie", cookie)).Status);
        Assert.Contains("\"reader\"", Me(cookie).Body, StringComparison.Ordinal);
        _provider.Subject = "somebody else";
        SecuredServer.AssertUnauthorized(_server.Send("POST", "/auth/refresh", null, "", ("Cookie", cookie)));
        SecuredServer.AssertUnauthorized(_server.Send("POST", "/auth/refresh", _server.AdminKey, ""));
        _server.Send("POST", "/auth/logout", null, "", ("Cookie", cookie));
        SecuredServer.AssertUnauthorized(Me(cookie));
        Assert.Contains("\"refreshed\":true", _server.Send("POST", "/admin/auth/reload", _server.AdminKey, "").Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Callback_IsBoundToStateBrowserAndNonce()
    {
        var (url, browser) = Begin();
        var state = FakeProvider.Fields(url.Query[1..])["state"];
        var code = _provider.Authorize(url);
        SecuredServer.AssertUnauthorized(_server.Send("GET", $"/auth/callback?code={code}", null, null, ("Cookie", browser)));
        SecuredServer.AssertUnauthorized(_server.Send("GET", $"/auth/callback?code={code}&state={new string('0', 64)}", null, null, ("Cookie", browser)));
        // Another browser has no cookie, or one of its own; its try uses the state up.
        SecuredServer.AssertUnauthorized(_server.Send("GET", $"/auth/callback?code={code}&state={state}", null, null, ("Cookie", Begin().Browser)));
        SecuredServer.AssertUnauthorized(Return(url, code, browser));

        (url, browser) = Begin();
        SecuredServer.AssertUnauthorized(_server.Send("GET", $"/auth/callback?code=x&state={FakeProvider.Fields(url.Query[1..])["state"]}", null));

        (url, browser) = Begin();
        SecuredServer.AssertUnauthorized(Return(url, _provider.Authorize(url, nonce: "of another login"), browser));

        (url, browser) = Begin();
        Assert.Equal(502, Return(url, "no code of the provider", browser).Status);

        // Once only.
        (url, browser) = Begin();
        code = _provider.Authorize(url);
        Assert.Equal(302, Return(url, code, browser).Status);
        SecuredServer.AssertUnauthorized(Return(url, code, browser));

        _provider.Role = "root";
        (url, browser) = Begin();
        SecuredServer.AssertUnauthorized(Return(url, _provider.Authorize(url), browser));
    }

    [Fact]
    public void Login_WithoutAProvider_Is503()
    {
        using var server = new SecuredServer();
        Assert.Equal(503, server.Send("GET", "/auth/login", null).Status);
        Assert.Equal(503, server.Send("GET", "/auth/callback?code=x&state=y", null).Status);
        SecuredServer.AssertUnauthorized(server.Send("POST", "/auth/refresh", server.AdminKey, ""));
    }

    private (Uri Url, string Browser) Begin()
    {
        var answer = _server.Send("GET", "/auth/login", null);
        Assert.True(answer.Status == 302, answer.Body + _server.Process.Errors);
        Assert.Contains("HttpOnly; SameSite=Lax", answer.Fields["Set-Cookie"], StringComparison.Ordinal);
        return (new Uri(answer.Fields["Location"]), answer.Fields["Set-Cookie"].Split(';')[0]);
    }

    private Answer Return(Uri url, string code, string browser) =>
        _server.Send("GET", $"/auth/callback?code={Uri.EscapeDataString(code)}&state={FakeProvider.Fields(url.Query[1..])["state"]}", null, null, ("Cookie", browser));

    private Answer Me(string cookie) => _server.Send("GET", "/auth/me", null, null, ("Cookie", cookie));
}
