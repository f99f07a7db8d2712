using Zepto.Http.Identity;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>POST /admin/auth/reload: reads the files of signing keys again and fetches the provider's now.</summary>
/// <param name="reloadFiles">Reads the files.</param>
/// <param name="source">The provider's keys; null without.</param>
public sealed class AdminReloadHandler(Action reloadFiles, KeySetSource? source) : IRequestHandler
{
    public bool TakesBody => false;

    public async ValueTask HandleAsync(RequestContext context)
    {
        // Not on the thread that serves connections: files may be slow.
        await Task.Run(reloadFiles).ConfigureAwait(false);
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
