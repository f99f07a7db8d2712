using System.Text;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Schema;

/// <summary>Columns of a table as of one moment. Immutable; adding, renaming or dropping a column makes a new one, in which the others keep their ids.</summary>
public sealed class TableSchema
{
    private readonly byte[][] _names;
    private readonly ColumnId[] _ids;

    /// <summary>Columns of a new table; their ids are 1 and on.</summary>
    public TableSchema(ColumnDefinition[] columns, string? timestampColumn)
        : this(columns, [.. Enumerable.Range(1, columns.Length).Select(id => new ColumnId(id))], new ColumnId(columns.Length + 1), FindTimestamp(columns, timestampColumn))
    {
        if (timestampColumn is not null && TimestampIndex < 0)
            throw new StorageException(StorageErrorKind.BadDefinition, $"timestamp = {timestampColumn} names no TIMESTAMP_NS column");
        foreach (var column in columns)
            column.CheckAttribute();
    }

    private TableSchema(ColumnDefinition[] columns, ColumnId[] ids, ColumnId nextId, int timestampIndex)
    {
        Columns = columns;
        NextId = nextId;
        TimestampIndex = timestampIndex;
        SymbolIndex = Array.FindIndex(columns, c => c.Type == ColumnType.Symbol);
        _ids = ids;
        _names = Array.ConvertAll(columns, c => Encoding.UTF8.GetBytes(c.Name));
        for (var i = 0; i < columns.Length; i++)
        {
            if (IndexOf(columns[i].Name) != i)
                throw new StorageException(StorageErrorKind.BadDefinition, $"Column {columns[i].Name} is named twice");
        }

        if (columns.Length == 0)
            throw new StorageException(StorageErrorKind.BadDefinition, "A table needs at least one column");
        Layout = new SegmentLayout([.. Enumerable.Range(0, columns.Length).Where(i => i != SymbolIndex).Select(i => new StoredColumn(ids[i], columns[i].Type))]);
    }

    /// <summary>All columns in table order.</summary>
    public ColumnDefinition[] Columns { get; }

    /// <summary>Ids of the columns, in their order.</summary>
    public ReadOnlySpan<ColumnId> Ids => _ids;

    /// <summary>Column that orders a partition's rows; -1 where rows keep arrival order.</summary>
    public int TimestampIndex { get; }

    /// <summary>Column that partitions the table; -1 where there is one series.</summary>
    public int SymbolIndex { get; }

    /// <summary>Id of the column that orders a partition's rows; of no column where there is none.</summary>
    public ColumnId TimestampId => TimestampIndex < 0 ? default : _ids[TimestampIndex];

    /// <summary>Id that the next column gets.</summary>
    internal ColumnId NextId { get; }

    /// <summary>What segments made for these columns store.</summary>
    internal SegmentLayout Layout { get; }

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

    /// <summary>Finds a column by its id; -1 where it was dropped or came later.</summary>
    public int IndexOf(ColumnId id) => Array.IndexOf(_ids, id);

    /// <summary>Id of a column.</summary>
    public ColumnId IdOf(int column) => _ids[column];

    /// <summary>Bytes a value of a type takes in a batch or segment.</summary>
    public static int WidthBytes(ColumnType type) => type switch
    {
        ColumnType.Int64 or ColumnType.Float64 or ColumnType.Timestamp => 8,
        ColumnType.Bool => 1,
        _ => 4,
    };

    /// <summary>The schema with one more column at the end; it never becomes the designated timestamp, for stored rows have no order by it.</summary>
    public TableSchema With(ColumnDefinition column) => new([.. Columns, column], [.. _ids, NextId], new ColumnId(NextId.Value + 1), TimestampIndex);

    /// <summary>The schema with another name for a column.</summary>
    public TableSchema WithName(int column, string name)
    {
        ColumnDefinition[] columns = [.. Columns];
        columns[column] = columns[column] with { Name = name };
        return new TableSchema(columns, _ids, NextId, TimestampIndex);
    }

    /// <summary>The schema with another attribute for a column; throws StorageException where its type has no such attribute.</summary>
    public TableSchema WithAttribute(int column, ColumnAttribute attribute)
    {
        ColumnDefinition[] columns = [.. Columns];
        columns[column] = columns[column] with { Attribute = attribute };
        columns[column].CheckAttribute();
        return new TableSchema(columns, _ids, NextId, TimestampIndex);
    }

    /// <summary>The schema without a column that neither orders nor partitions the rows; the ids go on behind it.</summary>
    public TableSchema Without(int column)
    {
        if (column == TimestampIndex || column == SymbolIndex)
            throw new ArgumentOutOfRangeException(nameof(column), column, "rows have their place by it");
        return new TableSchema(
            [.. Columns.Where((_, i) => i != column)], [.. _ids.Where((_, i) => i != column)], NextId, TimestampIndex > column ? TimestampIndex - 1 : TimestampIndex);
    }

    /// <summary>A schema with its ids and its designated timestamp, -1 for none: how schemas come back from disk.</summary>
    internal static TableSchema Restore(ColumnDefinition[] columns, ColumnId[] ids, ColumnId nextId, int timestampIndex) => new(columns, ids, nextId, timestampIndex);

    private static int FindTimestamp(ColumnDefinition[] columns, string? name) =>
        Array.FindIndex(columns, c => c.Type == ColumnType.Timestamp && (name is null || c.Name == name));
}
