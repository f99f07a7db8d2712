namespace Zepto.Storage;

/// <summary>What an answered statement survives; see docs/storage.md.</summary>
public enum Durability
{
    /// <summary>It is on the device before it is answered. Statements that wait at the same time share one flush.</summary>
    Sync,

    /// <summary>It is in the log file before it is answered and on the device at most 100 ms later: it survives the end of the process, not yet a loss of power.</summary>
    Async,

    /// <summary>There is no log: what came after the last checkpoint is lost by a crash.</summary>
    Off,
}
