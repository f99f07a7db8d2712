using System.Text;
using Zepto.Server.Tests.Hosting;

namespace Zepto.Server.Tests.Endpoints;

/// <summary>INSERT … FORMAT from the socket to the table, with the rows behind the statement and with the statement in the URL.</summary>
public sealed class BulkLoadTests : IDisposable
{
    private const string Columns = "(symbol, price, volume, timestamp)";
    private readonly ServerProcess _server = ServerProcess.Start("--in-memory");
    private readonly HttpClient _http;

    public BulkLoadTests() => _http = new HttpClient { BaseAddress = _server.Address };

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("CSV", "A,1,2,3\nB,4,5,6\n")]
    [InlineData("CSVWithNames", "symbol,price,volume,timestamp\r\nA,1,2,3\r\nB,4,5,6\r\n")]
    [InlineData("TSV", "A\t1\t2\t3\nB\t4\t5\t6")]
    [InlineData("JSONEachRow", """{"symbol":"A","price":1,"volume":2,"timestamp":3}{"symbol":"B","price":4,"volume":5,"timestamp":6}""")]
    [InlineData("RowBinary", "\u0001A\u0001\0\0\0\0\0\0\0\u0002\0\0\0\0\0\0\0\u0003\0\0\0\0\0\0\0\u0001B\u0004\0\0\0\0\0\0\0\u0005\0\0\0\0\0\0\0\u0006\0\0\0\0\0\0\0")]
    [InlineData("Values", "('A', 1, 2, 3), ('B', 4, 5, 2 * 3)")]
    public void Rows_InTheBody_AreStored(string format, string rows)
    {
        var data = Encoding.UTF8.GetBytes(rows);
        foreach (var isChunked in new[] { false, true })
        {
            Run("/", [.. Encoding.UTF8.GetBytes($"INSERT INTO trades {Columns} FORMAT {format}\n"), .. data], isChunked);
            Run($"/?query={Uri.EscapeDataString($"INSERT INTO trades {Columns} FORMAT {format}")}", data, isChunked);
        }

        Assert.Equal([["A", 4L, 1L, 2L, 3L], ["B", 4L, 4L, 5L, 6L]],
            _server.Client.Run("SELECT symbol, count(*), min(price), max(volume), max(timestamp) FROM trades GROUP BY symbol ORDER BY symbol").Rows);
    }

    [Fact]
    public void Values_InTheBodyAlone_AreStored()
    {
        Run("/?query=INSERT+INTO+trades+VALUES", "('A', 1, 2, 3)"u8.ToArray());
        Run("/?query=INSERT+INTO+trades+VALUES%20('B',1,2,3),", "('C', 1, 2, 3)"u8.ToArray());
        Assert.Equal(3L, _server.Client.Scalar("SELECT count(*) FROM trades"));
    }

    [Fact]
    public void LargeBody_IsStoredWholeOrNotAtAll()
    {
        const int Rows = 200_000;
        var data = new StringBuilder();
        for (var i = 0; i < Rows; i++)
            data.Append($"SYM{i % 1000},{i},{i % 7},2024-07-19 09:30:00.{i:D9}\n");
        var bad = Encoding.UTF8.GetBytes(data + "BAD,1,2");
        Assert.Equal($"Row {Rows + 1}, column timestamp: the value is missing; the row has 3 values, the table has 4 columns", Error("/?query=INSERT+INTO+trades+FORMAT+CSV", bad));
        Assert.Equal(0L, _server.Client.Scalar("SELECT count(*) FROM trades"));
        var good = Encoding.UTF8.GetBytes(data.ToString());
        for (var round = 1; round <= 3; round++)
        {
            Run("/?query=INSERT+INTO+trades+FORMAT+CSV", good, isChunked: round == 2);
            Assert.Equal([[(long)round * Rows, (long)round * Rows * (Rows - 1) / 2, (long)round * Rows / 1000]],
                _server.Client.Run("SELECT count(*), sum(price), count(*) FILTER (WHERE symbol = 'SYM7') FROM trades").Rows);
        }

        Assert.Equal(0L, _server.Client.Scalar("SELECT count(*) FROM trades WHERE symbol = 'BAD'"));
    }

    [Fact]
    public void Errors_AreOneLine()
    {
        Assert.StartsWith("Unknown input format: Parquet; known are Values, CSV,", Error("/?query=INSERT+INTO+trades+FORMAT+Parquet", [1, 2, 3]));
        Assert.Equal("Unknown table: foo", Error("/?query=INSERT+INTO+foo+FORMAT+CSV", [1, 2, 3]));
        Assert.Equal("Row 1, column price: the data end inside the row", Error("/?query=INSERT+INTO+trades+FORMAT+RowBinary", "\u0001A\0\0"u8.ToArray()));
        Assert.Equal("Row 1, column symbol: the text is not valid UTF-8", Error("/?query=INSERT+INTO+trades+FORMAT+CSV", [0xFF, .. ",1,2,3"u8]));
        Assert.Equal(405, Send("/?query=INSERT+INTO+trades+FORMAT+CSV", null).Status);
        Assert.Equal(0L, _server.Client.Scalar("SELECT count(*) FROM trades"));
    }

    private void Run(string target, byte[] body, bool isChunked = false)
    {
        var (status, answer) = Send(target, body, isChunked);
        Assert.True(status == 200 && !answer.Contains("\"error\"", StringComparison.Ordinal), $"{target} -> {status}: {answer}");
    }

    private string Error(string target, byte[] body)
    {
        var (status, answer) = Send(target, body);
        Assert.Equal(200, status);
        using var json = System.Text.Json.JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("error").GetString()!;
    }

    private (int Status, string Body) Send(string target, byte[]? body, bool isChunked = false)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, target);
        if (body is not null)
            request.Content = new ByteArrayContent(body);
        if (isChunked)
            request.Headers.TransferEncodingChunked = true;
        using var response = _http.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream(), Encoding.UTF8);
        return ((int)response.StatusCode, reader.ReadToEnd());
    }
}
