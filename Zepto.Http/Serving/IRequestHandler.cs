namespace Zepto.Http.Serving;

/// <summary>Answers one kind of request. One instance serves all connections at once, so it keeps no state of a request.</summary>
public interface IRequestHandler
{
    /// <summary>Whether the request's content is wanted; otherwise it is read away and not kept.</summary>
    bool TakesBody { get; }

    /// <summary>
    /// Writes exactly one response. Head, body and response of the context are valid until the returned task completes; a task that
    /// completes at once costs nothing.
    /// </summary>
    ValueTask HandleAsync(RequestContext context);
}

/// <summary>Chooses the handler of a request.</summary>
public interface IRequestRouter
{
    /// <summary>Never fails: what does not exist has a handler that says so.</summary>
    IRequestHandler Find(RequestContext context);
}
