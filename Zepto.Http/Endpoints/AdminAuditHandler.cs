using System.Buffers.Text;
using Zepto.Http.Identity;
using Zepto.Http.Protocol;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/audit?n=: the newest events, newest last.</summary>
public sealed class AdminAuditHandler(AuditLog audit) : IRequestHandler
{
    private const int DefaultCount = 100;

    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        int count = DefaultCount;
        if (QueryString.TryFind(context.Query, "n"u8, out ReadOnlySpan<byte> text)
            && (!Utf8Parser.TryParse(text, out count, out int used) || used != text.Length || count < 0))
        {
            context.Response.Write(400, ContentTypes.Json, "{\"error\": \"Parameter n must be a whole number from 0\"}"u8);
            return default;
        }
        return EndpointJson.Respond(context, audit.Newest(count), EndpointJson.Default.IReadOnlyListAuditEvent);
    }
}
