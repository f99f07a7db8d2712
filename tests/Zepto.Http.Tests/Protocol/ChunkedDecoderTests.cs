using System.Text;
using Zepto.Http.Protocol;

namespace Zepto.Http.Tests.Protocol;

public sealed class ChunkedDecoderTests
{
    private static readonly MessageLimits s_limits = MessageLimits.For(4096, maxBodyBytes: 1000) with { MaxChunkExtensionBytes = 20, MaxTrailerBytes = 30 };

    public static TheoryData<string, string> Valid => new()
    {
        { "0\r\n\r\n", "" },
        { "3\r\nabc\r\n0\r\n\r\n", "abc" },
        { "3\r\nabc\r\nA\r\n0123456789\r\n00\r\n\r\n", "abc0123456789" },
        { "a\r\n0123456789\r\n000\r\nX: y\r\nZ:\r\n\r\n", "0123456789" },
        { "3;a=b\r\nabc\r\n0;last\r\n\r\n", "abc" },
        { "2\r\n\r\n\r\n0\r\n\r\n", "\r\n" },
        { "0000000000000003\r\nabc\r\n0\r\n\r\n", "abc" },
    };

    public static TheoryData<string, RequestRejection> Invalid => new()
    {
        { "\r\n", RequestRejection.MalformedChunkSize },
        { "g\r\n", RequestRejection.MalformedChunkSize },
        { "-1\r\n", RequestRejection.MalformedChunkSize },
        { "+1\r\n", RequestRejection.MalformedChunkSize },
        { "0x3\r\n", RequestRejection.MalformedChunkSize },
        { " 3\r\n", RequestRejection.MalformedChunkSize },
        { "3 \r\nabc", RequestRejection.MalformedChunkSize },
        { "3\nabc", RequestRejection.MalformedChunkSize },
        { "3\rabc", RequestRejection.MalformedChunkSize },
        { ";a\r\n", RequestRejection.MalformedChunkSize },
        { "00000000000000003\r\nabc", RequestRejection.MalformedChunkSize },
        { "8000000000000000\r\n", RequestRejection.MalformedChunkSize },
        { "FFFFFFFFFFFFFFFF\r\n", RequestRejection.MalformedChunkSize },
        { "7FFFFFFFFFFFFFFF\r\n", RequestRejection.BodyTooLarge },
        { "3;a\nb\r\n", RequestRejection.MalformedChunkExtension },
        { "3;\0\r\n", RequestRejection.MalformedChunkExtension },
        { "3;aaaaaaaaaaaaaaaaaaaaa\r\n", RequestRejection.ChunkExtensionsTooLarge },
        { "3\r\nabcX", RequestRejection.MalformedChunkEnd },
        { "3\r\nabc\n", RequestRejection.MalformedChunkEnd },
        { "3\r\nabc\rX", RequestRejection.MalformedChunkEnd },
        { "3\r\nabcd\r\n0\r\n\r\n", RequestRejection.MalformedChunkEnd },
        { "0\r\nX y\r\n", RequestRejection.MalformedTrailer },
        { "0\r\n: y\r\n", RequestRejection.MalformedTrailer },
        { "0\r\n X: y\r\n", RequestRejection.MalformedTrailer },
        { "0\r\nX\r\n", RequestRejection.MalformedTrailer },
        { "0\r\nX: y\n", RequestRejection.MalformedTrailer },
        { "0\r\n\rX", RequestRejection.MalformedTrailer },
        { "0\r\nX: 0123456789012345678901234567890\r\n\r\n", RequestRejection.TrailersTooLarge },
    };

    [Theory]
    [MemberData(nameof(Valid))]
    public void Read_Valid_IsTheSameAtEveryBoundary(string payload, string content) => AssertEvery(payload, $"Done {payload.Length} {content}");

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Read_Invalid_IsRejectedTheSameAtEveryBoundary(string payload, RequestRejection rejection) => AssertEvery(payload, $"Rejected {rejection}");

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Read_BodyAtItsLimit_BothSides(int bytes, bool isAccepted)
    {
        // The limit counts the content of all chunks.
        string payload = $"1F4\r\n{new string('x', 500)}\r\n{bytes - 500:x}\r\n{new string('y', bytes - 500)}\r\n0\r\n\r\n";
        Assert.StartsWith(isAccepted ? $"Done {payload.Length} " : "Rejected BodyTooLarge", Decode(payload, payload.Length));
    }

    [Theory]
    [InlineData(20, "Done")]
    [InlineData(21, "Rejected ChunkExtensionsTooLarge")]
    public void Read_ExtensionsAtTheirLimit_CountOverAllChunks(int bytes, string expected) =>
        AssertEvery($"1;{new string('a', 10)}\r\nx\r\n1;{new string('b', bytes - 10)}\r\nx\r\n0\r\n\r\n", expected, isPrefix: true);

    [Theory]
    [InlineData(30, "Done")]
    [InlineData(31, "Rejected TrailersTooLarge")]
    public void Read_TrailersAtTheirLimit_BothSides(int bytes, string expected) =>
        AssertEvery($"0\r\nX:{new string('a', bytes - 4)}\r\n\r\n", expected, isPrefix: true);

    [Fact]
    public void Read_BytesAfterTheEnd_AreLeft()
    {
        const string body = "3\r\nabc\r\n0\r\n\r\n";
        Assert.Equal($"Done {body.Length} abc", Decode(body + "GET / HTTP/1.1\r\n", 1000));
    }

    [Fact]
    public void Read_RandomContent_RoundTrips()
    {
        const int seed = 4711;
        Random random = new(seed);
        for (int round = 0; round < 300; round++)
        {
            StringBuilder payload = new();
            StringBuilder content = new();
            for (int chunks = random.Next(5); chunks > 0; chunks--)
            {
                string chunk = new(Enumerable.Range(0, random.Next(1, 60)).Select(_ => (char)random.Next(256)).ToArray());
                payload.Append(chunk.Length.ToString(random.Next(2) == 0 ? "x" : "X")).Append("\r\n").Append(chunk).Append("\r\n");
                content.Append(chunk);
            }
            payload.Append("0\r\n\r\n");
            string expected = $"Done {payload.Length} {content}";
            string actual = Decode(payload.ToString(), random.Next(1, 40));
            Assert.True(expected == actual, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Read_Mutations_NeverThrowAndDoNotDependOnTheCut()
    {
        const int seed = 99;
        Random random = new(seed);
        byte[] original = "3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n"u8.ToArray();
        byte[][] tokens = [.. new[] { "\r\n", "\n", "0", "F", ";", ":", "\0", "0\r\n\r\n" }.Select(Encoding.Latin1.GetBytes)];
        for (int i = 0; i < 30_000; i++)
        {
            string payload = Encoding.Latin1.GetString(RequestHeadParserFuzzTests.Mutate(random, original, tokens));
            string whole = Decode(payload, Math.Max(1, payload.Length));
            string pieces = Decode(payload, random.Next(1, 8));
            Assert.True(whole == pieces, $"seed {seed}, round {i}: {Uri.EscapeDataString(payload)}: {whole} / {pieces}");
        }
    }

    private static void AssertEvery(string payload, string expected, bool isPrefix = false)
    {
        for (int step = 1; step <= payload.Length; step++)
        {
            string actual = Decode(payload, step);
            if (isPrefix) Assert.StartsWith(expected, actual);
            else Assert.Equal(expected, actual);
        }
    }

    // Feeds the payload in pieces of the given size.
    private static string Decode(string payload, int pieceBytes)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(payload);
        ChunkedDecoder decoder = default;
        StringBuilder content = new();
        int position = 0;
        while (position < bytes.Length)
        {
            int pieceEnd = Math.Min(bytes.Length, position - position % pieceBytes + pieceBytes);
            ParseStatus status = decoder.Read(bytes.AsSpan(position, pieceEnd - position), s_limits, out int consumed, out ReadOnlySpan<byte> piece);
            Assert.InRange(consumed, 1, pieceEnd - position);
            position += consumed;
            content.Append(Encoding.Latin1.GetString(piece));
            if (status == ParseStatus.Rejected) return $"Rejected {decoder.Rejection}";
            if (status == ParseStatus.Done) return $"Done {position} {content}";
        }
        return $"NeedMoreData {content}";
    }
}
