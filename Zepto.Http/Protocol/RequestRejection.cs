namespace Zepto.Http.Protocol;

/// <summary>Every reason for which a request is refused before a handler sees it.</summary>
public enum RequestRejection : byte
{
    None,

    // Request line
    TooManyEmptyLines,
    MalformedRequestLine,
    UnknownMethod,
    MalformedTarget,
    TargetTooLong,
    MalformedVersion,
    UnsupportedVersion,

    // Field lines
    BareLineFeed,
    ObsoleteFolding,
    MissingColon,
    SpaceBeforeColon,
    MalformedFieldName,
    MalformedFieldValue,
    TooManyFields,
    HeadTooLarge,

    // Meaning of the fields
    MissingHost,
    RepeatedHost,
    MalformedHost,
    MalformedContentLength,
    RepeatedContentLength,
    ContentLengthWithTransferEncoding,
    UnsupportedTransferEncoding,
    TransferEncodingInHttp10,
    UnsupportedExpectation,
    UnsupportedContentEncoding,

    // Body
    BodyTooLarge,
    MalformedChunkSize,
    MalformedChunkExtension,
    ChunkExtensionsTooLarge,
    MalformedChunkEnd,
    MalformedTrailer,
    TrailersTooLarge,

    // Time and room
    HeadTimeout,
    BodyTimeout,
    TooManyConnections,
    BodyMemoryExhausted,
}
