namespace Zepto.Storage.Schema;

/// <summary>
/// What is said of the order of a column's values within each partition, so that scans find values without looking at every row. Held by the stored rows
/// when it is set; rows stored later may break it, which segments find out by themselves. The numbers are written to disk and never change.
/// </summary>
public enum ColumnAttribute : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Values ascend in row order, NULLs first.</summary>
    Sorted = 1,

    /// <summary>Nothing either, but an index of each segment's rows by value is kept.</summary>
    Grouped = 2,

    /// <summary>Equal values lie together.</summary>
    Parted = 3,
}
