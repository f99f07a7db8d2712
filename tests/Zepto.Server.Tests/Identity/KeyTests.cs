using System.Text;
using System.Text.Json;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Identity;

/// <summary>API keys on a real server: the endpoints' shapes, revocation, durability, and what must not get out.</summary>
public sealed class KeyTests : IDisposable
{
    private readonly SecuredServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Keys_AreListedAsDocumented()
    {
        Assert.Matches("^\\{\"key\":\"zepto_[0-9a-f]{64}\"\\}$", _server.Send("POST", "/admin/keys", _server.AdminKey,
            """{"name":"trading-desk-1","role":"writer","symbols":["AAPL","MSFT"],"tables":["trades","quotes"],"tenant_id":"hft_desk_1","expires_at_ns":1943465600000000000}""").Body);
        var body = _server.Send("GET", "/admin/keys", _server.AdminKey).Body;
        Assert.DoesNotContain("hash", body, StringComparison.Ordinal);
        var key = JsonDocument.Parse(body).RootElement.EnumerateArray().Single(k => k.GetProperty("name").GetString() == "trading-desk-1");
        Assert.Equal(
            ["id", "name", "role", "enabled", "created_at_ns", "last_used_ns", "expires_at_ns", "tenant_id", "allowed_symbols", "allowed_tables"],
            key.EnumerateObject().Select(p => p.Name));
        Assert.Equal("[\"AAPL\",\"MSFT\"]", key.GetProperty("allowed_symbols").GetRawText());
        Assert.True(key.GetProperty("enabled").GetBoolean());
        Assert.Equal(0, key.GetProperty("last_used_ns").GetInt64());
        Assert.True(JsonDocument.Parse(body).RootElement[0].GetProperty("last_used_ns").GetInt64() > 0);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "object")]
    [InlineData("{}", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":5}""", "name")]
    [InlineData("""{"name":"a\r\nb"}""", "name")]
    [InlineData("""{"name":"a","role":"root"}""", "role")]
    [InlineData("""{"name":"a","symbol":["A"]}""", "symbol")]
    [InlineData("""{"name":"a","symbols":"A"}""", "symbols")]
    [InlineData("""{"name":"a","symbols":[""]}""", "symbols")]
    [InlineData("""{"name":"a","tables":[null]}""", "tables")]
    [InlineData("""{"name":"a","expires_at_ns":-1}""", "expires_at_ns")]
    [InlineData("""{"name":"a","expires_at_ns":1.5}""", "expires_at_ns")]
    [InlineData("""{"name":"a","role":"reader","role":"admin"}""", "role")]
    public void BadBodies_Give400AndNameTheField(string body, string named)
    {
        var answer = _server.Send("POST", "/admin/keys", _server.AdminKey, body);
        Assert.Equal(400, answer.Status);
        Assert.Contains(named, JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_TakeEffectWithTheNextRequestOfAnOpenConnection()
    {
        var key = _server.CreateKey("""{"name":"k","role":"writer"}""");
        var id = _server.IdOf("k");
        using var http = new HttpClient { BaseAddress = _server.Process.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        Assert.Equal(200, Status("SELECT count(*) FROM quotes"));
        Assert.Equal("""{"updated":true}""", Patch("""{"tables":["trades"]}"""));
        Assert.Equal(403, Status("SELECT count(*) FROM quotes"));
        Assert.Equal(200, Status("SELECT count(*) FROM trades"));
        Patch("""{"enabled":false}""");
        Assert.Equal(401, Status("SELECT 1"));
        Patch("""{"enabled":true,"tables":[]}""");
        Assert.Equal(200, Status("SELECT count(*) FROM quotes"));
        Patch("""{"expires_at_ns":1}""");
        Assert.Equal(401, Status("SELECT 1"));
        Patch("""{"expires_at_ns":0,"tenant_id":"nobody"}""");
        Assert.Equal(403, Status("SELECT 1"));
        Patch("""{"tenant_id":""}""");
        Assert.Equal(200, Status("SELECT 1"));
        Assert.Equal("""{"revoked":true}""", _server.Send("DELETE", $"/admin/keys/{id}", _server.AdminKey).Body);
        Assert.Equal(401, Status("SELECT 1"));
        Assert.Equal(404, _server.Send("DELETE", $"/admin/keys/{id}", _server.AdminKey).Status);

        int Status(string sql)
        {
            using var content = new StringContent(sql);
            using var response = http.Send(new HttpRequestMessage(HttpMethod.Post, "/") { Content = content });
            return (int)response.StatusCode;
        }

        string Patch(string json) => _server.Send("PATCH", $"/admin/keys/{id}", _server.AdminKey, json).Body;
    }

    [Fact]
    public void Credentials_AreAcceptedInEveryForm()
    {
        var key = _server.CreateKey("""{"name":"k"}""");
        Assert.Equal(200, _server.Send("GET", "/whoami", key).Status);
        Assert.Equal(200, _server.Send("GET", "/whoami", null, null, ("Authorization", "bearer " + key)).Status);
        Assert.Equal(200, _server.Send("GET", "/whoami", null, null, ("X-ClickHouse-User", "default"), ("X-ClickHouse-Key", key)).Status);
        Assert.Equal(200, _server.Send("GET", "/whoami", null, null, ("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("anybody:" + key)))).Status);
        Assert.Equal(200, _server.Send("GET", $"/whoami?user=default&password={key}", null).Status);
        foreach (var (name, value) in new[]
        {
            ("Authorization", key), ("Authorization", "Bearer"), ("Authorization", "Bearer " + key[..^1]), ("Authorization", "Bearer " + key + "0"), ("Authorization", "Bearer " + key.ToUpperInvariant()),
            ("Authorization", "Basic " + key), ("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(key + ":"))), ("Authorization", "Digest " + key),
            ("Authorization", "Bearer " + new string('x', 20_000)), ("X-ClickHouse-Key", "x"), ("Cookie", "zepto_sid=" + key), ("Cookie", "zepto_sid="),
        })
            SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami", null, null, (name, value)));
        // The first place counts: a wrong one is not made good by another.
        SecuredServer.AssertUnauthorized(_server.Send("GET", $"/whoami?password={key}", "wrong"));
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami?password=%zz", null));
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami?password=", null));
    }

    [Fact]
    public void TwoCredentialsOfOneKind_AreRefused()
    {
        using var socket = new RawClient(_server.Process.Address);
        Assert.StartsWith("HTTP/1.1 401", socket.Exchange($"GET /whoami HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_server.AdminKey}\r\nAuthorization: Bearer {_server.AdminKey}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_SurviveAKill()
    {
        var key = _server.CreateKey("""{"name":"k","role":"reader","symbols":["AAPL"]}""");
        var gone = _server.CreateKey("""{"name":"gone"}""");
        _server.Send("DELETE", $"/admin/keys/{_server.IdOf("gone")}", _server.AdminKey);
        _server.Send("POST", "/admin/tenants", _server.AdminKey, """{"tenant_id":"desk","name":"Desk","table_namespace":"desk_","max_concurrent_queries":3,"max_queries_per_minute":100}""");
        _server.KillAndRestart();
        Assert.Equal(200, _server.Send("GET", "/whoami", key).Status);
        SecuredServer.AssertUnauthorized(_server.Send("GET", "/whoami", gone));
        Assert.Equal("""[{"tenant_id":"desk","name":"Desk","table_namespace":"desk_","max_concurrent_queries":3,"max_queries_per_minute":100}]""", _server.Send("GET", "/admin/tenants", _server.AdminKey).Body);
    }

    [Fact]
    public void GenKey_IsSeenByTheRunningServerAndKeepsItsKeys()
    {
        var before = _server.CreateKey("""{"name":"before"}""");
        var made = _server.MakeKey("reader", "--name", "from the shell", "--tables", "trades, quotes", "--symbols", "AAPL");
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (_server.Send("GET", "/whoami", made).Status != 200)
            Assert.True(DateTime.UtcNow < deadline, "the key was not seen");
        Assert.Equal(200, _server.Send("GET", "/whoami", before).Status);
        var key = JsonDocument.Parse(_server.Send("GET", "/admin/keys", _server.AdminKey).Body).RootElement.EnumerateArray().Single(k => k.GetProperty("name").GetString() == "from the shell");
        Assert.Equal("[\"trades\",\"quotes\"]", key.GetProperty("allowed_tables").GetRawText());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_server.DataDirectory, "keys.json")));
    }

    [Theory]
    [InlineData("--gen-key", "--role")]
    [InlineData("--gen-key --role root", "--role")]
    [InlineData("--gen-key --role admin --in-memory", "--in-memory")]
    [InlineData("--role admin", "--role")]
    [InlineData("--rate-limit x", "--rate-limit")]
    [InlineData("--rate-limit-ip 5:", "--rate-limit-ip")]
    [InlineData("--jwks-url http://idp.example.com/", "--jwks-url")]
    [InlineData("--in-memory --port 0 --jwt-hs256-secret-file /nowhere/at/all", "--jwt-hs256-secret-file")]
    [InlineData("--in-memory --port 0 --audit-log /nowhere/at/all", "--audit-log")]
    public void BadOptions_ExitWith2(string arguments, string named)
    {
        var (exitCode, _, errors) = ServerProcess.RunToEnd(arguments.Split(' '));
        Assert.Equal(2, exitCode);
        Assert.Contains(named, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedKeyFile_IsNotStartedOn()
    {
        var path = Path.Combine(_server.DataDirectory, "keys.json");
        _server.Process.Stop();
        File.WriteAllText(path, "{");
        var (exitCode, _, errors) = ServerProcess.RunToEnd("--port", "0", "--auth", "--data-dir", _server.DataDirectory);
        Assert.Equal(4, exitCode);
        Assert.Contains(path, errors, StringComparison.Ordinal);
        Assert.Equal("{", File.ReadAllText(path));
    }

    [Fact]
    public void Secrets_ReachNoLogAndNoAnswer()
    {
        var key = _server.CreateKey("""{"name":"k","role":"writer"}""");
        _server.Send("GET", $"/?password={key}&query=SELECT%201", null);
        _server.Send("GET", $"/nowhere?password={key}", null);
        _server.Send("GET", "/?password=hunter2&query=SELECT%201", null);
        _server.Send("POST", "/", key, $"SELECT '{key}', 'x' -- password = 'hunter2'");
        _server.Send("POST", "/", key, "SELECT 1\r\n{\"ts\":1,\"subject\":\"forged\"}");
        _server.Send("GET", "/whoami", null, null, ("User-Agent", "x"), ("X-ClickHouse-User", "evil"));
        var audit = _server.Send("GET", "/admin/audit?n=1000", _server.AdminKey).Body;
        var events = JsonDocument.Parse(audit).RootElement;
        Assert.Equal(["ts", "subject", "role", "action", "detail", "from"], events[0].EnumerateObject().Select(p => p.Name));
        Assert.Contains(events.EnumerateArray(), e => e.GetProperty("action").GetString() == "query" && e.GetProperty("detail").GetString()!.StartsWith("SELECT 'zepto_***'", StringComparison.Ordinal));
        Assert.Contains(events.EnumerateArray(), e => e.GetProperty("action").GetString() == "unauthorized" && e.GetProperty("subject").GetString() == "" && e.GetProperty("from").GetString() == "127.0.0.1");
        Assert.DoesNotContain(events.EnumerateArray(), e => e.GetProperty("subject").GetString() == "forged");
        _server.Process.Stop();
        var lines = File.ReadAllText(_server.AuditPath);
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.NotEqual("forged", JsonDocument.Parse(line).RootElement.GetProperty("subject").GetString());
        foreach (var text in new[] { audit, lines, _server.Process.Errors, _server.Process.Output })
        {
            Assert.DoesNotContain(key[6..], text, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Clients_AreListed()
    {
        var key = _server.CreateKey("""{"name":"k"}""");
        using var http = new HttpClient { BaseAddress = _server.Process.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        for (var i = 0; i < 3; i++)
        {
            using var response = http.Send(new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("SELECT 1") });
        }

        var id = _server.IdOf("k");
        var client = JsonDocument.Parse(_server.Send("GET", "/admin/sessions", _server.AdminKey).Body).RootElement.EnumerateArray().Single(c => c.GetProperty("user").GetString() == id);
        Assert.Equal(["remote_addr", "user", "connected_at_ns", "last_active_ns", "query_count"], client.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("127.0.0.1", 3), (client.GetProperty("remote_addr").GetString(), client.GetProperty("query_count").GetInt32()));
        Assert.InRange(client.GetProperty("last_active_ns").GetInt64(), client.GetProperty("connected_at_ns").GetInt64(), long.MaxValue);
    }
}
