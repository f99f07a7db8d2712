using Zepto.Http.Identity;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /whoami: the caller's identity.</summary>
public sealed class WhoAmIHandler : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context) =>
        EndpointJson.Respond(context, new WhoAmIBody(context.Principal.Subject, Roles.NameOf(context.Principal.Role)), EndpointJson.Default.WhoAmIBody);
}

/// <summary>GET /auth/me: the caller's identity and what vouches for it.</summary>
public sealed class MeHandler : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        Principal principal = context.Principal;
        return EndpointJson.Respond(context, new MeBody(principal.Subject, Roles.NameOf(principal.Role), principal.Source), EndpointJson.Default.MeBody);
    }
}
