using System.Diagnostics;
using Zepto.Native.Memory;
using Zepto.Storage.Schema;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Ingest;

/// <summary>
/// Rows of one statement on their way to a table: columns in unmanaged memory, in table order, each value in its stored width (SYMBOL and STRING as
/// codes of their dictionaries). Filled by one thread, then handed to the database, which gives it back to the pool.
/// </summary>
public sealed unsafe class RowBatch : IDisposable
{
    private const long KeptBytes = 4 * 1024 * 1024;
    private NativeBuffer[] _columns = [];

    /// <summary>The table it is for.</summary>
    public Table Table { get; private set; } = null!;

    /// <summary>Columns that the batch was made for.</summary>
    public TableSchema Schema { get; private set; } = null!;

    /// <summary>Rows filled.</summary>
    public int RowCount { get; private set; }

    /// <summary>Rows there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Makes room for at least <paramref name="rows"/> rows; spans taken before are invalid then.</summary>
    public void EnsureCapacity(int rows)
    {
        if (rows <= Capacity)
            return;
        Capacity = Math.Max(rows, Math.Max(64, Capacity * 2));
        for (var i = 0; i < Schema.Columns.Length; i++)
        {
            var width = TableSchema.WidthBytes(Schema.Columns[i].Type);
            _columns[i].Length = (long)Capacity * width;
        }
    }

    /// <summary>Values of a column, <see cref="Capacity"/> long.</summary>
    public Span<T> Column<T>(int column) where T : unmanaged
    {
        Debug.Assert(sizeof(T) == TableSchema.WidthBytes(Schema.Columns[column].Type));
        return new Span<T>(_columns[column].Address, Capacity);
    }

    /// <summary>First value of a column, for writers that know the width and stay within <see cref="Capacity"/>; invalid after growth.</summary>
    public byte* Address(int column) => _columns[column].Address;

    /// <summary>States how many rows are filled.</summary>
    public void SetRowCount(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)rows, (uint)Capacity);
        RowCount = rows;
    }

    /// <summary>Fills a whole column with NULL.</summary>
    public void FillNull(int column)
    {
        switch (Schema.Columns[column].Type)
        {
            case ColumnType.Int64 or ColumnType.Timestamp: Column<long>(column)[..RowCount].Fill(Nulls.Int64); break;
            case ColumnType.Float64: Column<long>(column)[..RowCount].Fill(Nulls.Float64Bits); break;
            case ColumnType.Int32: Column<int>(column)[..RowCount].Fill(Nulls.Int32); break;
            case ColumnType.Float32: Column<int>(column)[..RowCount].Fill(Nulls.Float32Bits); break;
            case ColumnType.Bool: Column<byte>(column)[..RowCount].Fill(Nulls.Bool); break;
            default: Column<int>(column)[..RowCount].Clear(); break;
        }
    }

    public void Dispose()
    {
        foreach (var column in _columns)
            column.Dispose();
        _columns = [];
    }

    /// <summary>Makes an empty batch one for other columns of its table: those that a statement was read for.</summary>
    public void Restart(TableSchema schema)
    {
        Debug.Assert(RowCount == 0);
        Begin(Table, schema);
    }

    /// <summary>
    /// Brings a batch that was filled for other columns of its table to those of now: a column keeps its values by its id, new ones are NULL, and
    /// those of a dropped column are forgotten.
    /// </summary>
    internal void AdoptSchema(TableSchema schema)
    {
        var filled = Schema;
        Schema = schema;
        MakeColumns();
        var values = new NativeBuffer?[_columns.Length];
        for (var i = 0; i < schema.Columns.Length; i++)
        {
            if (filled.IndexOf(schema.IdOf(i)) is >= 0 and var had)
                (values[i], _columns[had]) = (_columns[had], null!);
        }

        var unused = new Stack<NativeBuffer>(_columns.Where(c => c is not null));
        for (var i = 0; i < values.Length; i++)
            _columns[i] = values[i] ?? unused.Pop();
        for (var i = 0; i < schema.Columns.Length; i++)
        {
            if (values[i] is not null)
                continue;
            _columns[i].Length = (long)Capacity * TableSchema.WidthBytes(schema.Columns[i].Type);
            FillNull(i);
        }
    }

    /// <summary>Bytes of all columns.</summary>
    internal long HeldBytes
    {
        get
        {
            long bytes = 0;
            foreach (var column in _columns)
                bytes += column.Capacity;
            return bytes;
        }
    }

    internal void Begin(Table table) => Begin(table, table.Schema);

    internal void Begin(Table table, TableSchema schema)
    {
        Table = table;
        Schema = schema;
        RowCount = 0;
        Capacity = 0;
        MakeColumns();
        foreach (var column in _columns)
            column.Length = 0;
    }

    /// <summary>Readies for the pool: keeps no table, which may be dropped, and no more memory than most statements need.</summary>
    internal void End()
    {
        Table = null!;
        Schema = null!;
        RowCount = 0;
        Capacity = 0;
        if (HeldBytes <= KeptBytes)
            return;
        foreach (var column in _columns)
            column.Dispose();
    }

    private void MakeColumns()
    {
        var had = _columns.Length;
        if (had >= Schema.Columns.Length)
            return;
        Array.Resize(ref _columns, Schema.Columns.Length);
        for (var i = had; i < _columns.Length; i++)
            _columns[i] = new NativeBuffer();
    }
}
