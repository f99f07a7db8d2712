using Zepto.Login.Tests.Provider;
using Zepto.Server.Tests.Hosting;
using Zepto.Server.Tests.Identity;

namespace Zepto.Login.Tests;

/// <summary>Logins at a real provider that must fail, and leave no session behind.</summary>
public sealed class RefusedLoginTests(LoginSite site) : IClassFixture<LoginSite>, IDisposable
{
    private readonly Browser _browser = site.OpenBrowser();

    public void Dispose() => _browser.Dispose();

    [Fact]
    public void ReplayedCallback_IsRefused()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        var callback = _browser.BeginLogin("ann");
        Assert.Equal(302, _browser.Finish(callback).Status);
        SecuredServer.AssertUnauthorized(_browser.Finish(callback));
        Assert.Equal(200, _browser.Send("GET", "/auth/me").Status);
    }

    [Fact]
    public void UsedCode_OfAnotherLogin_IsRefusedByTheProvider()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        var first = _browser.BeginLogin("ann");
        Assert.Equal(302, _browser.Finish(first).Status);
        using var another = site.OpenBrowser();
        var second = another.BeginLogin("ann");
        AssertFailed(another.Finish(Browser.WithField(second, "code", Browser.Field(first, "code"))), another);
        // A code that comes twice may be stolen: the provider has taken back what it gave for it.
        SecuredServer.AssertUnauthorized(_browser.Send("POST", "/auth/refresh", ""));
    }

    [Fact]
    public void State_OfAnotherBrowser_IsRefused()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        using var attacker = site.OpenBrowser();
        var callback = attacker.BeginLogin("ann");
        // With no login begun, and with one of its own.
        AssertRefused(_browser.Finish(callback), _browser);
        callback = attacker.BeginLogin("ann");
        _browser.BeginLogin("ann");
        AssertRefused(_browser.Finish(callback), _browser);
        AssertRefused(attacker.Finish(callback), attacker);
    }

    [Fact]
    public void FirstOfTwoLogins_IsRefused()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        var first = _browser.BeginLogin("ann");
        var second = _browser.BeginLogin("ann");
        AssertRefused(_browser.Finish(first), _browser);
        Assert.Equal(302, _browser.Finish(second).Status);
    }

    [Fact]
    public void Code_OfAnotherBrowsersLogin_FailsItsProofKey()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        using var victim = site.OpenBrowser();
        var stolen = Browser.Field(victim.BeginLogin("ann"), "code");
        AssertFailed(_browser.Finish(Browser.WithField(_browser.BeginLogin("ann"), "code", stolen)), _browser);
    }

    [Fact]
    public void Code_OfAnotherClient_IsRefusedByTheProvider()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        var own = _browser.BeginLogin("ann");
        var other = _browser.Follow(Browser.WithField(_browser.Visited[1], "client_id", OpenIdProvider.OtherClientId), "ann");
        AssertFailed(_browser.Finish(Browser.WithField(own, "code", Browser.Field(other, "code"))), _browser);
    }

    [Fact]
    public void IdentityToken_ForAnotherClient_IsRefused()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        var callback = _browser.BeginLogin("ann");
        site.Provider.Audience = OpenIdProvider.OtherClientId;
        try
        {
            AssertRefused(_browser.Finish(callback), _browser);
        }
        finally
        {
            site.Provider.Audience = null;
        }
    }

    [Fact]
    public void LateCode_IsRefusedByTheProvider()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        var callback = _browser.BeginLogin("ann");
        site.Provider.Time.Ahead = TimeSpan.FromHours(1);
        try
        {
            AssertFailed(_browser.Finish(callback), _browser);
        }
        finally
        {
            site.Provider.Time.Ahead = TimeSpan.Zero;
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("root")]
    public void User_WithoutARoleOfThisServer_IsRefused(string? role)
    {
        site.Provider.Users["guest"] = new ProviderUser(role);
        AssertRefused(_browser.LogIn("guest"), _browser);
    }

    [Fact]
    public void User_WhomTheProviderRefuses_IsRefused()
    {
        var callback = _browser.BeginLogin("stranger");
        Assert.Equal("access_denied", Browser.Field(callback, "error"));
        AssertRefused(_browser.Finish(callback), _browser);
        AssertLogged(site.Server, "the provider refused a login: access_denied");
    }

    [Fact]
    public void WrongClientSecret_FailsTheLogin()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        using var server = site.StartServer("the secret of somebody else");
        using var browser = new Browser(server.Process.Address);
        AssertFailed(browser.LogIn("ann"), browser);
        AssertLogged(server, "the provider answered 401 to a token request");
        Assert.DoesNotContain("the secret of somebody else", server.Process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void UnreachableProvider_FailsTheLoginUntilItIsBack()
    {
        site.Provider.Users["ann"] = new ProviderUser("reader");
        site.Provider.IsDown = true;
        try
        {
            using var server = site.StartServer(OpenIdProvider.ClientSecret);
            using var browser = new Browser(server.Process.Address);
            var answer = browser.Send("GET", "/auth/login");
            Assert.Equal((502, """{"error": "The identity provider cannot be used, see the server log"}"""), (answer.Status, answer.Body));
            Assert.Equal(200, browser.Send("GET", "/ready").Status);
            Assert.Equal(200, server.Send("GET", "/whoami", server.AdminKey).Status);

            site.Provider.IsDown = false;
            var callback = browser.BeginLogin("ann");
            site.Provider.IsDown = true;
            AssertFailed(browser.Finish(callback), browser);

            site.Provider.IsDown = false;
            Assert.Equal(302, browser.LogIn("ann").Status);
            site.Provider.IsDown = true;
            SecuredServer.AssertUnauthorized(browser.Send("POST", "/auth/refresh", ""));
            site.Provider.IsDown = false;
            Assert.Equal(200, browser.Send("POST", "/auth/refresh", "").Status);
        }
        finally
        {
            site.Provider.IsDown = false;
        }
    }

    // The server says no.
    private static void AssertRefused(Answer answer, Browser browser)
    {
        SecuredServer.AssertUnauthorized(answer);
        AssertNoSession(browser);
    }

    // The provider says no to the server.
    private static void AssertFailed(Answer answer, Browser browser)
    {
        Assert.Equal((502, """{"error": "The token exchange failed, see the server log"}"""), (answer.Status, answer.Body));
        AssertNoSession(browser);
    }

    // A line gets here some time after the answer.
    private static void AssertLogged(SecuredServer server, string text) =>
        Assert.True(SpinWait.SpinUntil(() => server.Process.Errors.Contains(text, StringComparison.Ordinal), TimeSpan.FromMinutes(1)), server.Process.Errors);

    private static void AssertNoSession(Browser browser)
    {
        Assert.Null(browser.SessionCookie);
        SecuredServer.AssertUnauthorized(browser.Send("GET", "/auth/me"));
    }
}
