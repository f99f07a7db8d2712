using System.Net.Http.Headers;
using System.Text;
using Zepto.Load.Columns;

namespace Zepto.Load.Sending;

/// <summary>Sends statements to a server over one kept-alive HTTP/1.1 connection, one at a time.</summary>
internal sealed class ServerConnection : IDisposable
{
    private readonly HttpClient _client;
    private readonly Uri _url;

    public ServerConnection(Uri url)
    {
        _url = url;
        var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 1,
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        // The server limits how long a statement may take; this only ends a wait for one that is gone.
        _client = new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(10) };
    }

    /// <summary>Whether the table exists.</summary>
    public bool TableExists(string table) => Run($"EXISTS TABLE {SqlNames.Quote(table)}").Cell(0, 0) is "1" or "True";

    /// <summary>The table's columns.</summary>
    public List<TableColumn> Describe(string table)
    {
        var answer = Run($"DESCRIBE TABLE {SqlNames.Quote(table)}");
        var columns = new List<TableColumn>();
        for (var row = 0; row < answer.RowCount; row++)
            columns.Add(new TableColumn(answer.Cell(row, 0), answer.Cell(row, 1)));
        return columns;
    }

    /// <summary>Runs a statement; a LoadException has the server's error text.</summary>
    public ServerAnswer Run(string sql) => Run(Encoding.UTF8.GetBytes(sql));

    /// <inheritdoc cref="Run(string)"/>
    public ServerAnswer Run(ReadOnlyMemory<byte> sql)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ReadOnlyMemoryContent(sql) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
        try
        {
            using var response = _client.Send(request);
            using var body = new MemoryStream();
            response.Content.ReadAsStream().CopyTo(body);
            return ServerAnswer.Parse((int)response.StatusCode, body.GetBuffer().AsMemory(0, (int)body.Length));
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or IOException)
        {
            throw new LoadException($"{_url}: {error.GetBaseException().Message}");
        }
    }

    public void Dispose() => _client.Dispose();
}
