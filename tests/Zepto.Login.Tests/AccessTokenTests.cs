using System.Text.Json;
using Zepto.Login.Tests.Provider;
using Zepto.Server.Tests.Identity;

namespace Zepto.Login.Tests;

/// <summary>Access tokens of a real provider as bearer tokens, checked with the keys of its key set.</summary>
public sealed class AccessTokenTests(LoginSite site) : IClassFixture<LoginSite>
{
    [Fact]
    public void AccessToken_OfAProgram_IsAccepted()
    {
        site.Provider.Users[OpenIdProvider.FeedId] = new ProviderUser("writer", ["AAPL"]);
        var token = TokenOf(OpenIdProvider.FeedId);
        Assert.Equal("""{"subject":"feed","role":"writer","source":"jwt"}""", site.Server.Send("GET", "/auth/me", token).Body);
        Assert.Contains("[[\"AAPL\",1]]", site.Server.Run(token, "SELECT symbol, price FROM trades"), StringComparison.Ordinal);
        SecuredServer.AssertForbidden(site.Server.Send("POST", "/", token, "INSERT INTO trades (symbol, price, volume) VALUES ('MSFT', 1, 1)"));
        SecuredServer.AssertForbidden(site.Server.Send("GET", "/admin/keys", token));
    }

    [Fact]
    public void AccessToken_ForAnotherService_IsRefused()
    {
        site.Provider.Users[OpenIdProvider.OtherFeedId] = new ProviderUser("admin");
        SecuredServer.AssertUnauthorized(site.Server.Send("GET", "/auth/me", TokenOf(OpenIdProvider.OtherFeedId)));
    }

    [Fact]
    public void AccessToken_OfAReplacedKey_IsRefusedOnceTheNewOneIsKnown()
    {
        site.Provider.Users[OpenIdProvider.FeedId] = new ProviderUser("writer");
        var old = TokenOf(OpenIdProvider.FeedId);
        Assert.Equal(200, site.Server.Send("GET", "/whoami", old).Status);
        site.Provider.RotateKey();
        Assert.Equal(200, site.Server.Send("GET", "/whoami", TokenOf(OpenIdProvider.FeedId)).Status);
        SecuredServer.AssertUnauthorized(site.Server.Send("GET", "/whoami", old));
    }

    private string TokenOf(string program)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("grant_type", "client_credentials"), KeyValuePair.Create("client_id", program), KeyValuePair.Create("client_secret", OpenIdProvider.ClientSecret),
        ]);
        using var request = new HttpRequestMessage(HttpMethod.Post, site.Provider.Issuer.TrimEnd('/') + ProviderEndpoints.TokenPath) { Content = form };
        using var response = http.Send(request);
        using var answer = JsonDocument.Parse(response.Content.ReadAsStream());
        Assert.True(response.IsSuccessStatusCode, answer.RootElement.GetRawText());
        return answer.RootElement.GetProperty("access_token").GetString()!;
    }
}
