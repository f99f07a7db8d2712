using System.Diagnostics;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Encodings;

// An encoded segment, every part 64-byte aligned. Stream 0 is the arrival numbers, stream n the layout's column n - 1:
//   EncodedBlock[blocks] of each stream | BlockStatistics[blocks] of each column | the blocks' payloads
/// <summary>The streams of an encoded segment: any value in constant time, runs of values decoded. Immutable.</summary>
internal sealed unsafe class EncodedColumns(SegmentLayout layout, int rows, byte* memory, int sizeBytes)
{
    /// <summary>Stream of the arrival numbers.</summary>
    public const int Sequences = 0;

    /// <summary>From so many rows of a block on, decoding all between the first and the last one takes less time than decoding each by itself.</summary>
    private const int WholeBlockRows = 16;

    private readonly int _blocks = Segment.BlockCount(rows);

    /// <summary>Bytes of the whole segment.</summary>
    public int SizeBytes => sizeBytes;

    /// <summary>Bytes before the payloads.</summary>
    public static int HeaderBytes(SegmentLayout layout, int rows) => checked(StatisticsOffset(layout, rows) + EncodedBlock.Align(layout.Columns.Length * Segment.BlockCount(rows) * sizeof(BlockStatistics)));

    /// <summary>Where the statistics begin.</summary>
    public static int StatisticsOffset(SegmentLayout layout, int rows) => checked(EncodedBlock.Align((layout.Columns.Length + 1) * Segment.BlockCount(rows) * sizeof(EncodedBlock)));

    /// <summary>Address of values in their stored width, when they lie in one block and that block is raw; null otherwise.</summary>
    public void* TryAddress(int stream, int row, int count)
    {
        var block = row / Segment.BlockRows;
        return row + count <= (block + 1) * Segment.BlockRows ? Reader(stream, block).TryAddress(Block(stream, block), row % Segment.BlockRows) : null;
    }

    /// <summary>Writes values in their stored width.</summary>
    public void Decode(int stream, int row, int count, byte* target)
    {
        Debug.Assert(row >= 0 && count >= 0 && row + count <= rows);
        var width = TableSchema.WidthBytes(TypeOf(stream));
        while (count > 0)
        {
            var block = row / Segment.BlockRows;
            var part = Math.Min(count, (block + 1) * Segment.BlockRows - row);
            Reader(stream, block).Decode(Block(stream, block), row % Segment.BlockRows, part, target);
            row += part;
            count -= part;
            target += part * width;
        }
    }

    /// <summary>Which rows of one block of an 8-byte stream have values with keys in a range: <see cref="BlockReader.TryMatch"/>.</summary>
    public bool TryMatch(int stream, int row, int count, KeyRange keys, byte* mask)
    {
        var block = row / Segment.BlockRows;
        Debug.Assert(row + count <= Math.Min(rows, (block + 1) * Segment.BlockRows));
        return Reader(stream, block).TryMatch(Block(stream, block), row % Segment.BlockRows, count, keys, mask);
    }

    /// <summary>Writes the values of single rows, which ascend, in their stored width; <paramref name="room"/> has room for those of a block.</summary>
    public void DecodeRows(int stream, ReadOnlySpan<int> rows, byte* target, byte* room)
    {
        var width = TableSchema.WidthBytes(TypeOf(stream));
        while (!rows.IsEmpty)
        {
            var block = rows[0] / Segment.BlockRows;
            var count = 1;
            while (count < rows.Length && rows[count] / Segment.BlockRows == block)
                count++;
            if (count < WholeBlockRows)
            {
                for (var i = 0; i < count; i++)
                    Reader(stream, block).Decode(Block(stream, block), rows[i] % Segment.BlockRows, 1, target + i * width);
            }
            else
            {
                Decode(stream, rows[0], rows[count - 1] - rows[0] + 1, room);
                RowPicking.Pick(room, width, rows[..count], rows[0], target);
            }

            target += count * width;
            rows = rows[count..];
        }
    }

    /// <summary>The 64 bits of a value of an 8-byte stream.</summary>
    public long Int64At(int stream, int row)
    {
        Debug.Assert((uint)row < (uint)rows);
        var block = row / Segment.BlockRows;
        return Reader(stream, block).Int64At(Block(stream, block), row % Segment.BlockRows);
    }

    /// <summary>Of rows that ascend by an integer stream: how many are below a value. The block is found by first rows, so that few blocks are touched.</summary>
    public int CountBelow(int stream, int row, int count, long value)
    {
        var (first, last) = (row / Segment.BlockRows, (row + count - 1) / Segment.BlockRows);
        while (first < last)
        {
            var middle = (first + last + 1) >>> 1;
            if (Int64At(stream, middle * Segment.BlockRows) < value)
                first = middle;
            else
                last = middle - 1;
        }

        var start = first * Segment.BlockRows;
        var from = Math.Max(row - start, 0);
        var end = Math.Min(row + count - start, Segment.BlockRows);
        return start + from - row + Reader(stream, first).CountBelow(Block(stream, first), from, end, value);
    }

    private ColumnType TypeOf(int stream) => stream == Sequences ? ColumnType.Int64 : layout.Columns[stream - 1].Type;

    private ref readonly EncodedBlock Block(int stream, int block) => ref ((EncodedBlock*)memory)[stream * _blocks + block];

    private BlockReader Reader(int stream, int block) => new(memory, sizeBytes, TypeOf(stream), Math.Min(rows - block * Segment.BlockRows, Segment.BlockRows));
}
