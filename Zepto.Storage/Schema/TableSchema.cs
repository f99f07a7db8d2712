using System.Text;

namespace Zepto.Storage.Schema;

/// <summary>Columns of a table as of one moment. Immutable; adding a column makes a new one whose first columns are the same.</summary>
public sealed class TableSchema
{
    private readonly byte[][] _names;

    public TableSchema(ColumnDefinition[] columns, string? timestampColumn)
    {
        Columns = columns;
        _names = Array.ConvertAll(columns, c => Encoding.UTF8.GetBytes(c.Name));
        SymbolIndex = Array.FindIndex(columns, c => c.Type == ColumnType.Symbol);
        TimestampIndex = timestampColumn is null
            ? Array.FindIndex(columns, c => c.Type == ColumnType.Timestamp)
            : Array.FindIndex(columns, c => c.Name == timestampColumn && c.Type == ColumnType.Timestamp);
        for (var i = 0; i < columns.Length; i++)
        {
            if (Array.FindIndex(columns, c => c.Name == columns[i].Name) != i)
                throw new StorageException(StorageErrorKind.BadDefinition, $"Column {columns[i].Name} is named twice");
        }

        if (columns.Length == 0)
            throw new StorageException(StorageErrorKind.BadDefinition, "A table needs at least one column");
        if (timestampColumn is not null && TimestampIndex < 0)
            throw new StorageException(StorageErrorKind.BadDefinition, $"timestamp = {timestampColumn} names no TIMESTAMP_NS column");
    }

    private TableSchema(ColumnDefinition[] columns, int timestampIndex) : this(columns, null) => TimestampIndex = timestampIndex;

    /// <summary>All columns in table order.</summary>
    public ColumnDefinition[] Columns { get; }

    /// <summary>Column that orders a partition's rows; -1 where rows keep arrival order.</summary>
    public int TimestampIndex { get; }

    /// <summary>Column that partitions the table; -1 where there is one series.</summary>
    public int SymbolIndex { get; }

    /// <summary>Finds a column by its exact name.</summary>
    public bool TryFind(ReadOnlySpan<byte> nameUtf8, out int index)
    {
        for (index = 0; index < _names.Length; index++)
        {
            if (nameUtf8.SequenceEqual(_names[index]))
                return true;
        }

        index = -1;
        return false;
    }

    /// <summary>Finds a column by its exact name; -1 where there is none.</summary>
    public int IndexOf(string name) => Array.FindIndex(Columns, c => c.Name == name);

    /// <summary>Bytes a stored value takes; the designated symbol takes none, it is the series.</summary>
    public int WidthBytes(int column) => column == SymbolIndex ? 0 : WidthBytes(Columns[column].Type);

    /// <summary>Bytes a value of a type takes in a batch or segment.</summary>
    public static int WidthBytes(ColumnType type) => type switch
    {
        ColumnType.Int64 or ColumnType.Float64 or ColumnType.Timestamp => 8,
        ColumnType.Bool => 1,
        _ => 4,
    };

    /// <summary>The schema with one more column at the end; it never becomes the designated timestamp, for stored rows have no order by it.</summary>
    public TableSchema With(ColumnDefinition column) => new([.. Columns, column], TimestampIndex);

    /// <summary>A schema with its designated timestamp given by position, -1 for none: how schemas come back from disk.</summary>
    internal static TableSchema Restore(ColumnDefinition[] columns, int timestampIndex) => new(columns, timestampIndex);

    /// <summary>The schema as it was when it had its first columns only.</summary>
    internal TableSchema Prefix(int columnCount) =>
        columnCount == Columns.Length ? this : new TableSchema(Columns[..columnCount], TimestampIndex < columnCount ? TimestampIndex : -1);
}
