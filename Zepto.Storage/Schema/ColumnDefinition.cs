namespace Zepto.Storage.Schema;

/// <summary>A value that an omitted column takes; which field counts is decided by the column's type.</summary>
public sealed record ColumnDefault(long Integer, double Float, string? Text);

/// <summary>One column of a table to be made.</summary>
public sealed record ColumnDefinition(string Name, ColumnType Type, bool NotNull = false, ColumnDefault? Default = null);

/// <summary>
/// A table to be made; the designated timestamp is the named column, else the first TIMESTAMP_NS column. Rows are kept for <paramref name="RetentionNs"/>,
/// a positive time that only a table with a timestamp can have, or for ever.
/// </summary>
public sealed record TableDefinition(string Name, IReadOnlyList<ColumnDefinition> Columns, string? TimestampColumn = null, long? RetentionNs = null);
