using Zepto.Http.Identity;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>POST /admin/auth/reload: fetches the provider's signing keys now.</summary>
public sealed class AdminReloadHandler(KeySetSource? source) : IRequestHandler
{
    public bool TakesBody => false;

    public async ValueTask HandleAsync(RequestContext context)
    {
        if (source is null)
        {
            context.Response.Write(502, ContentTypes.Json, "{\"error\": \"No JWKS URL is configured\"}"u8);
            return;
        }
        if (await source.Fetch().ConfigureAwait(false) is not null)
        {
            context.Response.Write(502, ContentTypes.Json, "{\"error\": \"The JWKS endpoint could not be read, see the server log\"}"u8);
            return;
        }
        await EndpointJson.Respond(context, new ReloadedBody(true, source.Keys.Keys.Count), EndpointJson.Default.ReloadedBody).ConfigureAwait(false);
    }
}
