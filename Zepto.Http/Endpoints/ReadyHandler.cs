using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /ready: whether requests should be sent here; 503 while the engine recovers and while the server shuts down.</summary>
public sealed class ReadyHandler(Func<bool> isEngineReady, Func<bool> isDraining) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        if (isDraining()) context.Response.Write(503, ContentTypes.Json, "{\"status\": \"draining\"}"u8);
        else if (!isEngineReady()) context.Response.Write(503, ContentTypes.Json, "{\"status\": \"recovering\"}"u8);
        else context.Response.Write(200, ContentTypes.Json, "{\"status\": \"ready\"}"u8);
        return default;
    }
}
