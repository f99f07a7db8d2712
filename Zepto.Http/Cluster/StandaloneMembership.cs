using System.Net;
using Zepto.Http.Endpoints;

namespace Zepto.Http.Cluster;

/// <summary>A server alone: one active node, itself.</summary>
public sealed class StandaloneMembership(Func<IPEndPoint> address, IServerStatistics statistics) : IClusterMembership
{
    public string Mode => "standalone";

    public IReadOnlyList<NodeStatus> Describe()
    {
        IPEndPoint here = address();
        return [new NodeStatus(0, here.Address.ToString(), here.Port, "ACTIVE", statistics.TicksIngested, statistics.TicksStored, statistics.QueriesExecuted)];
    }
}
