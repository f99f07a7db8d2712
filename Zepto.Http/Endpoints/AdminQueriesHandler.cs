using Zepto.Http.Serving;
using Zepto.Query.Results;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/queries: the statements running now.</summary>
public sealed class AdminQueriesHandler(IStatementRunner runner) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context) =>
        EndpointJson.Respond(context, runner.ListRunning(), EndpointJson.Default.IReadOnlyListRunningStatement);
}
