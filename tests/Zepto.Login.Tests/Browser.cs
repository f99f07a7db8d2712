using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Web;
using Zepto.Login.Tests.Provider;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Login.Tests;

/// <summary>
/// A browser without a window: keeps cookies and shows every redirect. It finds the server as http://localhost, the address that the provider sends
/// it back to, whatever port the server has.
/// </summary>
internal sealed class Browser : IDisposable
{
    private const int MostRedirects = 10;
    private static readonly Uri s_site = new("http://localhost");
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _http;

    public Browser(Uri server) => _http = new HttpClient(new SocketsHttpHandler
    {
        CookieContainer = _cookies,
        AllowAutoRedirect = false,
        ConnectCallback = async (context, stop) =>
        {
            var asked = context.DnsEndPoint;
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, asked.Host == s_site.Host ? server.Port : asked.Port, stop);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    /// <summary>Where the last login went, in order.</summary>
    public List<Uri> Visited { get; } = [];

    /// <summary>The cookie of the session, as it is sent; null without.</summary>
    public string? SessionCookie => _cookies.GetCookies(s_site)["zepto_sid"] is { } cookie ? $"{cookie.Name}={cookie.Value}" : null;

    /// <summary>Follows a login until the server or the provider has an answer that is no redirect, or the user is back on the server's page.</summary>
    public Answer LogIn(string user) => Finish(BeginLogin(user));

    /// <summary>Follows a login until the provider has sent the browser back; gives the address of the callback, which is not visited yet.</summary>
    public Uri BeginLogin(string user)
    {
        Visited.Clear();
        return Follow(new Uri(s_site, "/auth/login"), user);
    }

    /// <summary>Visits an address, which may be another one's: the callback of a login.</summary>
    public Answer Finish(Uri callback) => Send(HttpMethod.Get, callback);

    /// <summary>Signs a user in at the provider if it asks, and follows redirects up to the way back to an application.</summary>
    public Uri Follow(Uri url, string user)
    {
        for (var count = 0; count < MostRedirects; count++)
        {
            Visited.Add(url);
            using var content = url.AbsolutePath == ProviderEndpoints.SignInPath ? new FormUrlEncodedContent([KeyValuePair.Create("name", user)]) : null;
            var answer = Send(content is null ? HttpMethod.Get : HttpMethod.Post, url, content);
            Assert.True(answer.Status == 302, $"{url}: {answer.Status} {answer.Body}");
            var next = new Uri(url, answer.Fields["Location"]);
            if (next.Host == s_site.Host && url.Host != s_site.Host)
                return next;
            url = next;
        }

        throw new InvalidOperationException($"no end of redirects: {string.Join(", ", Visited)}");
    }

    /// <summary>A request to the server.</summary>
    public Answer Send(string method, string target, string? body = null)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8);
        return Send(new HttpMethod(method), new Uri(s_site, target), content);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A field of a query string.</summary>
    public static string? Field(Uri url, string name) => HttpUtility.ParseQueryString(url.Query)[name];

    /// <summary>The same address with another value of a field.</summary>
    public static Uri WithField(Uri url, string name, string? value)
    {
        var fields = HttpUtility.ParseQueryString(url.Query);
        fields[name] = value;
        return new UriBuilder(url) { Query = fields.ToString() }.Uri;
    }

    private Answer Send(HttpMethod method, Uri url, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, url) { Content = content };
        if (method != HttpMethod.Get)
            request.Headers.Add("Origin", url.GetLeftPart(UriPartial.Authority));
        using var response = _http.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream(), Encoding.UTF8);
        var fields = response.Headers.Concat(response.Content.Headers).ToDictionary(f => f.Key, f => string.Join(", ", f.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", reader.ReadToEnd(), fields);
    }
}
