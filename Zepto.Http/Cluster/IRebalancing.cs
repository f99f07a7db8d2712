namespace Zepto.Http.Cluster;

/// <summary>How far the moving of partitions between nodes is.</summary>
/// <param name="State">IDLE, RUNNING, PAUSED or CANCELLING.</param>
/// <param name="TotalMoves">Moves planned.</param>
/// <param name="CompletedMoves">Moves done.</param>
/// <param name="FailedMoves">Moves given up.</param>
/// <param name="CurrentSymbol">Symbol on the move; empty when there is none.</param>
public sealed record RebalanceStatus(string State, int TotalMoves, int CompletedMoves, int FailedMoves, string CurrentSymbol);

/// <summary>One rebalancing of the past.</summary>
/// <param name="Action">add_node, remove_node or move_partitions.</param>
/// <param name="NodeId">The node added or removed; 0 when partitions were moved only.</param>
/// <param name="TotalMoves">Moves planned.</param>
/// <param name="CompletedMoves">Moves done.</param>
/// <param name="FailedMoves">Moves given up.</param>
/// <param name="StartTimeMs">Milliseconds since the Unix epoch.</param>
/// <param name="DurationMs">Milliseconds it took.</param>
/// <param name="Cancelled">Whether it was cancelled.</param>
public sealed record RebalanceEvent(string Action, long NodeId, int TotalMoves, int CompletedMoves, int FailedMoves, long StartTimeMs, long DurationMs, bool Cancelled);

/// <summary>One symbol's partitions from one node to another.</summary>
public sealed record PartitionMove(string Symbol, long From, long To);

/// <summary>What to rebalance.</summary>
/// <param name="Action">add_node, remove_node or move_partitions.</param>
/// <param name="NodeId">The node to add or remove; 0 for moves.</param>
/// <param name="Moves">For move_partitions.</param>
public sealed record RebalanceRequest(string Action, long NodeId, IReadOnlyList<PartitionMove> Moves);

/// <summary>Moves partitions between the nodes of a cluster; a server alone has none. Thread-safe.</summary>
public interface IRebalancing
{
    RebalanceStatus Status { get; }

    /// <summary>The newest events, at most 50, newest last.</summary>
    IReadOnlyList<RebalanceEvent> History { get; }

    /// <summary>Starts one.</summary>
    /// <returns>Why not, such as <c>already running</c>; null when it was started. So do the others.</returns>
    string? Start(RebalanceRequest request);

    /// <summary>Pauses after the move under way.</summary>
    string? Pause();

    string? Resume();

    /// <summary>Cancels; moves that are done stay done.</summary>
    string? Cancel();
}
