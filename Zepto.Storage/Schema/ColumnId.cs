namespace Zepto.Storage.Schema;

/// <summary>
/// Names a column within its table for good: it outlives renaming and moving, and no later column ever gets it again. From 1; written to disk.
/// </summary>
public readonly record struct ColumnId(int Value);
