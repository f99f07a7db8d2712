using System.Text;
using Zepto.Http.Tests.Fakes;

namespace Zepto.Http.Tests.Serving;

/// <summary>One connection over pipes in memory: framing, order, limits, closing.</summary>
public sealed class HttpConnectionTests
{
    private const string Ping = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";

    [Fact]
    public void Requests_ByteByByte_AreAnsweredOnceEach()
    {
        MemoryConnection connection = new();
        StringBuilder answers = new();
        foreach (char next in Ping + "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nSELECT 1\r\n0\r\n\r\n" + Ping)
        {
            connection.Send(next.ToString());
            answers.Append(connection.Receive());
        }
        Assert.Equal(["Ok\n", "{\"columns\":[\"1\"],\"data\":[[1]],\"rows\":1,\"execution_time_us\":52.3}", "Ok\n"], Bodies(answers.ToString()));
    }

    [Fact]
    public void Requests_SplitAtEachByte_AreAnsweredTheSame()
    {
        const string payload = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nSELECT 1" + Ping
            + "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;e\r\nSEL\r\n5\r\nECT 1\r\n0\r\nT: r\r\n\r\n" + Ping;
        for (int at = 1; at < payload.Length; at++)
        {
            MemoryConnection connection = new();
            connection.Send(payload[..at]);
            string first = connection.Receive();
            connection.Send(payload[at..]);
            Assert.Equal(4, Bodies(first + connection.Receive()).Count);
            Assert.Equal(2, connection.Engine.Started);
            Assert.False(connection.IsClosed);
        }
    }

    [Fact]
    public void Pipelined_Requests_AreAnsweredInOrderByOneFlush()
    {
        MemoryConnection connection = new();
        connection.Send(Ping + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + Ping + "GET /pi");
        string answers = connection.Receive();
        Assert.Equal(["Ok\n", "{\"error\": \"Not found\"}", "Ok\n"], Bodies(answers));
        connection.Send("ng HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(["Ok\n"], Bodies(connection.Receive()));
    }

    [Fact]
    public void Pipelined_ManyRequests_AreAllAnsweredUnderBackPressure()
    {
        MemoryConnection connection = new(sendBufferBytes: 4096);
        connection.Send(string.Concat(Enumerable.Repeat(Ping, 3000)));
        StringBuilder answers = new();
        while (connection.Receive() is { Length: > 0 } part) answers.Append(part);
        Assert.Equal(3000, Bodies(answers.ToString()).Count);
    }

    [Fact]
    public void Pipelined_BehindASlowStatement_WaitsAndEarlierAnswersDoNot()
    {
        TaskCompletionSource gate = new();
        FakeRunner engine = new();
        engine.On("SLOW", Slow(gate));
        MemoryConnection connection = new(engine);
        connection.Send(Ping + Post("SLOW") + Ping);
        Assert.Equal(["Ok\n"], Bodies(connection.Receive()));
        connection.Send(Ping);
        Assert.Equal("", connection.Receive());
        gate.SetResult();
        List<string> bodies = Bodies(connection.Receive());
        Assert.Equal(3, bodies.Count);
        Assert.StartsWith("{\"columns\":[\"n\"]", bodies[0]);
        Assert.Equal(["Ok\n", "Ok\n"], bodies[1..]);
        Assert.False(connection.IsClosed);
    }

    [Fact]
    public void Statement_DataInThePipe_StaysValidWhileItRuns()
    {
        TaskCompletionSource gate = new();
        FakeRunner engine = new();
        engine.On("INSERT INTO t FORMAT CSV", Slow(gate));
        MemoryConnection connection = new(engine);
        connection.Send("POST /?query=INSERT+INTO+t+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n1,2\r\n");
        Assert.Equal("1,2\r\n", engine.LastData);
        connection.Send(Ping);
        gate.SetResult();
        Assert.Equal(2, Bodies(connection.Receive()).Count);
    }

    [Fact]
    public void ConnectionClose_IsAnsweredThenEnded()
    {
        MemoryConnection connection = new();
        connection.Send("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + Ping);
        string answer = connection.Receive();
        Assert.Contains("\r\nConnection: close\r\n", answer);
        Assert.Single(Bodies(answer));
        Assert.True(connection.HasServerEnded);
        connection.SendEnd();
        Assert.True(connection.IsClosed);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("Connection: keep-alive\r\n", true)]
    public void Http10_KeepsTheConnectionOnlyWhenAsked(string fields, bool isKept)
    {
        MemoryConnection connection = new();
        connection.Send($"GET /ping HTTP/1.0\r\n{fields}\r\n");
        string answer = connection.Receive();
        Assert.Contains(isKept ? "\r\nConnection: keep-alive\r\n" : "\r\nConnection: close\r\n", answer);
        Assert.Equal(!isKept, connection.HasServerEnded);
    }

    [Theory]
    [InlineData("GET /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("GET /ping HTTP/1.1\nHost: x\n\n", 400)]
    [InlineData("GET /ping HTTP/1.1\r\nHost : x\r\n\r\n", 400)]
    [InlineData("GET /ping HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n", 400)]
    [InlineData("BREW /ping HTTP/1.1\r\nHost: x\r\n\r\n", 501)]
    [InlineData("GET /ping HTTP/3.0\r\nHost: x\r\n\r\n", 505)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 3\r\n\r\n", 417)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 415)]
    public void Refused_Request_IsAnsweredOnceAndNothingAfterItIsParsed(string request, int status)
    {
        MemoryConnection connection = new();
        connection.Send(request + Ping);
        string answer = connection.Receive();
        Assert.StartsWith($"HTTP/1.1 {status} ", answer);
        Assert.Contains("\r\nConnection: close\r\n", answer);
        Assert.Single(Bodies(answer));
        Assert.True(connection.HasServerEnded);
        Assert.Equal(0, connection.Engine.Started);
        connection.SendEnd();
        Assert.True(connection.IsClosed);
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(1, 413)]
    public void Body_AtItsLimit_BothSides(int excessBytes, int status)
    {
        int bytes = (int)MemoryConnection.DefaultLimits.Message.MaxBodyBytes + excessBytes;
        MemoryConnection connection = new();
        connection.Send($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {bytes}\r\n\r\n");
        SendInPieces(connection, new string(' ', bytes));
        Assert.StartsWith($"HTTP/1.1 {status} ", connection.Receive());
        Assert.Equal(status == 200 ? 1 : 0, connection.Engine.Started);
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(1, 413)]
    public void Body_ChunkedAtItsLimit_BothSides(int excessBytes, int status)
    {
        int bytes = (int)MemoryConnection.DefaultLimits.Message.MaxBodyBytes + excessBytes;
        MemoryConnection connection = new();
        connection.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        SendInPieces(connection, $"1000\r\n{new string(' ', 4096)}\r\n{bytes - 4096:x}\r\n{new string(' ', bytes - 4096)}\r\n0\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", connection.Receive());
        Assert.Equal(0, connection.Services.BufferedBodyBytes);
    }

    [Fact]
    public void Body_WhenTheCommonBudgetIsUsedUp_Is503()
    {
        MemoryConnection connection = new(limits: MemoryConnection.DefaultLimits with { MaxBufferedBodyBytes = 10_000 });
        connection.Send($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n");
        SendInPieces(connection, new string(' ', 20_000));
        string answer = connection.Receive();
        Assert.StartsWith("HTTP/1.1 503 ", answer);
        Assert.Contains("\r\nRetry-After: 1\r\n", answer);
        Assert.Equal(0, connection.Services.BufferedBodyBytes);
    }

    [Fact]
    public void Body_NobodyWants_IsReadAwayAndNeverParsed()
    {
        MemoryConnection connection = new();
        connection.Send($"GET /ping HTTP/1.1\r\nHost: x\r\nContent-Length: {Ping.Length}\r\n\r\n{Ping}" + Ping);
        Assert.Equal(2, Bodies(connection.Receive()).Count);
        connection.Send("GET /ping HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        connection.Send($"{Ping.Length:x}\r\n{Ping}\r\n0\r\n\r\n" + Ping);
        Assert.Equal(2, Bodies(connection.Receive()).Count);
    }

    [Fact]
    public void Body_NobodyWantsAndTooLong_EndsTheConnectionAfterTheAnswer()
    {
        MemoryConnection connection = new();
        connection.Send("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
        string answer = connection.Receive();
        Assert.StartsWith("HTTP/1.1 404 ", answer);
        Assert.Contains("\r\nConnection: close\r\n", answer);
        connection.Send(string.Concat(Enumerable.Repeat(Ping, 100)));
        Assert.Equal("", connection.Receive());
        Assert.True(connection.HasServerEnded);
    }

    [Fact]
    public void Expect100_IsAnsweredOnceBeforeTheBody()
    {
        MemoryConnection connection = new();
        connection.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", connection.Receive());
        connection.Send("SELE");
        Assert.Equal("", connection.Receive());
        connection.Send("CT 1");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", connection.Receive());
        Assert.Equal("SELECT 1", connection.Engine.LastSql);
    }

    [Fact]
    public void Expect100_WithTheBodyAlreadyHere_IsNotSent()
    {
        MemoryConnection connection = new();
        connection.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\nSELECT 1");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", connection.Receive());
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n", 413)]
    [InlineData("POST /nothing HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n", 404)]
    public void Expect100_AfterARefusal_IsNotSent(string request, int status)
    {
        MemoryConnection connection = new();
        connection.Send(request);
        Assert.StartsWith($"HTTP/1.1 {status} ", connection.Receive());
        Assert.True(connection.HasServerEnded);
    }

    [Fact]
    public void Expect100_FromHttp10_IsIgnored()
    {
        MemoryConnection connection = new();
        connection.Send("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n");
        Assert.Equal("", connection.Receive());
        connection.Send("SELECT 1");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", connection.Receive());
    }

    [Fact]
    public void HalfClose_WholeRequestsAreAnsweredTruncatedOnesAreNot()
    {
        MemoryConnection connection = new();
        connection.Send(Ping + "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nSELECT");
        connection.SendEnd();
        Assert.Single(Bodies(connection.Receive()));
        Assert.Equal(0, connection.Engine.Started);
        connection.Receive();
        Assert.True(connection.HasServerEnded);
        Assert.True(connection.IsClosed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    public void Head_AcrossBlocksOfThePipe_IsParsed(int blocksBefore)
    {
        // The pipe's segments are 4 KiB: a long target forces the copy path, also after other requests moved the start.
        MemoryConnection connection = new();
        connection.Send(string.Concat(Enumerable.Repeat(Ping, blocksBefore / 100 + 1)) + $"GET /{new string('a', 10_000)} HTTP/1.1\r\nHost: x\r\n\r\n" + Ping);
        StringBuilder answers = new();
        while (connection.Receive() is { Length: > 0 } part) answers.Append(part);
        List<string> bodies = Bodies(answers.ToString());
        Assert.Equal("{\"error\": \"Not found\"}", bodies[^2]);
        Assert.Equal("Ok\n", bodies[^1]);
    }

    [Fact]
    public void Draining_RequestIsAnsweredThenTheConnectionEnds()
    {
        MemoryConnection connection = new();
        connection.Send(Ping);
        connection.Receive();
        connection.Services.IsDraining = true;
        connection.Send("GET /ready HTTP/1.1\r\nHost: x\r\n\r\n");
        string answer = connection.Receive();
        Assert.StartsWith("HTTP/1.1 503 ", answer);
        Assert.Contains("\r\nConnection: close\r\n", answer);
        Assert.True(connection.HasServerEnded);
    }

    [Fact]
    public void RequestClose_IdleConnection_EndsAtOnce()
    {
        MemoryConnection connection = new();
        connection.Send(Ping);
        connection.Receive();
        connection.Connection.RequestClose();
        connection.Receive();
        Assert.True(connection.HasServerEnded);
    }

    [Fact]
    public void RequestClose_BusyConnection_EndsAfterTheAnswer()
    {
        TaskCompletionSource gate = new();
        FakeRunner engine = new();
        engine.On("SLOW", Slow(gate));
        MemoryConnection connection = new(engine);
        connection.Send(Post("SLOW"));
        connection.Connection.RequestClose();
        Assert.Equal("", connection.Receive());
        Assert.False(connection.HasServerEnded);
        gate.SetResult();
        Assert.Single(Bodies(connection.Receive()));
        connection.Receive();
        Assert.True(connection.HasServerEnded);
    }

    [Theory]
    [InlineData("GET /ping HTTP/1.1\r\nHost: localhost:8123\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nSELECT 1")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nSELECT vwap")]
    [InlineData("GET /?query=SELECT+1 HTTP/1.1\r\nHost: x\r\n\r\n")]
    public void SteadyState_Request_AllocatesNothing(string request)
    {
        FakeRunner engine = new() { IsRecording = false };
        MemoryConnection connection = new(engine);
        byte[] bytes = Encoding.ASCII.GetBytes(request);
        Allocations.AssertNone(() =>
        {
            connection.Send(bytes);
            if (connection.Discard() == 0) throw new InvalidOperationException("no answer");
        });
    }

    internal static string Post(string sql) => $"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {sql.Length}\r\n\r\n{sql}";

    internal static ScriptedStatement Slow(TaskCompletionSource gate) => new() { Columns = [FakeColumn.Int64("n", [7])], RowCount = 1, Gate = gate };

    /// <summary>Bodies of responses that all have a Content-Length.</summary>
    internal static List<string> Bodies(string answers)
    {
        List<string> bodies = [];
        while (answers.Length > 0)
        {
            int headEnd = answers.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            TestResponse response = TestResponse.Parse(answers[..headEnd]);
            int length = int.Parse(response.Field("Content-Length")!);
            bodies.Add(answers.Substring(headEnd + 4, length));
            answers = answers[(headEnd + 4 + length)..];
        }
        return bodies;
    }

    private static void SendInPieces(MemoryConnection connection, string text)
    {
        for (int i = 0; i < text.Length; i += 16_000) connection.Send(text.Substring(i, Math.Min(16_000, text.Length - i)));
    }
}
