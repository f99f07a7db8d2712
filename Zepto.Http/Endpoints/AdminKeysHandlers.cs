using Zepto.Http.Identity;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/keys: all keys, without anything of their secrets.</summary>
public sealed class AdminKeysHandler(KeyStore keys) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        KeyBody[] body = [.. keys.List().Select(key => new KeyBody(
            key.Id, key.Name, key.Role, key.Enabled, key.CreatedAtNs, key.LastUsedNs, key.ExpiresAtNs, key.TenantId, key.AllowedSymbols, key.AllowedTables))];
        return EndpointJson.Respond(context, body, EndpointJson.Default.KeyBodyArray);
    }
}

/// <summary>POST /admin/keys: makes a key and shows it this once.</summary>
public sealed class AdminCreateKeyHandler(KeyStore keys) : AdminChangeHandler
{
    protected override Func<RequestContext, ValueTask> Change(RequestContext context)
    {
        JsonFields fields = JsonFields.Parse(context.Body, "name", "role", "symbols", "tables", "tenant_id", "expires_at_ns");
        string name = fields.RequiredText("name");
        if (!Roles.TryParse(fields.Text("role") ?? "reader", out Role role)) throw new BadFieldException($"Field role must be {Roles.List}");
        string? secret = keys.Create(
            name, role, fields.Names("symbols") ?? [], fields.Names("tables") ?? [], fields.Text("tenant_id") ?? "", fields.Number("expires_at_ns") ?? 0);
        if (secret is null) return Error(400, $"There are {KeyStore.MostKeys} keys already, which is the most");
        return answer => EndpointJson.Respond(answer, new CreatedKeyBody(secret), EndpointJson.Default.CreatedKeyBody);
    }
}

/// <summary>PATCH /admin/keys/:id: changes what is given and leaves the rest.</summary>
public sealed class AdminUpdateKeyHandler(KeyStore keys) : AdminChangeHandler
{
    protected override Func<RequestContext, ValueTask> Change(RequestContext context)
    {
        JsonFields fields = JsonFields.Parse(context.Body, "symbols", "tables", "enabled", "tenant_id", "expires_at_ns");
        IReadOnlyList<string>? symbols = fields.Names("symbols");
        IReadOnlyList<string>? tables = fields.Names("tables");
        bool? isEnabled = fields.Flag("enabled");
        string? tenantId = fields.Text("tenant_id");
        long? expiresAtNs = fields.Number("expires_at_ns");
        bool isFound = keys.Update(IdOf(context), key => key with
        {
            AllowedSymbols = symbols ?? key.AllowedSymbols,
            AllowedTables = tables ?? key.AllowedTables,
            Enabled = isEnabled ?? key.Enabled,
            TenantId = tenantId ?? key.TenantId,
            ExpiresAtNs = expiresAtNs ?? key.ExpiresAtNs,
        });
        if (!isFound) return Error(404, "No key has this id");
        return answer => EndpointJson.Respond(answer, new UpdatedBody(true), EndpointJson.Default.UpdatedBody);
    }
}

/// <summary>DELETE /admin/keys/:id: the key is refused from the next request on.</summary>
public sealed class AdminRevokeKeyHandler(KeyStore keys) : AdminChangeHandler
{
    public override bool TakesBody => false;

    protected override Func<RequestContext, ValueTask> Change(RequestContext context)
    {
        if (!keys.Revoke(IdOf(context))) return Error(404, "No key has this id");
        return answer => EndpointJson.Respond(answer, new RevokedBody(true), EndpointJson.Default.RevokedBody);
    }
}
