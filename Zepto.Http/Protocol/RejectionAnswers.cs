namespace Zepto.Http.Protocol;

/// <summary>The one place that says which status and which words belong to a <see cref="RequestRejection"/>.</summary>
public static class RejectionAnswers
{
    /// <summary>Status code and a JSON body of one line.</summary>
    public static int Status(RequestRejection rejection, out ReadOnlySpan<byte> body)
    {
        switch (rejection)
        {
            case RequestRejection.TooManyEmptyLines: body = "{\"error\": \"Too many empty lines before the request line\"}"u8; return 400;
            case RequestRejection.MalformedRequestLine: body = "{\"error\": \"The request line must be: method, space, target, space, HTTP version\"}"u8; return 400;
            case RequestRejection.UnknownMethod: body = "{\"error\": \"Unknown method\"}"u8; return 501;
            case RequestRejection.MalformedTarget: body = "{\"error\": \"Malformed request target\"}"u8; return 400;
            case RequestRejection.TargetTooLong: body = "{\"error\": \"Request target too long, send the statement as the body of a POST\"}"u8; return 414;
            case RequestRejection.MalformedVersion: body = "{\"error\": \"Malformed HTTP version\"}"u8; return 400;
            case RequestRejection.UnsupportedVersion: body = "{\"error\": \"Only HTTP/1.1 and HTTP/1.0 are spoken here\"}"u8; return 505;
            case RequestRejection.BareLineFeed: body = "{\"error\": \"Header lines must end with CR LF\"}"u8; return 400;
            case RequestRejection.ObsoleteFolding: body = "{\"error\": \"Header lines must not begin with white space\"}"u8; return 400;
            case RequestRejection.MissingColon: body = "{\"error\": \"Header line without a colon\"}"u8; return 400;
            case RequestRejection.SpaceBeforeColon: body = "{\"error\": \"White space before the colon of a header line\"}"u8; return 400;
            case RequestRejection.MalformedFieldName: body = "{\"error\": \"Malformed header name\"}"u8; return 400;
            case RequestRejection.MalformedFieldValue: body = "{\"error\": \"Control character in a header value\"}"u8; return 400;
            case RequestRejection.TooManyFields: body = "{\"error\": \"Too many header lines\"}"u8; return 431;
            case RequestRejection.HeadTooLarge: body = "{\"error\": \"Header section too large\"}"u8; return 431;
            case RequestRejection.MissingHost: body = "{\"error\": \"Host header missing\"}"u8; return 400;
            case RequestRejection.RepeatedHost: body = "{\"error\": \"More than one Host header\"}"u8; return 400;
            case RequestRejection.MalformedHost: body = "{\"error\": \"Malformed Host header\"}"u8; return 400;
            case RequestRejection.MalformedContentLength: body = "{\"error\": \"Content-Length must be a decimal number\"}"u8; return 400;
            case RequestRejection.RepeatedContentLength: body = "{\"error\": \"More than one Content-Length header\"}"u8; return 400;
            case RequestRejection.ContentLengthWithTransferEncoding: body = "{\"error\": \"Content-Length and Transfer-Encoding exclude each other\"}"u8; return 400;
            case RequestRejection.UnsupportedTransferEncoding: body = "{\"error\": \"The only transfer coding accepted is chunked, once\"}"u8; return 400;
            case RequestRejection.TransferEncodingInHttp10: body = "{\"error\": \"HTTP/1.0 has no Transfer-Encoding\"}"u8; return 400;
            case RequestRejection.UnsupportedExpectation: body = "{\"error\": \"The only expectation known is 100-continue\"}"u8; return 417;
            case RequestRejection.UnsupportedContentEncoding: body = "{\"error\": \"Unsupported Content-Encoding, send the body as identity\"}"u8; return 415;
            case RequestRejection.BodyTooLarge: body = "{\"error\": \"Request body too large, see --max-body-mb\"}"u8; return 413;
            case RequestRejection.MalformedChunkSize: body = "{\"error\": \"Malformed chunk size\"}"u8; return 400;
            case RequestRejection.MalformedChunkExtension: body = "{\"error\": \"Malformed chunk extension\"}"u8; return 400;
            case RequestRejection.ChunkExtensionsTooLarge: body = "{\"error\": \"Chunk extensions too large\"}"u8; return 400;
            case RequestRejection.MalformedChunkEnd: body = "{\"error\": \"Chunk data must end with CR LF\"}"u8; return 400;
            case RequestRejection.MalformedTrailer: body = "{\"error\": \"Malformed trailer\"}"u8; return 400;
            case RequestRejection.TrailersTooLarge: body = "{\"error\": \"Trailer section too large\"}"u8; return 431;
            case RequestRejection.HeadTimeout: body = "{\"error\": \"The request header did not arrive in time\"}"u8; return 408;
            case RequestRejection.BodyTimeout: body = "{\"error\": \"The request body did not arrive in time\"}"u8; return 408;
            case RequestRejection.TooManyConnections: body = "{\"error\": \"Too many connections\"}"u8; return 503;
            case RequestRejection.BodyMemoryExhausted: body = "{\"error\": \"Too many large request bodies at once, try again\"}"u8; return 503;
            default: body = "{\"error\": \"Bad request\"}"u8; return 400;
        }
    }
}
