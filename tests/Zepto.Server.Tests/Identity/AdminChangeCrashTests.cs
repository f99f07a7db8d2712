using System.Text.Json;

namespace Zepto.Server.Tests.Identity;

/// <summary>Each change of keys and tenants is on disk before it is answered: the server is killed right after every answer and must know it again.</summary>
public sealed class AdminChangeCrashTests : IDisposable
{
    private readonly SecuredServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Changes_SurviveAKillAfterEachAnswer()
    {
        var secret = _server.CreateKey("""{"name":"k","role":"reader","symbols":["AAPL"],"tables":["trades"],"expires_at_ns":1943465600000000000}""");
        _server.KillAndRestart();
        Assert.Equal("""true 1943465600000000000 "" ["AAPL"] ["trades"]""", Key());
        Assert.Equal(200, _server.Send("GET", "/whoami", secret).Status);
        var id = _server.IdOf("k");
        const string desk = """{"tenant_id":"desk","name":"Desk","table_namespace":"desk_","max_concurrent_queries":3,"max_queries_per_minute":0}""";
        const string other = """{"tenant_id":"desk","name":"desk","table_namespace":"other_","max_concurrent_queries":0,"max_queries_per_minute":0}""";
        const string second = """{"tenant_id":"second","name":"second","table_namespace":"","max_concurrent_queries":0,"max_queries_per_minute":0}""";

        Step("PATCH", $"/admin/keys/{id}", """{"symbols":["AAPL","MSFT"],"tables":[]}""", """{"updated":true}""");
        Assert.Equal("""true 1943465600000000000 "" ["AAPL","MSFT"] []""", Key());
        Step("POST", "/admin/tenants", """{"tenant_id":"desk","name":"Desk","table_namespace":"desk_","max_concurrent_queries":3}""", """{"created":true,"tenant_id":"desk"}""");
        Assert.Equal($"[{desk}]", Tenants());
        Step("PATCH", $"/admin/keys/{id}", """{"tenant_id":"desk","enabled":false,"expires_at_ns":0}""", """{"updated":true}""");
        Assert.Equal("""false 0 "desk" ["AAPL","MSFT"] []""", Key());
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami", secret));
        Step("POST", "/admin/tenants", """{"tenant_id":"second"}""", """{"created":true,"tenant_id":"second"}""");
        Assert.Equal($"[{desk},{second}]", Tenants());
        Step("POST", "/admin/tenants", """{"tenant_id":"desk","table_namespace":"other_"}""", """{"created":true,"tenant_id":"desk"}""");
        Assert.Equal($"[{second},{other}]", Tenants()); // A replaced one goes to the end.
        Step("DELETE", "/admin/tenants/desk", null, """{"deleted":true}""");
        Assert.Equal($"[{second}]", Tenants());
        Step("DELETE", $"/admin/keys/{id}", null, """{"revoked":true}""");
        Assert.Equal("gone", Key());
    }

    private void Step(string method, string target, string? body, string answer)
    {
        Assert.Equal(answer, _server.Send(method, target, _server.AdminKey, body).Body);
        _server.KillAndRestart();
    }

    private string Tenants() => _server.Send("GET", "/admin/tenants", _server.AdminKey).Body;

    private string Key()
    {
        using var keys = JsonDocument.Parse(_server.Send("GET", "/admin/keys", _server.AdminKey).Body);
        var key = keys.RootElement.EnumerateArray().SingleOrDefault(k => k.GetProperty("name").GetString() == "k");
        return key.ValueKind == JsonValueKind.Undefined
            ? "gone"
            : string.Join(' ', new[] { "enabled", "expires_at_ns", "tenant_id", "allowed_symbols", "allowed_tables" }.Select(name => key.GetProperty(name).GetRawText()));
    }
}
