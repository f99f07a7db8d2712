using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage;

/// <summary>Changes of a table's columns. None touches stored rows: segments keep the columns they were made for, which have their ids for good.</summary>
public sealed partial class Database
{
    /// <summary>
    /// Adds a column, which reads as NULL in the rows stored before; durable when the call is done. Throws StorageException when the name is taken. When
    /// the directory refuses, the column is there but may be gone after a crash.
    /// </summary>
    public async ValueTask AddColumnAsync(string tableName, ColumnDefinition column) => await ChangeColumnsAsync(tableName, schema =>
    {
        CheckIsFree(schema, tableName, column.Name);
        column.CheckAttribute();
        return schema.With(column);
    }).ConfigureAwait(false);

    /// <summary>
    /// Gives a column another name; durable when the call is done. Throws StorageException when there is none or the name is taken. When the directory
    /// refuses, it has the new name but may have the old one after a crash.
    /// </summary>
    public async ValueTask RenameColumnAsync(string tableName, string from, string to) => await ChangeColumnsAsync(tableName, schema =>
    {
        var column = Find(schema, tableName, from);
        CheckIsFree(schema, tableName, to);
        return schema.WithName(column, to);
    }).ConfigureAwait(false);

    /// <summary>
    /// Removes a column; durable when the call is done. Statements that read it go on to their end; its values go when their segments are written anew.
    /// Throws StorageException when there is none, and for the table's last column and those by which its rows lie. When the directory refuses, the
    /// column is gone but may be back after a crash.
    /// </summary>
    public async ValueTask DropColumnAsync(string tableName, string column)
    {
        ColumnId dropped = default;
        var table = await ChangeColumnsAsync(tableName, schema =>
        {
            var index = Find(schema, tableName, column);
            if (index == schema.TimestampIndex)
                throw new StorageException(StorageErrorKind.BadDefinition, $"Column {column} cannot be dropped: the rows of {tableName} are ordered by it");
            if (index == schema.SymbolIndex)
                throw new StorageException(StorageErrorKind.BadDefinition, $"Column {column} cannot be dropped: the rows of {tableName} are partitioned by it");
            if (schema.Columns.Length == 1)
                throw new StorageException(StorageErrorKind.BadDefinition, $"Column {column} cannot be dropped: it is the only one of {tableName}");
            dropped = schema.IdOf(index);
            return schema.Without(index);
        }).ConfigureAwait(false);
        await FreeIndexesAsync(table, dropped).ConfigureAwait(false);
    }

    /// <summary>
    /// Says of a column how its values lie, for scans to find them by; durable when the call is done. Throws StorageException when there is no such column, its
    /// type has no such attribute, or a stored row contradicts it. When the directory refuses, it has the attribute but may have the old one after a crash.
    /// </summary>
    public async ValueTask SetAttributeAsync(string tableName, string column, ColumnAttribute attribute)
    {
        ColumnId changed = default;
        var table = await ChangeColumnsAsync(
            tableName,
            schema => schema.WithAttribute(Find(schema, tableName, column), attribute),
            table =>
            {
                var index = Find(table.Schema, tableName, column);
                changed = table.Schema.IdOf(index);
                AttributeCheck.Run(table, table.Schema.WithAttribute(index, attribute), index, Symbols);
            }).ConfigureAwait(false);
        await FreeIndexesAsync(table, changed).ConfigureAwait(false);
    }

    /// <summary>
    /// Replaces a table's columns between two statements of its writer. What <paramref name="check"/> looks at before, without the lock of the catalogue, stays
    /// as it is until then. Returns the table.
    /// </summary>
    private async ValueTask<Table> ChangeColumnsAsync(string tableName, Func<TableSchema, TableSchema> change, Action<Table>? check = null)
    {
        ThrowIfReadOnly();
        var table = Find(tableName);
        long lsn = 0;
        await WriterOf(table).ChangeAsync(() =>
        {
            ThrowIfDropped(table);
            check?.Invoke(table);
            lock (_changing)
            {
                if (table.IsDropped)
                    throw new StorageException(StorageErrorKind.UnknownTable, $"Unknown table: {tableName}");
                // The columns first: a plan kept for the new catalogue must have been made for them.
                lsn = Replace(table, change(table.Schema));
                Publish(_catalog.Tables);
                // Statements planned for the columns before began in this epoch or earlier.
                table.ColumnsChangedIn = Epochs.Advance();
            }
        }).ConfigureAwait(false);
        await MakeDurableAsync(lsn).ConfigureAwait(false);
        return table;
    }

    /// <summary>Frees what scans keep of a column's values beside them, once no reader looks at it.</summary>
    private ValueTask FreeIndexesAsync(Table table, ColumnId column) => WriterOf(table).CompactAsync(appender => appender.RetireIndexes(table, column));

    private static int Find(TableSchema schema, string tableName, string column) => schema.IndexOf(column) is >= 0 and var index
        ? index
        : throw new StorageException(StorageErrorKind.UnknownColumn, $"Unknown column: {column} in table {tableName}");

    private static void CheckIsFree(TableSchema schema, string tableName, string column)
    {
        if (schema.IndexOf(column) >= 0)
            throw new StorageException(StorageErrorKind.AlreadyExists, $"Column {column} exists already in {tableName}");
    }
}
