using Zepto.Http.Responses;
using Zepto.Http.Serving;
using Zepto.Query.Results;

namespace Zepto.Http.Endpoints;

/// <summary>DELETE /admin/queries/:id: asks a running statement to stop; 404 when there is none of this id.</summary>
public sealed class AdminKillQueryHandler(IStatementRunner runner) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        ReadOnlySpan<byte> path = context.Path;
        if (runner.Kill(path[(path.LastIndexOf((byte)'/') + 1)..]))
            return EndpointJson.Respond(context, new CancelledBody(Cancelled: true), EndpointJson.Default.CancelledBody);
        context.Response.Write(404, ContentTypes.Json, "{\"error\": \"No running query has this id\"}"u8);
        return default;
    }
}
