using System.Diagnostics;
using System.Runtime.CompilerServices;
using Zepto.Storage.Extents;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Segments;

// A segment's memory, every part 64-byte aligned:
//   sequence i64[capacity] | column values[capacity] … in the layout's order | BlockStatistics[blocks] of each column in the layout's order
/// <summary>
/// Room for a fixed number of rows of one partition: all columns, the hidden arrival numbers and the blocks' statistics. One writer appends beyond
/// <see cref="PublishedRows"/> and then raises it; rows below it never change. A reader holds an epoch lease while it looks. Columns are named
/// by their ids, which mean the same under every schema of the table.
/// </summary>
public sealed unsafe class Segment
{
    /// <summary>Rows that share one set of statistics.</summary>
    public const int BlockRows = 4096;

    private readonly byte* _memory;
    private readonly int[] _valueOffsets;
    private readonly int[] _statisticsOffsets;
    private int _publishedRows;

    internal Segment(SegmentLayout layout, int capacity, Allocation allocation)
    {
        Layout = layout;
        Allocation = allocation;
        Capacity = capacity;
        _memory = allocation.Address;
        (_valueOffsets, _statisticsOffsets, _) = Offsets(layout, capacity);
    }

    /// <summary>Rows it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Rows that readers may look at.</summary>
    public int PublishedRows => Volatile.Read(ref _publishedRows);

    internal Allocation Allocation { get; }

    /// <summary>Columns it was made for.</summary>
    internal SegmentLayout Layout { get; }

    /// <summary>Whether the column existed when the segment was made; one that did not reads as NULL. False for the designated symbol.</summary>
    public bool HasColumn(ColumnId column) => Layout.PositionOf(column) >= 0;

    /// <summary>Stored values of a column; <typeparamref name="T"/> is the stored width.</summary>
    public ReadOnlySpan<T> Values<T>(ColumnId column, int startRow, int rowCount) where T : unmanaged
    {
        var position = Layout.PositionOf(column);
        Debug.Assert(sizeof(T) == Layout.Columns[position].WidthBytes && (uint)startRow <= (uint)Capacity && (uint)rowCount <= (uint)(Capacity - startRow));
        return new ReadOnlySpan<T>((T*)(_memory + _valueOffsets[position]) + startRow, rowCount);
    }

    /// <summary>Address of a stored value.</summary>
    public void* Address(ColumnId column, int row) => AddressAt(Layout.PositionOf(column), row);

    /// <summary>Address of a row's arrival number.</summary>
    public long* SequenceAddress(int row)
    {
        Debug.Assert((uint)row < (uint)Capacity);
        return (long*)_memory + row;
    }

    /// <summary>Statistics of rows block*BlockRows and on of a column.</summary>
    public ref readonly BlockStatistics Block(ColumnId column, int block) => ref StatisticsAt(Layout.PositionOf(column), block);

    internal ref BlockStatistics Statistics(ColumnId column, int block) => ref StatisticsAt(Layout.PositionOf(column), block);

    /// <summary>As <see cref="Address"/>, by the column's place in the layout.</summary>
    internal void* AddressAt(int position, int row)
    {
        Debug.Assert((uint)row < (uint)Capacity);
        return _memory + _valueOffsets[position] + (long)row * Layout.Columns[position].WidthBytes;
    }

    /// <summary>As <see cref="Statistics"/>, by the column's place in the layout.</summary>
    internal ref BlockStatistics StatisticsAt(int position, int block)
    {
        Debug.Assert((uint)block < (uint)BlockCount(Capacity));
        return ref ((BlockStatistics*)(_memory + _statisticsOffsets[position]))[block];
    }

    internal void Publish(int rows) => Volatile.Write(ref _publishedRows, rows);

    /// <summary>Bytes a segment of this capacity takes.</summary>
    internal static long SizeBytes(SegmentLayout layout, int capacity) => Offsets(layout, capacity).Size;

    internal void ClearStatistics()
    {
        for (var position = 0; position < Layout.Columns.Length; position++)
        {
            for (var block = 0; block < BlockCount(Capacity); block++)
                StatisticsAt(position, block) = BlockStatistics.Empty(Layout.Columns[position].Type);
        }
    }

    internal static int BlockCount(int capacity) => (capacity + BlockRows - 1) / BlockRows;

    private static (int[] Values, int[] Statistics, long Size) Offsets(SegmentLayout layout, int capacity)
    {
        var columns = layout.Columns.Length;
        var values = new int[columns];
        var statistics = new int[columns];
        var offset = Align(capacity * sizeof(long));
        for (var i = 0; i < columns; i++)
        {
            values[i] = offset;
            offset = Align(checked(offset + capacity * layout.Columns[i].WidthBytes));
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
