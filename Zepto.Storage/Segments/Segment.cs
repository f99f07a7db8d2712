using System.Diagnostics;
using System.Runtime.CompilerServices;
using Zepto.Storage.Encodings;
using Zepto.Storage.Extents;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Segments;

// A raw segment's memory, every part 64-byte aligned (an encoded one: see EncodedColumns):
//   sequence i64[capacity] | column values[capacity] … in the layout's order | BlockStatistics[blocks] of each column in the layout's order
/// <summary>
/// Room for a fixed number of rows of one partition: all columns, the hidden arrival numbers and the blocks' statistics. Raw, one writer appends
/// beyond <see cref="PublishedRows"/> and then raises it; rows below it never change. Encoded, it is full and never changes at all. A reader holds an
/// epoch lease while it looks. Columns are named by their ids, which mean the same under every schema of the table.
/// </summary>
public sealed unsafe partial class Segment
{
    /// <summary>Rows that share one set of statistics.</summary>
    public const int BlockRows = 4096;

    private readonly byte* _memory;
    private readonly EncodedColumns? _encoded;
    private readonly int[] _valueOffsets;
    private readonly int[] _statisticsOffsets;
    private int _publishedRows;

    /// <summary>Raw, with no rows yet.</summary>
    internal Segment(SegmentLayout layout, int capacity, Allocation allocation)
    {
        Layout = layout;
        Allocation = allocation;
        Capacity = capacity;
        _memory = allocation.Address;
        (_valueOffsets, _statisticsOffsets, _) = Offsets(layout, capacity);
        LargestSequence = long.MaxValue;
    }

    /// <summary>Encoded: the memory holds what <see cref="SegmentEncoder"/> wrote.</summary>
    /// <param name="layout">Columns of it.</param>
    /// <param name="rows">Rows of it.</param>
    /// <param name="allocation">Its memory.</param>
    /// <param name="encodedBytes">Bytes of that.</param>
    /// <param name="largestSequence">Largest arrival number; 0 where all are known to be committed.</param>
    internal Segment(SegmentLayout layout, int rows, Allocation allocation, int encodedBytes, long largestSequence)
    {
        Layout = layout;
        Allocation = allocation;
        Capacity = _publishedRows = rows;
        LargestSequence = largestSequence;
        _memory = allocation.Address;
        _encoded = new EncodedColumns(layout, rows, _memory, encodedBytes);
        _valueOffsets = [];
        _statisticsOffsets = new int[layout.Columns.Length];
        for (var i = 0; i < _statisticsOffsets.Length; i++)
            _statisticsOffsets[i] = EncodedColumns.StatisticsOffset(layout, rows) + i * BlockCount(rows) * sizeof(BlockStatistics);
    }

    /// <summary>Rows it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Rows that readers may look at.</summary>
    public int PublishedRows => Volatile.Read(ref _publishedRows);

    /// <summary>Whether its values are encoded, so that only <see cref="Read"/>, <see cref="ReadSequences"/> and their kind give them.</summary>
    public bool IsEncoded => _encoded is not null;

    internal Allocation Allocation { get; }

    /// <summary>Bytes of an encoded segment; 0 of a raw one.</summary>
    internal int EncodedBytes => _encoded?.SizeBytes ?? 0;

    /// <summary>No arrival number is larger; says nothing of a raw segment.</summary>
    internal long LargestSequence { get; }

    /// <summary>Columns it was made for.</summary>
    internal SegmentLayout Layout { get; }

    /// <summary>Whether it was made to grow although it is an open slice in no state, so that no state's slice grows with it; set before readers see it.</summary>
    internal bool IsBase { get; set; }

    /// <summary>Whether the column existed when the segment was made; one that did not reads as NULL. False for the designated symbol.</summary>
    public bool HasColumn(ColumnId column) => Layout.PositionOf(column) >= 0;

    /// <summary>
    /// Values of a column in their stored width: where they lie, or decoded to <paramref name="scratch"/>, which has room for them. Cheapest within
    /// one block of <see cref="BlockRows"/>.
    /// </summary>
    public void* Read(ColumnId column, int startRow, int rowCount, void* scratch) =>
        _encoded is null ? Address(column, startRow) : Decode(1 + Layout.PositionOf(column), startRow, rowCount, scratch);

    /// <summary>
    /// Which rows of one block of an 8-byte column have values with keys in a range (see <see cref="OrderKeys"/>), 1 or 0 a row; false when their values
    /// must be looked at, as in every raw segment.
    /// </summary>
    public bool TryMatch(ColumnId column, int startRow, int rowCount, KeyRange keys, byte* mask) =>
        _encoded is not null && _encoded.TryMatch(1 + Layout.PositionOf(column), startRow, rowCount, keys, mask);

    /// <summary>Arrival numbers, as <see cref="Read"/>.</summary>
    public long* ReadSequences(int startRow, int rowCount, long* scratch) =>
        _encoded is null ? SequenceAddress(startRow) : (long*)Decode(EncodedColumns.Sequences, startRow, rowCount, scratch);

    /// <summary>Values of single rows, which ascend, in their stored width, together in <paramref name="target"/>.</summary>
    /// <param name="column">A column that the segment has.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="target">Gets the values.</param>
    /// <param name="room">Room for the values of a block, if they are encoded.</param>
    public void ReadRows(ColumnId column, ReadOnlySpan<int> rows, void* target, void* room)
    {
        var position = Layout.PositionOf(column);
        if (_encoded is not null)
            _encoded.DecodeRows(1 + position, rows, (byte*)target, (byte*)room);
        else
            RowPicking.Pick(_memory + _valueOffsets[position], Layout.Columns[position].WidthBytes, rows, 0, target);
    }

    /// <summary>Arrival numbers, as <see cref="ReadRows"/>.</summary>
    public void ReadSequencesOf(ReadOnlySpan<int> rows, long* target, void* room)
    {
        if (_encoded is not null)
            _encoded.DecodeRows(EncodedColumns.Sequences, rows, (byte*)target, (byte*)room);
        else
            RowPicking.Pick(_memory, sizeof(long), rows, 0, target);
    }

    /// <summary>One value of an INT64 or TIMESTAMP_NS column.</summary>
    public long Int64At(ColumnId column, int row) => _encoded is null ? *(long*)Address(column, row) : _encoded.Int64At(1 + Layout.PositionOf(column), row);

    /// <summary>One value of the designated timestamp, by which the rows ascend: of the first and the last row without decoding.</summary>
    public long TimeAt(ColumnId column, int row)
    {
        if (_encoded is null || (row > 0 && row < Capacity - 1))
            return Int64At(column, row);
        ref readonly var block = ref Block(column, row / BlockRows);
        if (block.NullCount > 0)
            return Int64At(column, row);
        return row == 0 ? block.MinInt64 : block.MaxInt64;
    }

    /// <summary>Arrival number of a row.</summary>
    public long SequenceAt(int row) => _encoded is null ? *SequenceAddress(row) : _encoded.Int64At(EncodedColumns.Sequences, row);

    /// <summary>Of rows that ascend by an INT64 or TIMESTAMP_NS column: how many of them are below a value.</summary>
    public int CountBelow(ColumnId column, int startRow, int rowCount, long value)
    {
        if (rowCount == 0)
            return 0;
        if (_encoded is not null)
            return _encoded.CountBelow(1 + Layout.PositionOf(column), startRow, rowCount, value);
        var values = (long*)Address(column, startRow);
        int low = 0, high = rowCount;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (values[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Stored values of a column of a raw segment; <typeparamref name="T"/> is the stored width.</summary>
    public ReadOnlySpan<T> Values<T>(ColumnId column, int startRow, int rowCount) where T : unmanaged
    {
        var position = Layout.PositionOf(column);
        Debug.Assert(!IsEncoded && sizeof(T) == Layout.Columns[position].WidthBytes && (uint)startRow <= (uint)Capacity && (uint)rowCount <= (uint)(Capacity - startRow));
        return new ReadOnlySpan<T>((T*)(_memory + _valueOffsets[position]) + startRow, rowCount);
    }

    /// <summary>Address of a stored value of a raw segment.</summary>
    public void* Address(ColumnId column, int row) => AddressAt(Layout.PositionOf(column), row);

    /// <summary>Address of a row's arrival number in a raw segment.</summary>
    public long* SequenceAddress(int row)
    {
        Debug.Assert(!IsEncoded && (uint)row < (uint)Capacity);
        return (long*)_memory + row;
    }

    /// <summary>Statistics of rows block*BlockRows and on of a column.</summary>
    public ref readonly BlockStatistics Block(ColumnId column, int block) => ref StatisticsAt(Layout.PositionOf(column), block);

    internal ref BlockStatistics Statistics(ColumnId column, int block) => ref StatisticsAt(Layout.PositionOf(column), block);

    /// <summary>As <see cref="Address"/>, by the column's place in the layout.</summary>
    internal void* AddressAt(int position, int row)
    {
        Debug.Assert(!IsEncoded && (uint)row < (uint)Capacity);
        return _memory + _valueOffsets[position] + (long)row * Layout.Columns[position].WidthBytes;
    }

    /// <summary>As <see cref="Statistics"/>, by the column's place in the layout.</summary>
    internal ref BlockStatistics StatisticsAt(int position, int block)
    {
        Debug.Assert((uint)block < (uint)BlockCount(Capacity));
        return ref ((BlockStatistics*)(_memory + _statisticsOffsets[position]))[block];
    }

    internal void Publish(int rows) => Volatile.Write(ref _publishedRows, rows);

    /// <summary>Bytes a raw segment of this capacity takes.</summary>
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

    private void* Decode(int stream, int startRow, int rowCount, void* scratch)
    {
        if (_encoded!.TryAddress(stream, startRow, rowCount) is var stored && stored != null)
            return stored;
        _encoded.Decode(stream, startRow, rowCount, (byte*)scratch);
        return scratch;
    }

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
