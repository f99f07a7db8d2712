using Zepto.Http.Identity;
using Zepto.Http.Serving;
using Zepto.Query.Results;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/queries: the statements running now, without secrets that stand in them.</summary>
public sealed class AdminQueriesHandler(IStatementRunner runner) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        RunningStatement[] running = [.. runner.ListRunning().Select(statement => statement with { Sql = SecretMask.Of(statement.Sql) })];
        return EndpointJson.Respond(context, running, EndpointJson.Default.IReadOnlyListRunningStatement);
    }
}
