using System.Text;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>Answers always the same.</summary>
public abstract class FixedHandler : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        Write(context.Response);
        return default;
    }

    protected abstract void Write(ResponseWriter response);
}

/// <summary>404 for a path that does not exist.</summary>
public sealed class NotFoundHandler : FixedHandler
{
    protected override void Write(ResponseWriter response) => response.Write(404, ContentTypes.Json, "{\"error\": \"Not found\"}"u8);
}

/// <summary>405 for a method that a path does not have.</summary>
public sealed class MethodNotAllowedHandler(string allow) : FixedHandler
{
    private readonly byte[] _fields = Encoding.ASCII.GetBytes($"Allow: {allow}\r\n");

    protected override void Write(ResponseWriter response) =>
        response.Write(405, ContentTypes.Json, "{\"error\": \"Method not allowed\"}"u8, _fields);
}

/// <summary>OPTIONS: the methods of a path.</summary>
public sealed class OptionsHandler(string allow) : FixedHandler
{
    private readonly byte[] _fields = Encoding.ASCII.GetBytes($"Allow: {allow}\r\n");

    protected override void Write(ResponseWriter response) => response.Write(204, default, default, _fields);
}

/// <summary>GET /ping: the server answers.</summary>
public sealed class PingHandler : FixedHandler
{
    protected override void Write(ResponseWriter response) => response.Write(200, ContentTypes.PlainText, "Ok\n"u8);
}

/// <summary>GET /health: the process lives.</summary>
public sealed class HealthHandler : FixedHandler
{
    protected override void Write(ResponseWriter response) => response.Write(200, ContentTypes.Json, "{\"status\": \"healthy\"}"u8);
}
