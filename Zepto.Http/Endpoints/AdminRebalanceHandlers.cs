using Zepto.Http.Cluster;
using Zepto.Http.Responses;
using Zepto.Http.Serving;

namespace Zepto.Http.Endpoints;

/// <summary>GET /admin/rebalance/status; 503 without a cluster, as all about rebalancing.</summary>
public sealed class AdminRebalanceStatusHandler(IRebalancing? rebalancing) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context) => rebalancing is null
        ? Unavailable(context)
        : EndpointJson.Respond(context, rebalancing.Status, EndpointJson.Default.RebalanceStatus);

    internal static ValueTask Unavailable(RequestContext context)
    {
        context.Response.Write(503, ContentTypes.Json, "{\"error\": \"Rebalancing is not available: this server is not part of a cluster\"}"u8);
        return default;
    }
}

/// <summary>GET /admin/rebalance/history: past events, newest last.</summary>
public sealed class AdminRebalanceHistoryHandler(IRebalancing? rebalancing) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context) => rebalancing is null
        ? AdminRebalanceStatusHandler.Unavailable(context)
        : EndpointJson.Respond(context, rebalancing.History, EndpointJson.Default.IReadOnlyListRebalanceEvent);
}

/// <summary>POST /admin/rebalance/start.</summary>
public sealed class AdminRebalanceStartHandler(IRebalancing? rebalancing) : AdminChangeHandler
{
    protected override Func<RequestContext, ValueTask> Change(RequestContext context)
    {
        if (rebalancing is null) return AdminRebalanceStatusHandler.Unavailable;
        JsonFields fields = JsonFields.Parse(context.Body, "action", "node_id", "moves");
        string action = fields.RequiredText("action");
        RebalanceRequest request = action switch
        {
            "add_node" or "remove_node" => new RebalanceRequest(action, fields.RequiredNumber("node_id", ushort.MaxValue), []),
            "move_partitions" => new RebalanceRequest(action, 0, MovesOf(fields)),
            _ => throw new BadFieldException("Field action must be add_node, remove_node or move_partitions"),
        };
        string? refusal = rebalancing.Start(request);
        return answer => AdminRebalanceControlHandler.Respond(answer, refusal);
    }

    private static PartitionMove[] MovesOf(JsonFields fields)
    {
        IReadOnlyList<JsonFields> moves = fields.Objects("moves", "symbol", "from", "to");
        if (moves.Count == 0) throw new BadFieldException("Field moves is empty");
        return [.. moves.Select(move => new PartitionMove(move.RequiredName("symbol"), move.RequiredNumber("from", ushort.MaxValue), move.RequiredNumber("to", ushort.MaxValue)))];
    }
}

/// <summary>POST /admin/rebalance/pause, resume and cancel.</summary>
/// <param name="rebalancing">Null without a cluster.</param>
/// <param name="control">What is done; gives why not, or null.</param>
public sealed class AdminRebalanceControlHandler(IRebalancing? rebalancing, Func<IRebalancing, string?> control) : IRequestHandler
{
    public bool TakesBody => false;

    public ValueTask HandleAsync(RequestContext context) => rebalancing is null
        ? AdminRebalanceStatusHandler.Unavailable(context)
        : Respond(context, control(rebalancing));

    internal static ValueTask Respond(RequestContext context, string? refusal) => refusal is null
        ? EndpointJson.Respond(context, new DoneBody(true), EndpointJson.Default.DoneBody)
        : EndpointJson.Respond(context, new NotDoneBody(false, refusal), EndpointJson.Default.NotDoneBody);
}
