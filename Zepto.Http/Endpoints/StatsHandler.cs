using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /stats: the engine's figures as JSON.</summary>
public sealed class StatsHandler(IServerStatistics statistics) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        StatsBody body = new(
            statistics.TicksIngested,
            statistics.TicksStored,
            statistics.TicksDropped,
            statistics.QueriesExecuted,
            statistics.RowsScanned,
            statistics.PartitionsCreated,
            statistics.LastIngestLatencyNs);
        return EndpointJson.Respond(context, body, EndpointJson.Default.StatsBody);
    }
}
