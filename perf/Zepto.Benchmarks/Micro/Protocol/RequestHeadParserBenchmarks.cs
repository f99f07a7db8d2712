using System.Text;
using BenchmarkDotNet.Attributes;
using Zepto.Http.Protocol;

namespace Zepto.Benchmarks.Micro.Protocol;

/// <summary>Parsing one request head: what wrk sends, what a client of ours sends, and what a browser sends.</summary>
[MemoryDiagnoser]
public class RequestHeadParserBenchmarks : ICheckedBenchmark
{
    private static readonly byte[] s_ping = Encoding.ASCII.GetBytes("GET /ping HTTP/1.1\r\nHost: 127.0.0.1:8123\r\n\r\n");

    private static readonly byte[] s_post = Encoding.ASCII.GetBytes(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:8123\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\nContent-Length: 70\r\n"
        + "Content-Type: application/x-www-form-urlencoded\r\n\r\n");

    private static readonly byte[] s_browser = Encoding.ASCII.GetBytes(
        "GET /?query=SELECT%201&default_format=JSON HTTP/1.1\r\nHost: localhost:8123\r\nConnection: keep-alive\r\n"
        + "sec-ch-ua: \"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\n"
        + "Upgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"
        + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\nSec-Fetch-Site: none\r\n"
        + "Sec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
        + "Accept-Language: en-GB,en;q=0.9\r\n\r\n");

    private readonly MessageLimits _limits = MessageLimits.For(32 << 10, 64 << 20);
    private readonly RequestHead _head = new();

    [Benchmark(Baseline = true)]
    public int Ping() => Parse(s_ping);

    [Benchmark]
    public int Post() => Parse(s_post);

    [Benchmark]
    public int Browser() => Parse(s_browser);

    void ICheckedBenchmark.Check()
    {
        Expect.Equal(nameof(Ping), s_ping.Length, Ping());
        Expect.Equal(nameof(Ping), RequestMethod.Get, _head.Method);
        Expect.Equal(nameof(Post), s_post.Length, Post());
        Expect.Equal(nameof(Post), 70, _head.ContentLength);
        Expect.Equal(nameof(Browser), s_browser.Length, Browser());
        Expect.Equal(nameof(Browser), 14, _head.FieldCount);
    }

    private int Parse(byte[] input) => RequestHeadParser.Parse(input, _limits, _head, out var consumedBytes) == ParseStatus.Done ? consumedBytes : -1;
}
