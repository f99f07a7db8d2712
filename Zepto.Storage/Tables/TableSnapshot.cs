namespace Zepto.Storage.Tables;

/// <summary>What a reader takes from a table: the number up to which it sees rows, and how many those are.</summary>
public readonly record struct TableSnapshot(long Sequence, long RowCount);
