using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Endpoints;

/// <summary>Every request of the HTTP reference has a handler: it may be refused, but not because its path or method is unknown.</summary>
public sealed class ReferenceEndpointTests
{
    [Theory]
    [InlineData("POST", "/")]
    [InlineData("GET", "/")]
    [InlineData("GET", "/ping")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/ready")]
    [InlineData("GET", "/whoami")]
    [InlineData("GET", "/stats")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/admin/keys")]
    [InlineData("POST", "/admin/keys")]
    [InlineData("PATCH", "/admin/keys/ak_7f3k8a2b")]
    [InlineData("DELETE", "/admin/keys/ak_7f3k8a2b")]
    [InlineData("GET", "/admin/queries")]
    [InlineData("DELETE", "/admin/queries/q_a1b2c3")]
    [InlineData("GET", "/admin/audit")]
    [InlineData("GET", "/admin/sessions")]
    [InlineData("GET", "/admin/version")]
    [InlineData("GET", "/admin/nodes")]
    [InlineData("POST", "/admin/nodes")]
    [InlineData("DELETE", "/admin/nodes/4")]
    [InlineData("GET", "/admin/cluster")]
    [InlineData("GET", "/admin/metrics/history")]
    [InlineData("GET", "/admin/rebalance/status")]
    [InlineData("POST", "/admin/rebalance/start")]
    [InlineData("POST", "/admin/rebalance/pause")]
    [InlineData("POST", "/admin/rebalance/resume")]
    [InlineData("POST", "/admin/rebalance/cancel")]
    [InlineData("GET", "/admin/rebalance/history")]
    [InlineData("POST", "/admin/auth/reload")]
    [InlineData("GET", "/admin/tenants")]
    [InlineData("POST", "/admin/tenants")]
    [InlineData("DELETE", "/admin/tenants/desk_1")]
    [InlineData("GET", "/auth/login")]
    [InlineData("GET", "/auth/callback")]
    [InlineData("POST", "/auth/session")]
    [InlineData("POST", "/auth/logout")]
    [InlineData("POST", "/auth/refresh")]
    [InlineData("GET", "/auth/me")]
    public void Request_OfTheReference_HasAHandler(string method, string target)
    {
        using TestServer server = new();
        using TestClient client = server.Connect();
        TestResponse response = client.Ask($"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        Assert.NotEqual(405, response.Status);
        Assert.NotEqual(501, response.Status);
        Assert.NotEqual("{\"error\": \"Not found\"}", response.Body);
    }
}
