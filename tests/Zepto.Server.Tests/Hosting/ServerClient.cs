using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Zepto.Server.Tests.Hosting;

/// <summary>A response as it came.</summary>
internal sealed record Answer(int Status, string ContentType, string Body, IReadOnlyDictionary<string, string> Fields);

/// <summary>A blocking HTTP client of one server. Thread-safe.</summary>
/// <param name="address">Where the server listens.</param>
/// <param name="certificate">What the client shows a server that asks for a certificate.</param>
internal sealed class ServerClient(Uri address, X509Certificate2? certificate = null) : IDisposable
{
    private readonly HttpClient _http = new(MakeHandler(certificate)) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(120) };

    /// <summary>A handler that believes any server and keeps no cookies: tests say which they send.</summary>
    public static SocketsHttpHandler MakeHandler(X509Certificate2? certificate) => new()
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        },
    };

    /// <summary>Runs a statement by POST.</summary>
    public QueryResult Query(string sql) => QueryResult.Parse(Send(HttpMethod.Post, "/", sql));

    /// <summary>Runs a statement that must succeed.</summary>
    public QueryResult Run(string sql)
    {
        var result = Query(sql);
        Assert.True(result is { Status: 200, Error: null }, $"{sql}\n-> {result.Status}: {result.Error}");
        return result;
    }

    /// <summary>The one value of a statement that must succeed.</summary>
    public object? Scalar(string sql) => Assert.Single(Assert.Single(Run(sql).Rows));

    /// <summary>The error of a statement that must fail with status 200.</summary>
    public string Fail(string sql)
    {
        var result = Query(sql);
        Assert.True(result is { Status: 200, Error: not null }, $"{sql}\n-> {result.Status}: {result.Json}");
        Assert.Empty(result.Columns);
        Assert.Empty(result.Rows);
        Assert.DoesNotContain('\n', result.Error);
        return result.Error;
    }

    /// <summary>A GET request.</summary>
    public Answer Get(string target) => Send(HttpMethod.Get, target);

    /// <summary>A request.</summary>
    public Answer Send(HttpMethod method, string target, string? body = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, target);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8);
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        using var response = _http.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream(), Encoding.UTF8);
        var text = reader.ReadToEnd();
        var fields = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(f => f.Key, f => string.Join(", ", f.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", text, fields);
    }

    public void Dispose() => _http.Dispose();
}
