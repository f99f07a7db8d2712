using Zepto.Http.Identity;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/audit?n=: the newest events, newest last.</summary>
public sealed class AdminAuditHandler(AuditLog audit) : IRequestHandler
{
    private const int DefaultCount = 100;

    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        long count = DefaultCount;
        if (!QueryNumbers.TryRead(context, "n"u8, ref count)) return default;
        return EndpointJson.Respond(context, audit.Newest((int)Math.Min(count, int.MaxValue)), EndpointJson.Default.IReadOnlyListAuditEvent);
    }
}
