using Zepto.Native.Memory;
using Zepto.Storage.Ingest;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;
using Zepto.Storage.Tables;

namespace Zepto.Storage.Encodings;

/// <summary>
/// Writes the rows of consecutive slices as one encoded segment into memory of its own. The rows must be published and stay readable meanwhile. One
/// thread at a time; keeps its memory.
/// </summary>
internal sealed unsafe class SegmentEncoder : IDisposable
{
    private static readonly int[] Identity = [.. Enumerable.Range(0, Segment.BlockRows)];
    private readonly BlockEncoder _blocks = new();
    private readonly NativeBuffer _output = new();
    private readonly NativeBuffer _values = new();

    /// <summary>The segment's bytes, until the next call.</summary>
    public ReadOnlySpan<byte> Written => _output.Span;

    /// <summary>Largest arrival number of the rows written.</summary>
    public long LargestSequence { get; private set; }

    /// <summary>Writes the rows of slices; columns that a slice lacks become NULL, those that the layout lacks stay behind.</summary>
    public void Write(SegmentLayout layout, ReadOnlySpan<SegmentSlice> slices)
    {
        var rows = 0;
        foreach (ref readonly var slice in slices)
            rows += slice.PublishedRows;
        var blocks = Segment.BlockCount(rows);
        _output.Length = EncodedColumns.HeaderBytes(layout, rows);
        _output.Span.Clear();
        _values.Length = Segment.BlockRows * sizeof(long);
        LargestSequence = 0;
        for (var stream = 0; stream <= layout.Columns.Length; stream++)
        {
            var source = new Source(slices);
            for (var block = 0; block < blocks; block++)
            {
                var count = Math.Min(rows - (block * Segment.BlockRows), Segment.BlockRows);
                source.Take(layout, stream, count, _values.Address);
                if (stream == EncodedColumns.Sequences)
                    LargestSequence = Math.Max(LargestSequence, Largest((long*)_values.Address, count));
                else
                    Describe(layout, rows, stream - 1, block, count);
                var type = stream == EncodedColumns.Sequences ? ColumnType.Int64 : layout.Columns[stream - 1].Type;
                var encoded = _blocks.Write(type, _values.Address, count, _output);
                ((EncodedBlock*)_output.Address)[(stream * blocks) + block] = encoded;
            }
        }
    }

    public void Dispose()
    {
        _output.Dispose();
        _values.Dispose();
    }

    private static long Largest(long* values, int count)
    {
        var largest = long.MinValue;
        for (var i = 0; i < count; i++)
            largest = Math.Max(largest, values[i]);
        return largest;
    }

    private void Describe(SegmentLayout layout, int rows, int position, int block, int count)
    {
        var type = layout.Columns[position].Type;
        var statistics = BlockStatistics.Empty(type);
        // Each value is written over itself.
        ColumnCopy.Copy(type, _values.Address, _values.Address, Identity.AsSpan(0, count), ref statistics);
        var all = (BlockStatistics*)(_output.Address + EncodedColumns.StatisticsOffset(layout, rows));
        all[(position * Segment.BlockCount(rows)) + block] = statistics;
    }

    /// <summary>Gives out one stream of the slices, block by block of the segment being made.</summary>
    private ref struct Source(ReadOnlySpan<SegmentSlice> slices)
    {
        private readonly ReadOnlySpan<SegmentSlice> _slices = slices;
        private int _slice;
        private int _row;

        public void Take(SegmentLayout layout, int stream, int count, byte* target)
        {
            while (count > 0)
            {
                ref readonly var slice = ref _slices[_slice];
                var part = Math.Min(count, slice.PublishedRows - _row);
                var width = stream == EncodedColumns.Sequences ? sizeof(long) : layout.Columns[stream - 1].WidthBytes;
                Copy(slice.Segment, layout, stream, slice.StartRow + _row, part, target);
                target += part * width;
                count -= part;
                _row += part;
                if (_row < slice.PublishedRows)
                    continue;
                _slice++;
                _row = 0;
            }
        }

        private static void Copy(Segment segment, SegmentLayout layout, int stream, int row, int count, byte* target)
        {
            if (count == 0)
                return;
            if (stream == EncodedColumns.Sequences)
            {
                Move(segment.ReadSequences(row, count, (long*)target), target, count * sizeof(long));
                return;
            }

            var column = layout.Columns[stream - 1];
            if (segment.HasColumn(column.Id))
                Move(segment.Read(column.Id, row, count, target), target, count * column.WidthBytes);
            else
                FillNull(column, count, target);
        }

        private static void Move(void* source, byte* target, int bytes)
        {
            if (source != target)
                Buffer.MemoryCopy(source, target, bytes, bytes);
        }

        private static void FillNull(StoredColumn column, int count, byte* target)
        {
            var bits = Nulls.BitsOf(column.Type);
            switch (column.WidthBytes)
            {
                case 8: new Span<long>(target, count).Fill(bits); break;
                case 4: new Span<int>(target, count).Fill((int)bits); break;
                default: new Span<byte>(target, count).Fill((byte)bits); break;
            }
        }
    }
}
