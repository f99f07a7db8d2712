using System.Text;
using Zepto.Http.Protocol;

namespace Zepto.Http.Tests.Protocol;

/// <summary>
/// Mutations of valid requests: the parser never throws, never consumes beyond its input, and says the same wherever the input was
/// cut. The seed is fixed and printed with the payload that failed.
/// </summary>
public sealed class RequestHeadParserFuzzTests
{
    private const int Seed = 20260325;
    private const int Mutations = 120_000;

    private static readonly string[] s_corpus =
    [
        "GET /ping HTTP/1.1\r\nHost: localhost:8123\r\nUser-Agent: curl/8.0\r\nAccept: */*\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nConnection: keep-alive\r\n\r\nSELECT 1",
        "POST /?query=SELECT%201 HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n8\r\nSELECT 1\r\n0\r\n\r\n",
        "HEAD http://example.org/a?b HTTP/1.0\r\nConnection: close, x\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost:\r\nX-Empty:\r\nX-Tab: \t a \t\r\n\r\n",
        "\r\n\r\nDELETE /admin/queries/q_a1b2c3 HTTP/1.1\r\nHost: a\r\n\r\n",
    ];

    private static readonly string[] s_tokens =
    [
        "\r\n", "\n", "\r", " ", "\t", ":", ",", "\0", "\xff", "%", "?", "/", "HTTP/1.1", "HTTP/1.0", "Host: b\r\n", "Content-Length: 1\r\n",
        "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", " : ", "Connection: close\r\n", "\r\n\r\n",
    ];

    [Fact]
    public void Parse_MutatedRequests_NeverThrowAndDoNotDependOnTheCut()
    {
        Random random = new(Seed);
        MessageLimits limits = MessageLimits.For(maxHeadBytes: 300, maxBodyBytes: 1 << 20) with { MaxFields = 8 };
        byte[][] corpus = s_corpus.Select(Encoding.Latin1.GetBytes).ToArray();
        byte[][] tokens = s_tokens.Select(Encoding.Latin1.GetBytes).ToArray();
        RequestHead whole = new();
        RequestHead cut = new();
        int done = 0, rejected = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] payload = Mutate(random, corpus[random.Next(corpus.Length)], tokens);
            int at = random.Next(payload.Length + 1);
            try
            {
                ParseStatus expected = RequestHeadParser.Parse(payload, limits, whole, out int consumed);
                Assert.InRange(consumed, 0, payload.Length);
                ParseStatus actual = RequestHeadParser.Parse(payload.AsSpan(0, at), limits, cut, out int cutConsumed);
                Assert.InRange(cutConsumed, 0, at);
                if (actual == ParseStatus.NeedMoreData) actual = RequestHeadParser.Parse(payload, limits, cut, out cutConsumed);
                Assert.Equal(expected, actual);
                Assert.Equal(consumed, cutConsumed);
                Assert.Equal(whole.Rejection, cut.Rejection);
                if (expected == ParseStatus.Done)
                {
                    done++;
                    AssertSame(whole, cut, consumed);
                }
                else if (expected == ParseStatus.Rejected)
                {
                    rejected++;
                }
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {Seed}, mutation {i}, cut at {at}: {Uri.EscapeDataString(Encoding.Latin1.GetString(payload))}", exception);
            }
        }
        // Both outcomes must be common, or the mutations test nothing.
        Assert.True(done > Mutations / 50 && rejected > Mutations / 50, $"done {done}, rejected {rejected}");
    }

    private static void AssertSame(RequestHead left, RequestHead right, int consumed)
    {
        Assert.Equal((left.Method, left.MinorVersion, left.Target, left.Path, left.Query), (right.Method, right.MinorVersion, right.Target, right.Path, right.Query));
        Assert.Equal((left.Framing, left.ContentLength, left.KeepAlive, left.ExpectsContinue), (right.Framing, right.ContentLength, right.KeepAlive, right.ExpectsContinue));
        Assert.Equal(left.FieldCount, right.FieldCount);
        for (int i = 0; i < left.FieldCount; i++)
        {
            Assert.Equal((left.FieldName(i), left.FieldValue(i)), (right.FieldName(i), right.FieldValue(i)));
            Assert.InRange(left.FieldValue(i).Offset + left.FieldValue(i).Length, 0, consumed);
        }
    }

    internal static byte[] Mutate(Random random, byte[] original, byte[][] tokens)
    {
        List<byte> bytes = [.. original];
        int steps = random.Next(1, 4);
        for (int i = 0; i < steps && bytes.Count > 0; i++)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.InsertRange(at, tokens[random.Next(tokens.Length)]); break;
                case 3: bytes.RemoveRange(at, Math.Min(random.Next(1, 12), bytes.Count - at)); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 80), bytes.Count - at))); break;
                default: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            }
        }
        return [.. bytes];
    }
}
