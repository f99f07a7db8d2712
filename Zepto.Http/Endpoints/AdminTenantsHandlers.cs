using Zepto.Http.Identity;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/tenants: all tenants.</summary>
public sealed class AdminTenantsHandler(TenantStore tenants) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context) => EndpointJson.Respond(context, tenants.List(), EndpointJson.Default.IReadOnlyListTenant);
}

/// <summary>POST /admin/tenants: makes a tenant or replaces the one of its id.</summary>
public sealed class AdminSetTenantHandler(TenantStore tenants) : AdminChangeHandler
{
    protected override Func<RequestContext, ValueTask> Change(RequestContext context)
    {
        JsonFields fields = JsonFields.Parse(context.Body, "tenant_id", "name", "table_namespace", "max_concurrent_queries", "max_queries_per_minute");
        string id = fields.RequiredText("tenant_id");
        Tenant tenant = new(
            id,
            fields.Text("name") ?? id,
            fields.Text("table_namespace") ?? "",
            (int)(fields.Number("max_concurrent_queries", int.MaxValue) ?? 0),
            (int)(fields.Number("max_queries_per_minute", int.MaxValue) ?? 0));
        if (!tenants.TrySet(tenant)) return Error(400, $"There are {TenantStore.MostTenants} tenants already, which is the most");
        return answer => EndpointJson.Respond(answer, new CreatedTenantBody(true, id), EndpointJson.Default.CreatedTenantBody);
    }
}

/// <summary>DELETE /admin/tenants/:id: keys bound to it may do nothing from the next request on.</summary>
public sealed class AdminRemoveTenantHandler(TenantStore tenants) : AdminChangeHandler
{
    public override bool TakesBody => false;

    protected override Func<RequestContext, ValueTask> Change(RequestContext context)
    {
        if (!tenants.Remove(IdOf(context))) return Error(404, "No tenant has this id");
        return answer => EndpointJson.Respond(answer, new DeletedBody(true), EndpointJson.Default.DeletedBody);
    }
}
