using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Persistence;

/// <summary>Tables as a checkpoint saw them. Filled by one writer thread after another, each adding its tables between two statements.</summary>
internal sealed class TableCapture
{
    private readonly List<(Table Table, TableSchema Schema)> _tables = [];

    /// <summary>The tables, one <see cref="TableCodec"/> after another.</summary>
    public ByteWriter Bytes { get; } = new();

    /// <summary>The tables with their columns at that moment.</summary>
    public IReadOnlyList<(Table Table, TableSchema Schema)> Tables => _tables;

    public void Add(Table table)
    {
        _tables.Add((table, table.Schema));
        TableCodec.Write(Bytes, table);
    }
}
