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

    /// <summary>Makes them in a database that has no tables yet.</summary>
    public static void CreateIn(Database database)
    {
        foreach (var definition in s_definitions)
            database.CreateTable(definition);
    }
}
