using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Zepto.Http.Cluster;
using Zepto.Http.Identity;
using Zepto.Http.Monitoring;
using Zepto.Http.Responses;
using Zepto.Http.Serving;
using Zepto.Query.Results;

namespace Zepto.Http.Endpoints;

/// <summary>Body of GET /stats.</summary>
public sealed record StatsBody(
    long TicksIngested,
    long TicksStored,
    long TicksDropped,
    long QueriesExecuted,
    long TotalRowsScanned,
    long PartitionsCreated,
    long LastIngestLatencyNs);

/// <summary>Body of GET /admin/version.</summary>
public sealed record VersionBody(string Engine, string Version, string Build);

/// <summary>Body of DELETE /admin/queries/:id.</summary>
public sealed record CancelledBody(bool Cancelled);

/// <summary>Body of GET /whoami.</summary>
public sealed record WhoAmIBody(string Subject, string Role);

/// <summary>Body of GET /auth/me.</summary>
public sealed record MeBody(string Subject, string Role, string Source);

/// <summary>One key in the body of GET /admin/keys.</summary>
public sealed record KeyBody(
    string Id,
    string Name,
    string Role,
    bool Enabled,
    long CreatedAtNs,
    long LastUsedNs,
    long ExpiresAtNs,
    string TenantId,
    IReadOnlyList<string> AllowedSymbols,
    IReadOnlyList<string> AllowedTables);

/// <summary>Body of POST /admin/keys.</summary>
public sealed record CreatedKeyBody(string Key);

/// <summary>Body of PATCH /admin/keys/:id.</summary>
public sealed record UpdatedBody(bool Updated);

/// <summary>Body of DELETE /admin/keys/:id.</summary>
public sealed record RevokedBody(bool Revoked);

/// <summary>Body of POST /admin/tenants.</summary>
public sealed record CreatedTenantBody(bool Created, string TenantId);

/// <summary>Body of DELETE /admin/tenants/:id.</summary>
public sealed record DeletedBody(bool Deleted);

/// <summary>One client in the body of GET /admin/sessions.</summary>
public sealed record ClientBody(string RemoteAddr, string User, long ConnectedAtNs, long LastActiveNs, long QueryCount);

/// <summary>Body of POST /auth/session.</summary>
public sealed record SessionBody(bool Session, string Role, string Subject);

/// <summary>Body of POST /admin/auth/reload.</summary>
public sealed record ReloadedBody(bool Refreshed, int KeysLoaded);

/// <summary>Body of POST /auth/refresh.</summary>
public sealed record RefreshedBody(bool Refreshed, long ExpiresIn);

/// <summary>Body of GET /admin/nodes.</summary>
public sealed record NodesBody(IReadOnlyList<NodeStatus> Nodes);

/// <summary>Body of POST /admin/nodes.</summary>
public sealed record AddedNodeBody(bool Added, long Id, string Host, int Port);

/// <summary>Body of DELETE /admin/nodes/:id.</summary>
public sealed record RemovedNodeBody(bool Removed, long Id);

/// <summary>Body of GET /admin/cluster.</summary>
public sealed record ClusterBody(
    string Mode,
    int NodeCount,
    long PartitionsCreated,
    long PartitionsEvicted,
    long TicksIngested,
    long TicksStored,
    long TicksDropped,
    long QueriesExecuted,
    long TotalRowsScanned,
    long LastIngestLatencyNs);

/// <summary>Body of POST /admin/rebalance/…: it was done.</summary>
public sealed record DoneBody(bool Ok);

/// <summary>Body of POST /admin/rebalance/…: it was not done.</summary>
public sealed record NotDoneBody(bool Ok, string Error);

/// <summary>Serialisers for the bodies above, made at compile time; property names in snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatsBody))]
[JsonSerializable(typeof(VersionBody))]
[JsonSerializable(typeof(CancelledBody))]
[JsonSerializable(typeof(IReadOnlyList<RunningStatement>))]
[JsonSerializable(typeof(WhoAmIBody))]
[JsonSerializable(typeof(MeBody))]
[JsonSerializable(typeof(KeyBody[]))]
[JsonSerializable(typeof(CreatedKeyBody))]
[JsonSerializable(typeof(UpdatedBody))]
[JsonSerializable(typeof(RevokedBody))]
[JsonSerializable(typeof(IReadOnlyList<Tenant>))]
[JsonSerializable(typeof(CreatedTenantBody))]
[JsonSerializable(typeof(DeletedBody))]
[JsonSerializable(typeof(IReadOnlyList<AuditEvent>))]
[JsonSerializable(typeof(ClientBody[]))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(ReloadedBody))]
[JsonSerializable(typeof(RefreshedBody))]
[JsonSerializable(typeof(MetricsSnapshot[]))]
[JsonSerializable(typeof(NodesBody))]
[JsonSerializable(typeof(AddedNodeBody))]
[JsonSerializable(typeof(RemovedNodeBody))]
[JsonSerializable(typeof(ClusterBody))]
[JsonSerializable(typeof(RebalanceStatus))]
[JsonSerializable(typeof(IReadOnlyList<RebalanceEvent>))]
[JsonSerializable(typeof(DoneBody))]
[JsonSerializable(typeof(NotDoneBody))]
internal sealed partial class EndpointJson : JsonSerializerContext
{
    // Nothing here is embedded in HTML, so quotes and signs of comparison in SQL stay readable.
    private static readonly JsonWriterOptions s_writerOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers with 200 and a body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="body">What is answered.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="extraFields">More field lines, each with its line end.</param>
    public static ValueTask Respond<T>(RequestContext context, T body, JsonTypeInfo<T> type, ReadOnlySpan<byte> extraFields = default)
    {
        using (Utf8JsonWriter writer = new(context.Buffer, s_writerOptions)) JsonSerializer.Serialize(writer, body, type);
        context.Response.Write(200, ContentTypes.Json, context.Buffer.Written, extraFields);
        return default;
    }
}
