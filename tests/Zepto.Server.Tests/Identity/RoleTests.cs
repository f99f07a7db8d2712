using Zepto.Http.Tests.Fakes;

namespace Zepto.Server.Tests.Identity;

/// <summary>Roles on a server without TLS.</summary>
public sealed class PlainRoleTests(PlainRoleTests.PlainKeys keys) : RoleTests(keys), IClassFixture<PlainRoleTests.PlainKeys>
{
    public sealed class PlainKeys : Keys;
}

/// <summary>Roles on a server with TLS.</summary>
public sealed class SecureRoleTests(SecureRoleTests.SecureKeys keys) : RoleTests(keys), IClassFixture<SecureRoleTests.SecureKeys>
{
    public sealed class SecureKeys() : Keys(new TestCertificates());
}

/// <summary>Each role at each endpoint and with each class of statement, on a real server.</summary>
public abstract class RoleTests(RoleTests.Keys keys)
{
    /// <summary>One server and a key of each role.</summary>
    public abstract class Keys : IDisposable
    {
        private readonly TestCertificates? _certificates;

        private protected Keys(TestCertificates? certificates = null)
        {
            _certificates = certificates;
            Server = new SecuredServer(Options);
            ByRole = new Dictionary<string, string>
            {
                ["admin"] = Server.AdminKey,
                ["writer"] = Server.CreateKey("""{"name":"w","role":"writer"}"""),
                ["reader"] = Server.CreateKey("""{"name":"r"}"""),
                ["analyst"] = Server.CreateKey("""{"name":"a","role":"analyst","symbols":["AAPL"]}"""),
                ["analyst without symbols"] = Server.CreateKey("""{"name":"b","role":"analyst"}"""),
                ["metrics"] = Server.CreateKey("""{"name":"m","role":"metrics"}"""),
            };
        }

        internal SecuredServer Server { get; }

        internal string[] Options => _certificates is null ? [] : ["--tls-cert", _certificates.CertPath, "--tls-key", _certificates.KeyPath];

        internal IReadOnlyDictionary<string, string> ByRole { get; }

        public void Dispose()
        {
            Server.Dispose();
            _certificates?.Dispose();
            GC.SuppressFinalize(this);
        }
    }

    private const string Everybody = "admin,writer,reader,analyst,analyst without symbols,metrics";
    private const string Querying = "admin,writer,reader,analyst";

    // Who may; method; target; body. Statements go by POST to /.
    [Theory]
    [InlineData(Everybody, "GET", "/whoami", null)]
    [InlineData(Everybody, "GET", "/auth/me", null)]
    [InlineData(Everybody, "GET", "/no/such/path", null)]
    [InlineData("admin,writer,metrics", "GET", "/stats", null)]
    [InlineData("admin,writer,metrics", "HEAD", "/stats", null)]
    [InlineData("admin,writer,metrics", "GET", "/st%61ts", null)]
    [InlineData(Querying, "POST", "/", "SELECT count(*) FROM trades")]
    [InlineData(Querying, "GET", "/?query=SELECT%201", null)]
    [InlineData(Querying, "HEAD", "/?query=SELECT%201", null)]
    [InlineData(Querying, "GET", "/", null)]
    [InlineData(Querying, "POST", "/", "SHOW TABLES")]
    [InlineData(Querying, "POST", "/", "DESCRIBE trades")]
    [InlineData(Querying, "POST", "/", "EXPLAIN SELECT * FROM trades")]
    [InlineData(Querying, "POST", "/", "nonsense")]
    [InlineData("admin,writer", "POST", "/", "INSERT INTO trades (symbol, price, volume) VALUES ('AAPL', 1, 1)")]
    [InlineData("admin,writer", "POST", "/?query=INSERT%20INTO%20trades%20(symbol,price,volume)%20VALUES", "('AAPL', 1, 1)")]
    [InlineData("admin,writer", "POST", "/", "INSERT INTO trades SELECT * FROM trades LIMIT 0")]
    [InlineData("admin,writer", "POST", "/", "UPDATE trades SET price = 2 WHERE price = 1")]
    [InlineData("admin,writer", "POST", "/", "DELETE FROM trades WHERE price = 2")]
    [InlineData("admin", "POST", "/", "CREATE TABLE IF NOT EXISTS made (a INT64)")]
    [InlineData("admin", "POST", "/", "DROP TABLE IF EXISTS not_there")]
    [InlineData("admin", "POST", "/", "ALTER TABLE trades ADD COLUMN IF NOT EXISTS extra INT64")]
    [InlineData("admin", "POST", "/", "TRUNCATE TABLE IF EXISTS not_there")]
    [InlineData("admin", "POST", "/", "KILL QUERY WHERE query_id = 'q_ffffff'")]
    [InlineData("admin", "GET", "/admin/keys", null)]
    [InlineData("admin", "POST", "/admin/keys", "{\"name\":\"made\"}")]
    [InlineData("admin", "PATCH", "/admin/keys/ak_00000000", "{}")]
    [InlineData("admin", "DELETE", "/admin/keys/ak_00000000", null)]
    [InlineData("admin", "PUT", "/admin/keys", "{}")]
    [InlineData("admin", "OPTIONS", "/admin/keys", null)]
    [InlineData("admin", "GET", "/%61dmin/keys", null)]
    [InlineData("admin", "GET", "/admin/queries", null)]
    [InlineData("admin", "DELETE", "/admin/queries/q_ffffff", null)]
    [InlineData("admin", "GET", "/admin/audit?n=1", null)]
    [InlineData("admin", "GET", "/admin/sessions", null)]
    [InlineData("admin", "GET", "/admin/version", null)]
    [InlineData("admin", "GET", "/admin/tenants", null)]
    [InlineData("admin", "POST", "/admin/tenants", "{\"tenant_id\":\"t\"}")]
    [InlineData("admin", "DELETE", "/admin/tenants/nobody", null)]
    [InlineData("admin", "POST", "/admin/auth/reload", "")]
    [InlineData("admin", "GET", "/admin/metrics/history?limit=1", null)]
    [InlineData("admin", "GET", "/admin/metrics/history?limit=x", null)]
    [InlineData("admin", "GET", "/admin/nodes", null)]
    [InlineData("admin", "POST", "/admin/nodes", "{\"id\":4,\"host\":\"10.0.1.4\",\"port\":8123}")]
    [InlineData("admin", "DELETE", "/admin/nodes/4", null)]
    [InlineData("admin", "GET", "/admin/cluster", null)]
    [InlineData("admin", "GET", "/admin/rebalance/status", null)]
    [InlineData("admin", "GET", "/admin/rebalance/history", null)]
    [InlineData("admin", "POST", "/admin/rebalance/start", "{")]
    [InlineData("admin", "POST", "/admin/rebalance/pause", "")]
    [InlineData("admin", "POST", "/admin/rebalance/resume", "")]
    [InlineData("admin", "POST", "/admin/rebalance/cancel", "")]
    public void Request_IsServedForTheRolesThatMay(string who, string method, string target, string? body)
    {
        var allowed = who.Split(',');
        foreach (var (role, key) in keys.ByRole)
        {
            var answer = keys.Server.Send(method, target, key, body);
            Assert.True(allowed.Contains(role) == (answer.Status != 403), $"{role}: {method} {target} {body}: {answer.Status} {answer.Body}");
            Assert.NotEqual(401, answer.Status);
            if (answer.Status == 403 && method != "HEAD")
                SecuredServer.AssertForbidden(answer);
        }

        var without = keys.Server.Send(method, target, null, body);
        Assert.Equal(401, without.Status);
        if (method != "HEAD")
            SecuredServer.AssertUnauthorized(without);
    }

    [Theory]
    [InlineData("GET", "/ping")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/ready")]
    [InlineData("GET", "/metrics")]
    [InlineData("POST", "/auth/logout")]
    public void PublicPaths_AskForNothing(string method, string target)
    {
        Assert.Equal(200, keys.Server.Send(method, target, null).Status);
        Assert.Equal(200, keys.Server.Send(method, target, "wrong").Status);
    }

    [Fact]
    public void MetricsAuth_AsksForThePermission()
    {
        using var server = new SecuredServer(["--metrics-auth", .. keys.Options]);
        SecuredServer.AssertUnauthorized(server.Send("GET", "/metrics", null));
        SecuredServer.AssertForbidden(server.Send("GET", "/metrics", server.CreateKey("""{"name":"r"}""")));
        Assert.Equal(200, server.Send("GET", "/metrics", server.CreateKey("""{"name":"m","role":"metrics"}""")).Status);
        Assert.Equal(200, server.Send("GET", "/ping", null).Status);
    }

    [Fact]
    public void Get_ThatChangesSomething_IsRefusedEvenForAnAdministrator()
    {
        Assert.Equal(405, keys.Server.Send("GET", "/?query=DROP%20TABLE%20trades", keys.ByRole["admin"]).Status);
        SecuredServer.AssertForbidden(keys.Server.Send("GET", "/?query=DROP%20TABLE%20trades", keys.ByRole["reader"]));
    }
}
