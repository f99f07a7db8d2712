using Zepto.Http.Protocol;

namespace Zepto.Http.Serving;

/// <summary>What one connection may take in size and time. Times are milliseconds and exact to one sweep of the clock.</summary>
/// <param name="Message">Sizes of one request.</param>
/// <param name="HeadTimeoutMs">From a connection's start, or from a later request's first byte, to the end of its header section.</param>
/// <param name="BodyTimeoutMs">Longest pause while a body arrives, and while a client does not take an answer.</param>
/// <param name="IdleTimeoutMs">Longest wait for the next request on a kept connection.</param>
/// <param name="LingerTimeoutMs">Longest wait for the client's FIN after ours.</param>
/// <param name="MaxBufferedBodyBytes">Bodies that do not fit in one read, of all connections together.</param>
public sealed record ServingLimits(
    MessageLimits Message,
    long HeadTimeoutMs,
    long BodyTimeoutMs,
    long IdleTimeoutMs,
    long LingerTimeoutMs,
    long MaxBufferedBodyBytes);
