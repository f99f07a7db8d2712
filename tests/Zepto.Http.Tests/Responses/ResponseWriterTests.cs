using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Zepto.Http.Responses;

namespace Zepto.Http.Tests.Responses;

public sealed class ResponseWriterTests
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly ServerClock _clock = new();
    private readonly RequestIds _ids = new();
    private readonly ResponseWriter _writer;

    public ResponseWriterTests()
    {
        _clock.Set(1, new DateTime(1994, 11, 6, 8, 49, 37, DateTimeKind.Utc));
        _writer = new ResponseWriter(_pipe.Writer, _clock, _ids);
    }

    [Fact]
    public async Task Write_WholeResponse_IsExactlyThis()
    {
        _writer.Begin(isHead: false, isHttp10: false, keepAlive: true);
        _writer.Write(200, ContentTypes.PlainText, "Ok\n"u8);
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Request-Id: r000001\r\nContent-Length: 3\r\n\r\nOk\n",
            await TakeAsync());
    }

    [Theory]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(300_000)]
    public async Task Write_BodyOfAnySize_IsWhole(int bytes)
    {
        byte[] body = Enumerable.Range(0, bytes).Select(i => (byte)(i % 64 + 32)).ToArray();
        _writer.Begin(isHead: false, isHttp10: false, keepAlive: true);
        _writer.Write(200, ContentTypes.PlainText, body);
        string text = await TakeAsync();
        Assert.EndsWith($"Content-Length: {bytes}\r\n\r\n{Encoding.ASCII.GetString(body)}", text);
    }

    [Fact]
    public async Task Chunks_AreFramed()
    {
        _writer.Begin(isHead: false, isHttp10: false, keepAlive: true);
        _writer.StartChunks(200, ContentTypes.Json);
        ValueTask<bool> flushed = _writer.WriteChunkAsync(new byte[300].AsSpan());
        Assert.True(await flushed);
        _writer.EndChunks();
        string text = await TakeAsync();
        Assert.EndsWith("\r\nTransfer-Encoding: chunked\r\n\r\n12c\r\n" + new string('\0', 300) + "\r\n0\r\n\r\n", text);
        Assert.DoesNotContain("Content-Length", text);
    }

    [Fact]
    public async Task Head_GetsTheHeadOnly()
    {
        _writer.Begin(isHead: true, isHttp10: false, keepAlive: false);
        _writer.Write(200, ContentTypes.PlainText, "Ok\n"u8);
        Assert.EndsWith("\r\nConnection: close\r\nContent-Length: 3\r\n\r\n", await TakeAsync());
    }

    [Fact]
    public async Task Write_ExtraFields_AreBeforeTheEnd()
    {
        _writer.Begin(isHead: false, isHttp10: false, keepAlive: true);
        _writer.Write(204, default, default, "Allow: GET\r\n"u8);
        Assert.EndsWith("\r\nAllow: GET\r\n\r\n", await TakeAsync());
    }

    [Theory]
    [InlineData(1, "r000001")]
    [InlineData(0x1a3, "r0001a3")]
    [InlineData(0xffffff, "rffffff")]
    [InlineData(0x1000000, "r1000000")]
    [InlineData(long.MaxValue, "r7fffffffffffffff")]
    public void RequestIds_Write_HasAtLeastSixDigits(long id, string expected)
    {
        byte[] buffer = new byte[RequestIds.MaxTextBytes];
        Assert.Equal(expected, Encoding.ASCII.GetString(buffer, 0, RequestIds.Write(buffer, id)));
    }

    [Fact]
    public void Clock_DateLine_FollowsTheWallClock()
    {
        for (int second = 0; second < 30; second++)
        {
            DateTime now = new DateTime(2026, 12, 31, 23, 59, 45, DateTimeKind.Utc).AddSeconds(second);
            _clock.Set(second * 1000, now);
            Assert.Equal($"Date: {now:R}\r\n", Encoding.ASCII.GetString(_clock.DateLine));
        }
    }

    [Fact]
    public void Clock_Set_AllocatesNothing()
    {
        DateTime now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Allocations.AssertNone(() =>
        {
            now = now.AddSeconds(1);
            _clock.Set(now.Ticks, now);
        });
    }

    private async Task<string> TakeAsync()
    {
        await _pipe.Writer.FlushAsync();
        ReadResult result = await _pipe.Reader.ReadAsync();
        string text = Encoding.ASCII.GetString(result.Buffer);
        _pipe.Reader.AdvanceTo(result.Buffer.End);
        return text;
    }
}
