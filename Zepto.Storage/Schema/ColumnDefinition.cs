namespace Zepto.Storage.Schema;

/// <summary>A value that an omitted column takes; which field counts is decided by the column's type.</summary>
public sealed record ColumnDefault(long Integer, double Float, string? Text);

/// <summary>One column of a table to be made.</summary>
public sealed record ColumnDefinition(
    string Name, ColumnType Type, bool NotNull = false, ColumnDefault? Default = null, ColumnAttribute Attribute = ColumnAttribute.None)
{
    /// <summary>Throws StorageException where a column of the type cannot have the attribute.</summary>
    internal void CheckAttribute()
    {
        if (Attribute != ColumnAttribute.None && Type == ColumnType.Bool)
            throw new StorageException(StorageErrorKind.BadDefinition, $"Column {Name} is BOOL, which takes no attribute: it has too few values to find rows by");
        if (Attribute == ColumnAttribute.Sorted && Type is ColumnType.Symbol or ColumnType.String)
        {
            throw new StorageException(
                StorageErrorKind.BadDefinition,
                $"Column {Name} cannot be SORTED: its texts are stored as codes, which are not in the order of the texts; GROUPED and PARTED are possible");
        }
    }
}

/// <summary>
/// A table to be made; the designated timestamp is the named column, else the first TIMESTAMP_NS column. Rows are kept for <paramref name="RetentionNs"/>,
/// a positive time that only a table with a timestamp can have, or for ever.
/// </summary>
public sealed record TableDefinition(string Name, IReadOnlyList<ColumnDefinition> Columns, string? TimestampColumn = null, long? RetentionNs = null);
