using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Identity;

/// <summary>A real server that asks for credentials, with a data directory, an admin key, and tables to be looked at.</summary>
public sealed class SecuredServer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string[] _options;

    public SecuredServer()
        : this([])
    {
    }

    internal SecuredServer(params string[] options)
    {
        File.WriteAllText(_directory["secret"], "a secret of more than 32 bytes for HS256 only");
        _options =
        [
            "--auth", "--data-dir", DataDirectory, "--audit-log", AuditPath, "--jwt-hs256-secret-file", _directory["secret"], "--jwt-audience", "zepto", .. options,
        ];
        AdminKey = MakeKey("admin");
        Process = ServerProcess.Start(_options);
    }

    internal ServerProcess Process { get; private set; }

    internal string DataDirectory => _directory["data"];

    internal string AuditPath => _directory["audit.jsonl"];

    internal string AdminKey { get; }

    /// <summary>Makes a key as an administrator does at the command line.</summary>
    internal string MakeKey(string role, params string[] options)
    {
        var (exitCode, output, errors) = ServerProcess.RunToEnd(["--gen-key", "--role", role, "--data-dir", DataDirectory, .. options]);
        Assert.True(exitCode == 0, errors);
        Assert.Matches("^zepto_[0-9a-f]{64}\n$", output);
        return output.Trim();
    }

    /// <summary>Makes a key over HTTP; gives its secret.</summary>
    internal string CreateKey(string json)
    {
        var answer = Send("POST", "/admin/keys", AdminKey, json);
        Assert.True(answer.Status == 200, answer.Body);
        return JsonDocument.Parse(answer.Body).RootElement.GetProperty("key").GetString()!;
    }

    /// <summary>Id of the key of a name.</summary>
    internal string IdOf(string name) => JsonDocument.Parse(Send("GET", "/admin/keys", AdminKey).Body).RootElement.EnumerateArray()
        .Single(key => key.GetProperty("name").GetString() == name).GetProperty("id").GetString()!;

    /// <summary>Sends a request with a bearer token, or without credentials.</summary>
    internal Answer Send(string method, string target, string? token, string? body = null, params (string Name, string Value)[] fields)
    {
        using var handler = ServerClient.MakeHandler(certificate: null);
        using var http = new HttpClient(handler) { BaseAddress = Process.Address };
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in fields)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8);
        using var response = http.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream(), Encoding.UTF8);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(f => f.Key, f => string.Join(", ", f.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", reader.ReadToEnd(), all);
    }

    /// <summary>Runs a statement that must succeed.</summary>
    internal string Run(string token, string sql)
    {
        var answer = Send("POST", "/", token, sql);
        Assert.True(answer.Status == 200 && !answer.Body.Contains("\"error\"", StringComparison.Ordinal), $"{sql}: {answer.Status} {answer.Body}");
        return answer.Body;
    }

    /// <summary>Ends the server without a chance to tidy up and starts another on the same directory.</summary>
    internal void KillAndRestart()
    {
        Process.Kill();
        Process.Dispose();
        Process = ServerProcess.Start(_options);
    }

    public void Dispose()
    {
        Process.Dispose();
        _directory.Dispose();
    }

    internal static void AssertUnauthorized(Answer answer) => Assert.Equal((401, "{\"error\": \"Unauthorized\"}"), (answer.Status, answer.Body));

    internal static void AssertForbidden(Answer answer) => Assert.Equal((403, "{\"error\": \"Forbidden\"}"), (answer.Status, answer.Body));
}
