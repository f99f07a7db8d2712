using System.Text.Json;
using Zepto.Http.Tests.Fakes;
using Zepto.Query.Results;

namespace Zepto.Http.Tests.Endpoints;

/// <summary>Every endpoint over a real socket.</summary>
public sealed class EndpointTests : IDisposable
{
    private readonly TestServer _server = new();
    private readonly TestClient _client;

    public EndpointTests() => _client = _server.Connect();

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void Ping_Get_SaysOk()
    {
        TestResponse response = _client.Get("/ping");
        Assert.Equal(200, response.Status);
        Assert.Equal("Ok\n", response.Body);
        Assert.Equal("3", response.Field("Content-Length"));
        Assert.Matches("^r[0-9a-f]{6,}$", response.Field("X-Request-Id")!);
        Assert.True(DateTime.TryParseExact(response.Field("Date"), "R", null, System.Globalization.DateTimeStyles.None, out _));
    }

    [Fact]
    public void Responses_EachHasItsOwnRequestId()
    {
        Assert.NotEqual(_client.Get("/ping").Field("X-Request-Id"), _client.Get("/ping").Field("X-Request-Id"));
    }

    [Theory]
    [InlineData("/ping", "3")]
    [InlineData("/", "4")]
    [InlineData("/health", null)]
    [InlineData("/stats", null)]
    [InlineData("/metrics", null)]
    [InlineData("/?query=SELECT%201", null)]
    public void Head_WhereGetWorks_HasTheHeadOnly(string target, string? length)
    {
        TestResponse head = _client.Ask($"HEAD {target} HTTP/1.1\r\nHost: x\r\n\r\n", isHead: true);
        Assert.Equal(200, head.Status);
        if (length is not null) Assert.Equal(length, head.Field("Content-Length"));
        Assert.NotEqual("0", head.Field("Content-Length"));
        Assert.Equal("Ok\n", _client.Get("/ping").Body); // Nothing of a body was left in between.
    }

    [Theory]
    [InlineData("/ping", "GET, HEAD, OPTIONS")]
    [InlineData("/", "GET, HEAD, POST, OPTIONS")]
    [InlineData("/admin/queries/q_a1b2c3", "DELETE, OPTIONS")]
    public void Options_OfAPath_NamesItsMethods(string target, string allow)
    {
        TestResponse response = _client.Ask($"OPTIONS {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(204, response.Status);
        Assert.Equal(allow, response.Field("Allow"));
        Assert.Null(response.Field("Content-Length"));
    }

    [Fact]
    public void Options_OfTheServer_NamesAllMethods() =>
        Assert.Equal("GET, HEAD, POST, PATCH, DELETE, OPTIONS", _client.Ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").Field("Allow"));

    [Fact]
    public void Method_ThatAPathDoesNotHave_Is405WithAllow()
    {
        TestResponse response = _client.Ask("DELETE /ping HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(405, response.Status);
        Assert.Equal("GET, HEAD, OPTIONS", response.Field("Allow"));
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/ping/")]
    [InlineData("/PING")]
    [InlineData("/admin/queries/")]
    [InlineData("/admin/queries/a/b")]
    [InlineData("/%zz")]
    public void Path_Unknown_Is404(string target)
    {
        TestResponse response = _client.Get(target);
        Assert.Equal(404, response.Status);
        Assert.Equal("{\"error\": \"Not found\"}", response.Body);
    }

    [Fact]
    public void Path_PercentEncoded_IsDecodedOnce()
    {
        Assert.Equal(200, _client.Get("/%70ing").Status);
        Assert.Equal(404, _client.Get("/%2570ing").Status);
    }

    [Fact]
    public void Target_AbsoluteForm_ReachesThePath() => Assert.Equal("Ok\n", _client.Get("http://example.org:8123/ping").Body);

    [Fact]
    public void Query_Post_AnswersTheReferenceBody()
    {
        TestResponse response = _client.Post("/", "SELECT vwap");
        Assert.Equal(200, response.Status);
        Assert.Equal("application/json", response.Field("Content-Type"));
        Assert.Equal("{\"columns\":[\"vwap\",\"n\"],\"data\":[[15037.2,1000]],\"rows\":1,\"execution_time_us\":52.3}", response.Body);
        Assert.False(_server.Engine.LastWasReadOnly);
    }

    [Fact]
    public void Query_PostChunked_IsTheSame() => Assert.Equal(_client.Post("/", "SELECT 1").Body,
        _client.Ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nSEL\r\n5;x=y\r\nECT 1\r\n0\r\nX: y\r\n\r\n").Body);

    [Fact]
    public void Query_Get_IsReadOnlyAndDecodedOnce()
    {
        TestResponse response = _client.Get("/?database=d&query=SELECT+%27a%2520%2B%27");
        Assert.Equal(200, response.Status);
        Assert.Equal("SELECT 'a%20+'", _server.Engine.LastSql);
        Assert.True(_server.Engine.LastWasReadOnly);
        Assert.Contains("\"error\":\"Unknown table: SELECT 'a%20+'\"", response.Body);
    }

    [Fact]
    public void Query_GetThatWrites_Is405WithAllowPost()
    {
        TestResponse response = _client.Get("/?query=INSERT%20INTO%20t%20VALUES%20(1)");
        Assert.Equal(405, response.Status);
        Assert.Equal("POST", response.Field("Allow"));
    }

    [Fact]
    public void Query_GetWithoutQuery_SaysOkLikeClickHouse() => Assert.Equal("Ok.\n", _client.Get("/").Body);

    [Fact]
    public void Query_MalformedEscape_Is400() => Assert.Equal(400, _client.Get("/?query=SELECT%2").Status);

    [Fact]
    public void Query_InUrlAndBody_AreJoinedByALine()
    {
        _client.Post("/?query=SELECT", "1");
        Assert.Equal("SELECT\n1", _server.Engine.LastSql);
        Assert.Equal("", _server.Engine.LastData);
    }

    [Theory]
    [InlineData("INSERT INTO t FORMAT CSV", true)]
    [InlineData("  /* a */ -- b\n insert into t (a, b) format JSONEachRow ; ", true)]
    [InlineData("INSERT INTO t VALUES", true)]
    [InlineData("insert into t (a, b)values;", true)]
    [InlineData("INSERT INTO values VALUES", true)]
    [InlineData("INSERT INTO values", false)]
    [InlineData("INSERT INTO db.values", false)]
    [InlineData("INSERT INTO t VALUES (1),", false)]
    [InlineData("SELECT 1 FORMAT CSV", false)]
    [InlineData("INSERT INTO t SELECT * FROM reFORMAT x", false)]
    public void Query_InsertInUrl_TakesTheBodyAsData(string sql, bool isData)
    {
        _client.Post("/?query=" + Uri.EscapeDataString(sql), "1,2\r\n");
        Assert.Equal(isData ? sql : sql + "\n1,2\r\n", _server.Engine.LastSql);
        Assert.Equal(isData ? "1,2\r\n" : "", _server.Engine.LastData);
    }

    [Theory]
    [InlineData(StatementErrorKind.Syntax, 200, "Parse error: unexpected token 'FORM' at position 7")]
    [InlineData(StatementErrorKind.UnknownTable, 200, "Unknown table: foo")]
    [InlineData(StatementErrorKind.MemoryLimit, 200, "Needs more than 10 MB")]
    [InlineData(StatementErrorKind.ResultLimit, 200, "More than 10 rows")]
    [InlineData(StatementErrorKind.Internal, 500, "Something broke")]
    public void Query_Error_HasTheReferenceBody(StatementErrorKind kind, int status, string text)
    {
        _server.Engine.On("FAIL", ScriptedStatement.Error(kind, text));
        TestResponse response = _client.Post("/", "FAIL");
        Assert.Equal(status, response.Status);
        Assert.Equal($"{{\"columns\":[],\"data\":[],\"rows\":0,\"execution_time_us\":0,\"error\":\"{text}\"}}", response.Body);
    }

    [Theory]
    [InlineData(StatementErrorKind.Cancelled)]
    [InlineData(StatementErrorKind.TimedOut)]
    public void Query_CancelledOrTimedOut_Is408(StatementErrorKind kind)
    {
        _server.Engine.On("FAIL", ScriptedStatement.Error(kind, "whatever the engine says"));
        TestResponse response = _client.Post("/", "FAIL");
        Assert.Equal(408, response.Status);
        Assert.EndsWith("\"error\":\"Query cancelled\"}", response.Body);
    }

    [Fact]
    public void Query_Overloaded_Is503WithRetryAfter()
    {
        _server.Engine.On("FAIL", ScriptedStatement.Error(StatementErrorKind.Overloaded, "Too many statements"));
        TestResponse response = _client.Post("/", "FAIL");
        Assert.Equal(503, response.Status);
        Assert.Equal("1", response.Field("Retry-After"));
    }

    [Fact]
    public void Query_EmptyBody_IsAParseError() => Assert.Contains("Parse error: empty statement", _client.Post("/", "").Body);

    [Fact]
    public void Query_EngineThrows_Is500AndTheConnectionLives()
    {
        TestResponse response = _client.Post("/", "THROW");
        Assert.Equal(500, response.Status);
        Assert.DoesNotContain("told to throw", response.Body);
        Assert.Contains("told to throw", _server.Log.ToString());
        Assert.Equal(200, _client.Get("/ping").Status);
    }

    [Fact]
    public void Query_UnknownFormat_IsRefusedByName()
    {
        _server.Engine.On("SELECT 1 FORMAT Foo", new ScriptedStatement { FormatName = "Foo"u8.ToArray() });
        Assert.Contains("\"error\":\"Unknown format: Foo\"", _client.Post("/", "SELECT 1 FORMAT Foo").Body);
    }

    [Fact]
    public void Query_LongResult_IsStreamedWhole()
    {
        const int rowCount = 50_000;
        _server.Engine.On("LONG", ScriptedStatement.Result(FakeColumn.Int64("n", Enumerable.Range(0, rowCount).Select(n => (long)n).ToArray())));
        TestResponse response = _client.Post("/", "LONG");
        Assert.Equal("chunked", response.Field("Transfer-Encoding"));
        using JsonDocument json = JsonDocument.Parse(response.Body);
        Assert.Equal(rowCount, json.RootElement.GetProperty("rows").GetInt32());
        Assert.Equal(Enumerable.Range(0, rowCount), json.RootElement.GetProperty("data").EnumerateArray().Select(row => row[0].GetInt32()));
        Assert.Equal(200, _client.Get("/ping").Status);
    }

    [Fact]
    public void Query_HeadOfALongResult_StopsTheStatement()
    {
        _server.Engine.On("LONG", ScriptedStatement.Result(FakeColumn.Int64("n", new long[100_000])));
        TestResponse response = _client.Ask("HEAD /?query=LONG HTTP/1.1\r\nHost: x\r\n\r\n", isHead: true);
        Assert.Equal("chunked", response.Field("Transfer-Encoding"));
        // The next request is served after the statement is done with.
        Assert.Equal("Ok\n", _client.Get("/ping").Body);
        Assert.True(_server.Engine.LastExecution!.WasCancelled);
    }

    [Fact]
    public void Query_LongResultToHttp10_EndsWithTheConnection()
    {
        _server.Engine.On("LONG", ScriptedStatement.Result(FakeColumn.Int64("n", Enumerable.Range(0, 50_000).Select(n => (long)n).ToArray())));
        TestResponse response = _client.Ask("POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nLONG");
        Assert.Null(response.Field("Transfer-Encoding"));
        Assert.Equal("close", response.Field("Connection"));
        using JsonDocument json = JsonDocument.Parse(response.Body);
        Assert.Equal(50_000, json.RootElement.GetProperty("rows").GetInt32());
    }

    [Fact]
    public void Query_ErrorBeforeAnythingIsSent_IsAnErrorBody()
    {
        _server.Engine.On("LATE", Failing(rowCount: 100, failAtRow: 50));
        TestResponse response = _client.Post("/", "LATE");
        Assert.Equal("{\"columns\":[],\"data\":[],\"rows\":0,\"execution_time_us\":0,\"error\":\"late\"}", response.Body);
    }

    [Fact]
    public void Query_ErrorInMidStream_CutsTheConnection()
    {
        _server.Engine.On("LATE", Failing(rowCount: 100_000, failAtRow: 90_000));
        Exception? exception = Record.Exception(() => _client.Post("/", "LATE"));
        Assert.True(exception is System.Net.Sockets.SocketException or EndOfStreamException, $"got {exception}");
    }

    [Fact]
    public void Health_And_Ready_AreJson()
    {
        Assert.Equal(200, _client.Get("/health").Status);
        Assert.Equal("{\"status\": \"ready\"}", _client.Get("/ready").Body);
        _server.Engine.IsReady = false;
        TestResponse response = _client.Get("/ready");
        Assert.Equal((503, "{\"status\": \"recovering\"}"), (response.Status, response.Body));
    }

    [Fact]
    public void Query_WhileRecovering_IsToldToComeAgain()
    {
        _server.Engine.IsReady = false;
        TestResponse response = _client.Post("/", "SELECT 1");
        Assert.Equal((503, "1"), (response.Status, response.Field("Retry-After")));
        Assert.Contains("\"error\":\"The server is recovering, try again soon\"", response.Body);
        Assert.Equal(0, _server.Engine.Started);
        Assert.Equal(200, _client.Get("/ping").Status);
        Assert.Equal(200, _client.Get("/health").Status);
        Assert.Equal(200, _client.Get("/metrics").Status);
        _server.Engine.IsReady = true;
        Assert.Equal(200, _client.Post("/", "SELECT 1").Status);
    }

    [Fact]
    public void WhoAmI_WithoutAuthentication_IsAnAnonymousAdmin()
    {
        using JsonDocument json = JsonDocument.Parse(_client.Get("/whoami").Body);
        Assert.Equal("anonymous", json.RootElement.GetProperty("subject").GetString());
        Assert.Equal("admin", json.RootElement.GetProperty("role").GetString());
    }

    [Fact]
    public void Stats_HasTheReferenceShape() => Assert.Equal(
        "{\"ticks_ingested\":5000000,\"ticks_stored\":4999800,\"ticks_dropped\":200,\"queries_executed\":12345,\"total_rows_scanned\":50000000,\"partitions_created\":10,\"last_ingest_latency_ns\":181}",
        _client.Get("/stats").Body);

    [Fact]
    public void Metrics_Prometheus_StartsAsTheReference()
    {
        TestResponse response = _client.Get("/metrics");
        Assert.StartsWith("# HELP zepto_ticks_ingested_total Total ticks ingested\n# TYPE zepto_ticks_ingested_total counter\nzepto_ticks_ingested_total 5000000\n", response.Body);
        Assert.Contains("# TYPE zepto_partitions_total gauge\nzepto_partitions_total 10\n", response.Body);
        Assert.Contains("# TYPE zepto_wal_bytes_total counter\nzepto_wal_bytes_total 4096\n", response.Body);
        Assert.Contains("\nzepto_wal_records_total 64\n", response.Body);
        Assert.Contains("\nzepto_wal_fsyncs_total 32\n", response.Body);
        Assert.Contains("# TYPE zepto_wal_last_fsync_ns gauge\nzepto_wal_last_fsync_ns 77\n", response.Body);
        Assert.StartsWith("text/plain; version=0.0.4", response.Field("Content-Type"));
        MetricsFormat.Check(response.Body);
    }

    [Fact]
    public void Metrics_OpenMetricsByAccept_EndsWithEof()
    {
        TestResponse response = _client.Get("/metrics", "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n");
        Assert.StartsWith("application/openmetrics-text", response.Field("Content-Type"));
        Assert.EndsWith("\n# EOF\n", response.Body);
        Assert.Contains("# TYPE zepto_ticks_ingested counter\nzepto_ticks_ingested_total 5000000\n", response.Body);
    }

    [Fact]
    public void Metrics_AfterAQuery_CountItInTheHistogram()
    {
        _client.Post("/", "SELECT 1");
        string body = _client.Get("/metrics").Body;
        Assert.Contains("zepto_query_duration_seconds_bucket{le=\"0.00005\"} 0\n", body);
        Assert.Contains("zepto_query_duration_seconds_bucket{le=\"0.0001\"} 1\n", body);
        Assert.Contains("zepto_query_duration_seconds_count 1\n", body);
        Assert.Contains("zepto_http_responses_total{code=\"2xx\"} 1\n", body);
    }

    [Fact]
    public void AdminVersion_NamesEngineAndVersion()
    {
        using JsonDocument json = JsonDocument.Parse(_client.Get("/admin/version").Body);
        Assert.Equal(["engine", "version", "build"], json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("ZeptoDB", json.RootElement.GetProperty("engine").GetString());
        Assert.Equal("0.1.0", json.RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public void AdminQueries_ListAndKill()
    {
        Assert.Equal("[]", _client.Get("/admin/queries").Body);
        _server.Engine.Running.Add(new RunningStatement("q_a1b2c3", "ak_7f3k8a2b", "SELECT 'x' < \"y\"", 1711234567000000000));
        Assert.Equal("[{\"id\":\"q_a1b2c3\",\"subject\":\"ak_7f3k8a2b\",\"sql\":\"SELECT 'x' < \\\"y\\\"\",\"started_at_ns\":1711234567000000000}]",
            _client.Get("/admin/queries").Body);
        Assert.Equal("{\"cancelled\":true}", _client.Ask("DELETE /admin/queries/q_a1b2c3 HTTP/1.1\r\nHost: x\r\n\r\n").Body);
        Assert.Equal(404, _client.Ask("DELETE /admin/queries/q_a1b2c3 HTTP/1.1\r\nHost: x\r\n\r\n").Status);
    }

    private static ScriptedStatement Failing(int rowCount, int failAtRow) => new()
    {
        Columns = [FakeColumn.Int64("n", new long[rowCount])],
        RowCount = rowCount,
        BatchRows = 10,
        FailAtRow = failAtRow,
        FailKind = StatementErrorKind.BadValue,
        FailText = "late"u8.ToArray(),
    };
}
