using System.Text;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Identity;

/// <summary>Refuses a request with the contract's body.</summary>
internal sealed class RefusalHandler(int status, string error, string fields) : IRequestHandler
{
    private readonly byte[] _body = Encoding.ASCII.GetBytes($"{{\"error\": \"{error}\"}}");
    private readonly byte[] _fields = Encoding.ASCII.GetBytes(fields);

    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        context.Response.Write(status, ContentTypes.Json, _body, _fields);
        return default;
    }
}
