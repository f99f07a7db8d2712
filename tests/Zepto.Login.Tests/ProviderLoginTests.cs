using Zepto.Login.Tests.Provider;
using Zepto.Server.Tests.Identity;

namespace Zepto.Login.Tests;

/// <summary>Logins at a real provider that succeed: what the session may do, what refreshing changes, and new signing keys.</summary>
public sealed class ProviderLoginTests(LoginSite site) : IClassFixture<LoginSite>, IDisposable
{
    private readonly Browser _browser = site.OpenBrowser();

    public void Dispose() => _browser.Dispose();

    [Fact]
    public void Login_OfAReaderWithASymbol_GivesASessionUntilLogout()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader", ["AAPL"]);
        var callback = _browser.BeginLogin("ann");
        Assert.Equal(["/auth/login", "/authorize", "/sign-in", "/authorize"], _browser.Visited.Select(url => url.AbsolutePath));
        var asked = _browser.Visited[1];
        Assert.Equal(("code", "S256", OpenIdProvider.RedirectUri), (Browser.Field(asked, "response_type"), Browser.Field(asked, "code_challenge_method"), Browser.Field(asked, "redirect_uri")));
        Assert.Equal("openid profile email offline_access", Browser.Field(asked, "scope"));
        Assert.Equal(Browser.Field(asked, "state"), Browser.Field(callback, "state"));
        Assert.All(["state", "nonce", "code_challenge"], name => Assert.True(Browser.Field(asked, name)?.Length >= 43, name));

        var answer = _browser.Finish(callback);
        Assert.Equal((302, "/query"), (answer.Status, answer.Fields["Location"]));
        Assert.Matches("^zepto_sid=[0-9a-f]{64}; Path=/; Max-Age=[0-9]+; HttpOnly; SameSite=Lax(, zepto_login=;|$)", answer.Fields["Set-Cookie"]);
        Assert.Equal("""{"subject":"ann","role":"reader","source":"sso:127.0.0.1"}""", _browser.Send("GET", "/auth/me").Body);
        Assert.Equal("""{"subject":"ann","role":"reader"}""", _browser.Send("GET", "/whoami").Body);
        // A session makes no other session.
        SecuredServer.AssertUnauthorized(_browser.Send("POST", "/auth/session", ""));

        Assert.Contains("[[\"AAPL\",1]]", _browser.Send("POST", "/", "SELECT symbol, price FROM trades").Body, StringComparison.Ordinal);
        Assert.Contains("[[0]]", _browser.Send("POST", "/", "SELECT count(*) FROM trades WHERE symbol = 'MSFT'").Body, StringComparison.Ordinal);
        SecuredServer.AssertForbidden(_browser.Send("POST", "/", "INSERT INTO trades (symbol, price, volume) VALUES ('AAPL', 1, 1)"));
        SecuredServer.AssertForbidden(_browser.Send("GET", "/admin/keys"));

        var cookie = _browser.SessionCookie!;
        Assert.Equal("{\"ok\": true}", _browser.Send("POST", "/auth/logout", "").Body);
        Assert.Null(_browser.SessionCookie);
        SecuredServer.AssertUnauthorized(_browser.Send("GET", "/auth/me"));
        SecuredServer.AssertUnauthorized(site.Server.Send("GET", "/auth/me", null, null, ("Cookie", cookie)));
        SecuredServer.AssertUnauthorized(site.Server.Send("POST", "/auth/refresh", null, "", ("Cookie", cookie)));

        // The provider still knows the user, so the next login asks nothing.
        Assert.Equal(302, _browser.LogIn("nobody is asked").Status);
        Assert.Equal(["/auth/login", "/authorize"], _browser.Visited.Select(url => url.AbsolutePath));
        Assert.NotEqual(cookie, _browser.SessionCookie);
        Assert.Contains("\"ann\"", _browser.Send("GET", "/auth/me").Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Login_OfATenant_ReachesItsNamespaceOnly()
    {
        const string tenant = """{"tenant_id":"desk","name":"Desk","table_namespace":"desk_"}""";
        Assert.Equal(200, site.Server.Send("POST", "/admin/tenants", site.Server.AdminKey, tenant).Status);
        site.Server.Run(site.Server.AdminKey, "CREATE TABLE IF NOT EXISTS desk_notes (timestamp TIMESTAMP_NS, size INT64)");
        site.Provider.Users["ted"] = new ProviderUser("writer", [], "desk");
        Assert.Equal(302, _browser.LogIn("ted").Status);
        Assert.Contains("\"rows\":1", _browser.Send("POST", "/", "SELECT count(*) FROM desk_notes").Body, StringComparison.Ordinal);
        SecuredServer.AssertForbidden(_browser.Send("POST", "/", "SELECT count(*) FROM trades"));

        site.Provider.Users["ted"] = new ProviderUser("writer", [], "no such tenant");
        Assert.Equal(200, _browser.Send("POST", "/auth/refresh", "").Status);
        SecuredServer.AssertForbidden(_browser.Send("POST", "/", "SELECT count(*) FROM desk_notes"));
    }

    [Fact]
    public void Refresh_TakesTheClaimsOfNow()
    {
        site.Provider.Users["sue"] = new ProviderUser("writer", ["AAPL", "MSFT"]);
        Assert.Equal(302, _browser.LogIn("sue").Status);
        Assert.Contains("[[3]]", _browser.Send("POST", "/", "SELECT count(*) FROM trades").Body, StringComparison.Ordinal);
        Assert.Matches("""^\{"refreshed":true,"expires_in":3(600|59[0-9])\}$""", _browser.Send("POST", "/auth/refresh", "").Body);
        site.Provider.Users["sue"] = new ProviderUser("reader", ["MSFT"]);
        Assert.Equal(200, _browser.Send("POST", "/auth/refresh", "").Status);
        Assert.Contains("\"reader\"", _browser.Send("GET", "/auth/me").Body, StringComparison.Ordinal);
        Assert.Contains("[[2]]", _browser.Send("POST", "/", "SELECT count(*) FROM trades").Body, StringComparison.Ordinal);

        Assert.True(site.Provider.Users.TryRemove("sue", out _));
        SecuredServer.AssertUnauthorized(_browser.Send("POST", "/auth/refresh", ""));
    }

    [Fact]
    public void Login_AtAFrugalProvider_WorksWithoutRefreshing()
    {
        using var frugal = new LoginSite(new OpenIdProvider(isFrugal: true));
        frugal.Provider.Users["ann"] = new ProviderUser("reader");
        using var browser = frugal.OpenBrowser();
        Assert.Equal(302, browser.LogIn("ann").Status);
        Assert.Equal("openid", Browser.Field(browser.Visited[1], "scope"));
        Assert.Equal(200, browser.Send("GET", "/auth/me").Status);
        SecuredServer.AssertUnauthorized(browser.Send("POST", "/auth/refresh", ""));
        Assert.Equal(200, browser.Send("GET", "/auth/me").Status);
    }

    [Fact]
    public void Login_OfAPublicClient_NeedsNoSecret()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        using var server = site.StartServer(secret: null);
        using var browser = new Browser(server.Process.Address);
        Assert.Equal(302, browser.LogIn("ann").Status);
        Assert.Equal(200, browser.Send("POST", "/auth/refresh", "").Status);
    }

    [Fact]
    public void RotatedSigningKey_IsFetchedForTheNextLogin()
    {
        site.Provider.Users["ray"] = new ProviderUser("reader");
        Assert.Equal(302, _browser.LogIn("ray").Status);
        site.Provider.RotateKey();
        using var another = site.OpenBrowser();
        Assert.Equal(302, another.LogIn("ray").Status);
        Assert.Equal(200, another.Send("GET", "/auth/me").Status);
        // The first session does not depend on the key that it was made with.
        Assert.Equal(200, _browser.Send("GET", "/auth/me").Status);
    }
}
