using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
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

/// <summary>Serialisers for the bodies above, made at compile time; property names in snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatsBody))]
[JsonSerializable(typeof(VersionBody))]
[JsonSerializable(typeof(CancelledBody))]
[JsonSerializable(typeof(IReadOnlyList<RunningStatement>))]
internal sealed partial class EndpointJson : JsonSerializerContext
{
    // Nothing here is embedded in HTML, so quotes and signs of comparison in SQL stay readable.
    private static readonly JsonWriterOptions s_writerOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ValueTask Respond<T>(RequestContext context, T body, JsonTypeInfo<T> type)
    {
        using (Utf8JsonWriter writer = new(context.Buffer, s_writerOptions)) JsonSerializer.Serialize(writer, body, type);
        context.Response.Write(200, ContentTypes.Json, context.Buffer.Written);
        return default;
    }
}
