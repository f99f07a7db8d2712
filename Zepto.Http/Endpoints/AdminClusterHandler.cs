using Zepto.Http.Cluster;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/cluster: how many nodes there are, and this one's figures.</summary>
public sealed class AdminClusterHandler(IClusterMembership membership, IServerStatistics statistics) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context)
    {
        ClusterBody body = new(
            membership.Mode,
            membership.Describe().Count,
            statistics.PartitionsCreated,
            // Partitions go by TTL, DROP and TRUNCATE only, never because memory is short.
            PartitionsEvicted: 0,
            statistics.TicksIngested,
            statistics.TicksStored,
            statistics.TicksDropped,
            statistics.QueriesExecuted,
            statistics.RowsScanned,
            statistics.LastIngestLatencyNs);
        return EndpointJson.Respond(context, body, EndpointJson.Default.ClusterBody);
    }
}
