namespace Zepto.Http.Cluster;

/// <summary>One server as others see it.</summary>
/// <param name="Id">Number of the node; 0 for a server alone.</param>
/// <param name="Host">Where it listens.</param>
/// <param name="Port">Port there.</param>
/// <param name="State">ACTIVE, SUSPECT, DEAD, JOINING or LEAVING.</param>
/// <param name="TicksIngested">Rows handed to it for storing.</param>
/// <param name="TicksStored">Rows it stored.</param>
/// <param name="QueriesExecuted">Statements it ran.</param>
public sealed record NodeStatus(long Id, string Host, int Port, string State, long TicksIngested, long TicksStored, long QueriesExecuted);

/// <summary>Which servers work together. Thread-safe.</summary>
public interface IClusterMembership
{
    /// <summary><c>standalone</c> or <c>cluster</c>.</summary>
    string Mode { get; }

    /// <summary>All nodes, this one included.</summary>
    IReadOnlyList<NodeStatus> Describe();
}

/// <summary>Adds nodes to a cluster and takes them out; a server alone has none. Thread-safe; a change is durable when the call returns.</summary>
public interface IClusterCoordinator
{
    /// <summary>Adds a node; one whose id is there already stays as it is.</summary>
    void Add(long id, string host, int port);

    /// <summary>Takes a node out, if it is there.</summary>
    void Remove(long id);
}
