namespace Zepto.Server.Tests.Identity;

/// <summary>Paths spelled in other ways open nothing, and what a client sends never becomes a field line of an answer.</summary>
public sealed class RequestTrickTests(SecuredServer server) : IClassFixture<SecuredServer>
{
    [Theory]
    [InlineData("//admin/keys")]
    [InlineData("/admin//keys")]
    [InlineData("/./admin/keys")]
    [InlineData("/ping/../admin/keys")]
    [InlineData("/metrics/..%2fadmin/keys")]
    [InlineData("/%2e%2e/admin/keys")]
    [InlineData("/%61dmin/keys")]
    [InlineData("/%2561dmin/keys")]
    [InlineData("/admin%2Fkeys")]
    [InlineData("/ADMIN/keys")]
    [InlineData("/admin/keys/")]
    [InlineData("/admin/keys;/ping")]
    [InlineData("/admin/keys%00/ping")]
    [InlineData("/admin/keys%0d%0a")]
    [InlineData("/admin/keys?path=/ping")]
    [InlineData("/admin/keys#/ping")]
    [InlineData("\\admin\\keys")]
    [InlineData("http://127.0.0.1/admin/keys")]
    [InlineData("http://127.0.0.1/ping/../admin/keys")]
    public void Path_SpelledInAnotherWay_OpensNothing(string target)
    {
        server.CreateKey("""{"name":"hidden","role":"reader"}""");
        var reader = server.CreateKey("""{"name":"reader","role":"reader"}""");
        foreach (var credentials in new[] { "", $"Authorization: Bearer {reader}\r\n" })
        {
            using var client = new RawClient(server.Process.Address);
            var answer = client.Exchange($"GET {target} HTTP/1.1\r\nHost: x\r\n{credentials}Connection: close\r\n\r\n");
            Assert.Matches("^HTTP/1.1 (400|401|403|404|405) ", answer);
            Assert.DoesNotContain("hidden", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Input_NeverBecomesAFieldLine()
    {
        const string Evil = "\r\nX-Evil: 1\r\n\r\nHTTP/1.1 200 OK\r\n";
        const string Encoded = "%0d%0aX-Evil:%201%0d%0a%0d%0aHTTP/1.1%20200%20OK%0d%0a";
        Assert.Equal(400, server.Send("POST", "/admin/keys", server.AdminKey, """{"name":"a\r\nX-Evil: 1","role":"admin"}""").Status);
        var admin = $"Authorization: Bearer {server.AdminKey}\r\n";
        string[] requests =
        [
            $"GET /?query=SELECT%20'{Encoded}' HTTP/1.1\r\n{admin}",
            $"GET /?query={Encoded} HTTP/1.1\r\n{admin}",
            $"GET /{Encoded} HTTP/1.1\r\n{admin}",
            $"GET /?default_format={Encoded}&query=SELECT%201 HTTP/1.1\r\n{admin}",
            $"GET /auth/login?next={Encoded} HTTP/1.1\r\n",
            $"GET /auth/callback?state={Encoded}&code=x&error={Encoded} HTTP/1.1\r\n",
            $"GET /admin/audit?n={Encoded} HTTP/1.1\r\n{admin}",
            $"GET /admin/metrics/history?since={Encoded} HTTP/1.1\r\n{admin}",
            $"GET /admin/keys HTTP/1.1\r\n{admin}",
            $"GET /whoami HTTP/1.1\r\nCookie: zepto_sid={Encoded}\r\nX-Request-Id: {Encoded}\r\n",
            $"DELETE /admin/keys/{Encoded} HTTP/1.1\r\n{admin}",
            $"DELETE /admin/queries/{Encoded} HTTP/1.1\r\n{admin}",
            $"POST / HTTP/1.1\r\n{admin}Content-Length: {Evil.Length + 9}\r\nX-Pad: 0\r\n",
        ];
        foreach (var request in requests)
        {
            using var client = new RawClient(server.Process.Address);
            var body = request.StartsWith("POST", StringComparison.Ordinal) ? $"SELECT '{Evil}'" : "";
            var answer = client.Exchange($"{request}Host: x\r\nConnection: close\r\n\r\n{body}");
            var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            Assert.True(end > 0 && answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal), $"{request}: {answer}");
            Assert.DoesNotContain("X-Evil", answer[..end], StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("\r\n\r\nHTTP/1.1", answer, StringComparison.Ordinal);
        }
    }
}
