using System.Text;
using Zepto.Http.Tests.Fakes;
using Zepto.Http.Tests.Protocol;

namespace Zepto.Http.Tests.Serving;

/// <summary>Mutated request streams through a whole connection: no fault, and the same answers wherever the stream was cut.</summary>
public sealed class HttpConnectionFuzzTests
{
    private const int Seed = 8123;
    private const int Rounds = 6_000;

    private static readonly byte[][] s_corpus =
    [
        .. new[]
        {
            "GET /ping HTTP/1.1\r\nHost: x\r\n\r\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nSELECT 1GET /ping HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;e\r\nSEL\r\n5\r\nECT 1\r\n0\r\nT: r\r\n\r\nGET /?query=SELECT+1 HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /?query=INSERT+INTO+t+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n1,2\r\nGET /ping HTTP/1.0\r\n\r\n",
            "GET /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyHEAD / HTTP/1.1\r\nHost: x\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    private static readonly byte[][] s_tokens =
        [.. new[] { "\r\n", "\n", "\r\n\r\n", " ", ":", "\0", "0\r\n\r\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n" }.Select(Encoding.Latin1.GetBytes)];

    [Fact]
    public void Stream_Mutated_GetsTheSameAnswersHoweverItIsCut()
    {
        Random random = new(Seed);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] payload = RequestHeadParserFuzzTests.Mutate(random, s_corpus[random.Next(s_corpus.Length)], s_tokens);
            string whole = Answers(payload, payload.Length, out int statements);
            string pieces = Answers(payload, random.Next(1, 40), out int statementsOfPieces);
            Assert.True(whole == pieces && statements == statementsOfPieces,
                $"seed {Seed}, round {round}: {Uri.EscapeDataString(Encoding.Latin1.GetString(payload))}\n{whole}\n---\n{pieces}");
        }
    }

    private static string Answers(byte[] payload, int pieceBytes, out int statements)
    {
        MemoryConnection connection = new();
        StringBuilder answers = new();
        for (int at = 0; at < payload.Length && !connection.IsClosed; at += pieceBytes)
        {
            connection.Send(payload.AsSpan(at, Math.Min(pieceBytes, payload.Length - at)));
            answers.Append(connection.Receive());
        }
        connection.SendEnd();
        answers.Append(connection.Receive());
        connection.Receive();
        Assert.True(connection.HasServerEnded && connection.IsClosed && !connection.IsAborted);
        Assert.Empty(connection.Faults);
        statements = connection.Engine.Started;
        // Sent only when the body is not there yet, which is what the cut decides.
        return answers.Replace("HTTP/1.1 100 Continue\r\n\r\n", "").ToString();
    }
}
