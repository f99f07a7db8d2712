using System.Globalization;
using Zepto.Http.Cluster;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/nodes: the nodes of the cluster, or the one server.</summary>
public sealed class AdminNodesHandler(IClusterMembership membership) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context) => EndpointJson.Respond(context, new NodesBody(membership.Describe()), EndpointJson.Default.NodesBody);
}

/// <summary>POST /admin/nodes: adds a node; 503 without a cluster.</summary>
public sealed class AdminAddNodeHandler(IClusterCoordinator? coordinator) : AdminChangeHandler
{
    private const int MaxPort = 65535;

    protected override Func<RequestContext, ValueTask> Change(RequestContext context)
    {
        if (coordinator is null) return NoCluster();
        JsonFields fields = JsonFields.Parse(context.Body, "id", "host", "port");
        long id = fields.RequiredNumber("id", ushort.MaxValue);
        string host = fields.RequiredText("host");
        int port = (int)fields.RequiredNumber("port", MaxPort);
        coordinator.Add(id, host, port);
        return answer => EndpointJson.Respond(answer, new AddedNodeBody(true, id, host, port), EndpointJson.Default.AddedNodeBody);
    }

    internal static Func<RequestContext, ValueTask> NoCluster() => Error(503, "This server is not part of a cluster");
}

/// <summary>DELETE /admin/nodes/:id: takes a node out, also one that is not there; 503 without a cluster.</summary>
public sealed class AdminRemoveNodeHandler(IClusterCoordinator? coordinator) : AdminChangeHandler
{
    public override bool TakesBody => false;

    protected override Func<RequestContext, ValueTask> Change(RequestContext context)
    {
        if (coordinator is null) return AdminAddNodeHandler.NoCluster();
        if (!ushort.TryParse(IdOf(context), NumberStyles.None, CultureInfo.InvariantCulture, out ushort id)) throw new BadFieldException("The id in the path must be the number of a node");
        coordinator.Remove(id);
        return answer => EndpointJson.Respond(answer, new RemovedNodeBody(true, id), EndpointJson.Default.RemovedNodeBody);
    }
}
