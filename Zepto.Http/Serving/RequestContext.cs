using Zepto.Http.Formats;
using Zepto.Http.Identity;
using Zepto.Http.Protocol;
using Zepto.Http.Responses;
using Zepto.Query.Results;

namespace Zepto.Http.Serving;

/// <summary>One request in the hands of its handler. Belongs to a connection and is used again for its next request.</summary>
public sealed class RequestContext
{
    private readonly HttpConnection _connection;
    private readonly ServerClock _clock;

    internal RequestContext(HttpConnection connection, ResponseWriter response, ServerClock clock, ConnectionIdentity identity, bool isSecure)
    {
        _connection = connection;
        _clock = clock;
        Response = response;
        Identity = identity;
        IsSecure = isSecure;
    }

    public RequestHead Head { get; } = new();

    /// <summary>The bytes that the ranges of <see cref="Head"/> point into.</summary>
    public ReadOnlyMemory<byte> HeadBytes { get; internal set; }

    /// <summary>The content without its transfer coding; empty when there is none or the handler does not take it.</summary>
    public ReadOnlyMemory<byte> Body { get; internal set; }

    public ResponseWriter Response { get; }

    /// <summary>Room to format a body in; empty at the start of a request and given back after it.</summary>
    public BodyBuffer Buffer { get; } = new();

    /// <summary>A second buffer, for a statement put together from parts.</summary>
    public BodyBuffer StatementBuffer { get; } = new();

    /// <summary>The connection's writer of default results.</summary>
    public ResultWriter DefaultResultWriter { get; } = new JsonResultWriter();

    /// <summary>Who sends the request; set before its handler is called.</summary>
    public Principal Principal { get; internal set; } = Principal.Anonymous;

    /// <summary>Who uses the connection.</summary>
    public ConnectionIdentity Identity { get; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool IsSecure { get; }

    /// <summary>Milliseconds since the Unix epoch, exact to a tenth of a second.</summary>
    public long NowMs => _clock.UnixMs;

    /// <summary>Path as sent; the root path when the target has none.</summary>
    public ReadOnlySpan<byte> Path => Head.Path.Length == 0 && !Head.IsAsterisk ? "/"u8 : Head.Path.Of(HeadBytes.Span);

    /// <summary>Query part of the target as sent.</summary>
    public ReadOnlySpan<byte> Query => Head.Query.Of(HeadBytes.Span);

    /// <summary>Finds a field by its lower-case name.</summary>
    public bool TryGetField(ReadOnlySpan<byte> lowerCaseName, out ReadOnlySpan<byte> value) =>
        Head.TryGetField(HeadBytes.Span, lowerCaseName, out value);

    /// <summary>
    /// Gets a statement's next batch. While the engine works elsewhere, the connection watches its client and cancels the statement
    /// when the client is gone.
    /// </summary>
    public ValueTask<bool> MoveNextAsync(IStatementExecution execution)
    {
        ValueTask<bool> next = execution.MoveNextAsync();
        return next.IsCompleted ? next : _connection.WatchWhileAsync(next, execution);
    }
}
