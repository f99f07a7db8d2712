using Zepto.Storage;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>Tables of a fresh server; they can be dropped like any other.</summary>
public static class BuiltInTables
{
    private static readonly TableDefinition[] s_definitions =
    [
        new("trades",
        [
            new("symbol", ColumnType.Symbol), new("price", ColumnType.Int64), new("volume", ColumnType.Int64), new("timestamp", ColumnType.Timestamp),
        ]),
        new("quotes",
        [
            new("symbol", ColumnType.Symbol), new("bid", ColumnType.Int64), new("ask", ColumnType.Int64), new("bid_size", ColumnType.Int64),
            new("ask_size", ColumnType.Int64), new("timestamp", ColumnType.Timestamp),
        ]),
    ];

    /// <summary>
    /// Makes those that a fresh database lacks, also after a first start that made only some. They are the first tables made, so that once there were as
    /// many, one that is missing was dropped. Throws StorageException when the directory refuses; then the database must be abandoned.
    /// </summary>
    public static void CreateIn(Database database)
    {
        if (database.TablesMade >= s_definitions.Length)
            return;
        foreach (var definition in s_definitions)
        {
            if (!database.Catalog.TryGet(definition.Name, out _))
                database.CreateTable(definition);
        }
    }
}
