using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Persistence;

/// <summary>Tables as a checkpoint saw them. Filled by one writer thread after another, each adding its tables between two statements.</summary>
internal sealed class TableCapture
{
    private readonly List<(Table Table, TableSchema Schema)> _tables = [];

    /// <summary>The tables, each its LSN and then as <see cref="TableCodec"/> writes it.</summary>
    public ByteWriter Bytes { get; } = new();

    /// <summary>The tables with their columns at that moment.</summary>
    public IReadOnlyList<(Table Table, TableSchema Schema)> Tables => _tables;

    /// <summary>Adds a table; between two statements of its writer, all of which are committed.</summary>
    /// <param name="table">The table.</param>
    /// <param name="lsn">LSN of the log's last record: the table has everything up to it.</param>
    public void Add(Table table, long lsn)
    {
        _tables.Add((table, table.Schema));
        Bytes.Int64(lsn);
        TableCodec.Write(Bytes, table);
    }
}
