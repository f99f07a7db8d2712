using System.Diagnostics;
using System.Runtime.CompilerServices;
using Zepto.Storage.Extents;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Segments;

// A segment's memory, every part 64-byte aligned:
//   sequence i64[capacity] | column values[capacity] … in schema order | BlockStatistics[blocks] of each column in schema order
/// <summary>
/// Room for a fixed number of rows of one partition: all columns, the hidden arrival numbers and the blocks' statistics. One writer appends beyond
/// <see cref="PublishedRows"/> and then raises it; rows below it never change. A reader holds an epoch lease while it looks.
/// </summary>
public sealed unsafe class Segment
{
    /// <summary>Rows that share one set of statistics.</summary>
    public const int BlockRows = 4096;

    private readonly TableSchema _schema;
    private readonly byte* _memory;
    private readonly int[] _valueOffsets;
    private readonly int[] _statisticsOffsets;
    private int _publishedRows;

    internal Segment(TableSchema schema, int capacity, Allocation allocation)
    {
        _schema = schema;
        Allocation = allocation;
        Capacity = capacity;
        _memory = allocation.Address;
        (_valueOffsets, _statisticsOffsets, _) = Layout(schema, capacity);
    }

    /// <summary>Rows it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Rows that readers may look at.</summary>
    public int PublishedRows => Volatile.Read(ref _publishedRows);

    /// <summary>Columns it stores; columns added to the table later read as NULL.</summary>
    public int ColumnCount => _schema.Columns.Length;

    internal Allocation Allocation { get; }

    /// <summary>Columns it was made for: the first ones of the table's.</summary>
    internal TableSchema Schema => _schema;

    /// <summary>Whether the column existed when the segment was made.</summary>
    public bool HasColumn(int column) => column < _schema.Columns.Length;

    /// <summary>Stored values of a column; <typeparamref name="T"/> is the stored width.</summary>
    public ReadOnlySpan<T> Values<T>(int column, int startRow, int rowCount) where T : unmanaged
    {
        Debug.Assert(sizeof(T) == _schema.WidthBytes(column) && (uint)startRow <= (uint)Capacity && (uint)rowCount <= (uint)(Capacity - startRow));
        return new ReadOnlySpan<T>((T*)(_memory + _valueOffsets[column]) + startRow, rowCount);
    }

    /// <summary>Address of a stored value.</summary>
    public void* Address(int column, int row)
    {
        Debug.Assert((uint)row < (uint)Capacity && column != _schema.SymbolIndex);
        return _memory + _valueOffsets[column] + (long)row * _schema.WidthBytes(column);
    }

    /// <summary>Address of a row's arrival number.</summary>
    public long* SequenceAddress(int row)
    {
        Debug.Assert((uint)row < (uint)Capacity);
        return (long*)_memory + row;
    }

    /// <summary>Statistics of rows block*BlockRows and on of a column.</summary>
    public ref readonly BlockStatistics Block(int column, int block) => ref Statistics(column, block);

    internal ref BlockStatistics Statistics(int column, int block)
    {
        Debug.Assert((uint)block < (uint)BlockCount(Capacity));
        return ref ((BlockStatistics*)(_memory + _statisticsOffsets[column]))[block];
    }

    internal void Publish(int rows) => Volatile.Write(ref _publishedRows, rows);

    /// <summary>Bytes a segment of this capacity takes.</summary>
    internal static long SizeBytes(TableSchema schema, int capacity) => Layout(schema, capacity).Size;

    internal void ClearStatistics()
    {
        for (var column = 0; column < ColumnCount; column++)
        {
            for (var block = 0; block < BlockCount(Capacity); block++)
                Statistics(column, block) = BlockStatistics.Empty(_schema.Columns[column].Type);
        }
    }

    internal static int BlockCount(int capacity) => (capacity + BlockRows - 1) / BlockRows;

    private static (int[] Values, int[] Statistics, long Size) Layout(TableSchema schema, int capacity)
    {
        var columns = schema.Columns.Length;
        var values = new int[columns];
        var statistics = new int[columns];
        var offset = Align(capacity * sizeof(long));
        for (var i = 0; i < columns; i++)
        {
            values[i] = offset;
            offset = Align(checked(offset + capacity * schema.WidthBytes(i)));
        }

        for (var i = 0; i < columns; i++)
        {
            statistics[i] = offset;
            offset = Align(checked(offset + BlockCount(capacity) * sizeof(BlockStatistics)));
        }

        return (values, statistics, offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Align(int offset) => (offset + 63) & ~63;
}
