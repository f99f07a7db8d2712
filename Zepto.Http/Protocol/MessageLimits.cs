namespace Zepto.Http.Protocol;

/// <summary>Sizes a request may have; all are inclusive and hold while bytes are still arriving.</summary>
/// <param name="MaxHeadBytes">Request line and field lines with their line ends, without leading empty lines.</param>
/// <param name="MaxTargetBytes">Request target.</param>
/// <param name="MaxFields">Field lines.</param>
/// <param name="MaxBodyBytes">Content after decoding the transfer coding.</param>
/// <param name="MaxEmptyLines">Empty lines before the request line (RFC 9112, section 2.2).</param>
/// <param name="MaxChunkExtensionBytes">Chunk extensions of one message together.</param>
/// <param name="MaxTrailerBytes">Trailer section with its line ends.</param>
public readonly record struct MessageLimits(
    int MaxHeadBytes,
    int MaxTargetBytes,
    int MaxFields,
    long MaxBodyBytes,
    int MaxEmptyLines,
    int MaxChunkExtensionBytes,
    int MaxTrailerBytes)
{
    /// <summary>Limits that follow from the two sizes a user sets.</summary>
    public static MessageLimits For(int maxHeadBytes, long maxBodyBytes) => new(
        maxHeadBytes,
        MaxTargetBytes: maxHeadBytes / 2,
        MaxFields: 100,
        maxBodyBytes,
        MaxEmptyLines: 4,
        MaxChunkExtensionBytes: 4096,
        MaxTrailerBytes: 8192);
}
