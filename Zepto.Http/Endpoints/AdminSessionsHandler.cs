using Zepto.Http.Identity;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/sessions: the connected clients.</summary>
public sealed class AdminSessionsHandler(Func<IReadOnlyList<ConnectionIdentity>> connections) : IRequestHandler
{
    private const long NsPerMs = 1_000_000;

    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        ClientBody[] body = [.. connections().Select(client => new ClientBody(
            client.RemoteText, client.Subject, client.ConnectedAtMs * NsPerMs, client.LastActiveMs * NsPerMs, client.QueryCount))];
        return EndpointJson.Respond(context, body, EndpointJson.Default.ClientBodyArray);
    }
}
