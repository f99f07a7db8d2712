using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;

namespace Zepto.Storage.Encodings;

/// <summary>Values of one stream's block in an encoded segment. What the block says of itself is checked before any of it is followed.</summary>
/// <param name="memory">The segment.</param>
/// <param name="sizeBytes">Its length.</param>
/// <param name="type">Type of the stream.</param>
/// <param name="rows">Rows of the block.</param>
internal readonly unsafe ref struct BlockReader(byte* memory, int sizeBytes, ColumnType type, int rows)
{
    private const int PartRows = 512;

    // With more distinct values in a block, answering once for each costs more than it saves.
    private const int MostAnswers = 1024;

    /// <summary>Address of stored values of a raw block; null for any other.</summary>
    public void* TryAddress(in EncodedBlock block, int row)
    {
        if (block.Encoding != BlockEncoding.Raw)
            return null;
        Check(block);
        return memory + block.Offset + row * TableSchema.WidthBytes(type);
    }

    /// <summary>Writes values in their stored width.</summary>
    public void Decode(in EncodedBlock block, int firstRow, int count, byte* target)
    {
        Check(block);
        var width = TableSchema.WidthBytes(type);
        switch (block.Encoding)
        {
            case BlockEncoding.Raw:
                Buffer.MemoryCopy(memory + block.Offset + firstRow * width, target, count * width, count * width);
                break;
            case BlockEncoding.Dictionary:
                DecodeDictionary(block, firstRow, count, target);
                break;
            case var _ when width == 8:
                FrameKernels.Decode(block, Low(block, firstRow), High(block, firstRow), Nulls.BitsOf(type), (long*)target, count);
                break;
            default:
                DecodeNarrow(block, firstRow, count, target);
                break;
        }
    }

    /// <summary>Which rows of an 8-byte type have values with keys in a range, found by their codes; false when their values must be looked at.</summary>
    /// <param name="block">The block.</param>
    /// <param name="firstRow">First row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="keys">The range; NULL is in none.</param>
    /// <param name="mask">Receives 1 or 0 a row.</param>
    public bool TryMatch(in EncodedBlock block, int firstRow, int count, KeyRange keys, byte* mask)
    {
        // Codes of a float's bits do not ascend with the float.
        var isBits = block.Encoding == BlockEncoding.Frame && type == ColumnType.Float64;
        if (block.Encoding == BlockEncoding.Raw || isBits || (block.Encoding == BlockEncoding.Dictionary ? block.Entries > MostAnswers : block.CodeBytes > 4))
            return false;
        Check(block);
        if (block.Encoding == BlockEncoding.Dictionary)
        {
            MatchDictionary(block, firstRow, count, keys, mask);
            return true;
        }

        var range = CodeRange.Of(block, keys);
        if (range.IsEmpty || block.CodeBytes == 0)
            new Span<byte>(mask, count).Fill(range.IsEmpty ? (byte)0 : (byte)1);
        else
            CodeMasks.Fill(block.CodeBytes, Low(block, firstRow), High(block, firstRow), range, mask, count);
        return true;
    }

    /// <summary>The 64 bits of one value of an 8-byte type.</summary>
    public long Int64At(in EncodedBlock block, int row)
    {
        Check(block);
        return Value(block, row);
    }

    /// <summary>Of values of an integer type that ascend: how many of the rows before <paramref name="end"/>, from a row on, are below a value.</summary>
    public int CountBelow(in EncodedBlock block, int row, int end, long value)
    {
        Check(block);
        var low = row;
        while (low < end)
        {
            var middle = (low + end) >>> 1;
            if (Value(block, middle) < value)
                low = middle + 1;
            else
                end = middle;
        }

        return low - row;
    }

    private long Value(in EncodedBlock block, int row)
    {
        switch (block.Encoding)
        {
            case BlockEncoding.Raw:
                return ((long*)(memory + block.Offset))[row];
            case BlockEncoding.Dictionary:
                long value;
                DecodeDictionary(block, row, 1, (byte*)&value);
                return value;
            default:
                return FrameKernels.One(block, Low(block, 0), High(block, 0), Nulls.BitsOf(type), row);
        }
    }

    private byte* Low(in EncodedBlock block, int row) => memory + block.Offset + row * EncodedBlock.LowBytes(block.CodeBytes);

    private byte* High(in EncodedBlock block, int row)
    {
        var low = EncodedBlock.LowBytes(block.CodeBytes);
        return memory + block.Offset + EncodedBlock.Align(rows * low) + row * (block.CodeBytes - low);
    }

    /// <summary>Types of 4 bytes and 1: in 64 bits by parts that stay in the first-level cache, then the low bits of them.</summary>
    private void DecodeNarrow(in EncodedBlock block, int firstRow, int count, byte* target)
    {
        var part = stackalloc long[PartRows];
        while (count > 0)
        {
            var partCount = Math.Min(count, PartRows);
            FrameKernels.Decode(block, Low(block, firstRow), High(block, firstRow), Nulls.BitsOf(type), part, partCount);
            if (type == ColumnType.Bool)
                Narrow(part, target, partCount);
            else
                Narrow(part, (int*)target, partCount);
            target += partCount * TableSchema.WidthBytes(type);
            firstRow += partCount;
            count -= partCount;
        }
    }

    private static void Narrow(long* source, int* target, int count)
    {
        var i = 0;
        for (; Vector256.IsHardwareAccelerated && i <= count - 8; i += 8)
            Vector256.Narrow(Vector256.Load(source + i), Vector256.Load(source + i + 4)).Store(target + i);
        for (; i < count; i++)
            target[i] = unchecked((int)source[i]);
    }

    private static void Narrow(long* source, byte* target, int count)
    {
        for (var i = 0; i < count; i++)
            target[i] = unchecked((byte)source[i]);
    }

    // Codes come from disk: the span refuses one beyond the list.
    private void DecodeDictionary(in EncodedBlock block, int firstRow, int count, byte* target)
    {
        var width = TableSchema.WidthBytes(type);
        var codes = memory + block.Offset + EncodedBlock.Align(block.Entries * width) + firstRow * block.CodeBytes;
        if (width == 8)
            Look(new ReadOnlySpan<long>(memory + block.Offset, block.Entries), codes, block.CodeBytes, (long*)target, count);
        else
            Look(new ReadOnlySpan<int>(memory + block.Offset, block.Entries), codes, block.CodeBytes, (int*)target, count);
    }

    private void MatchDictionary(in EncodedBlock block, int firstRow, int count, KeyRange keys, byte* mask)
    {
        var answers = stackalloc byte[MostAnswers];
        var values = (long*)(memory + block.Offset);
        for (var i = 0; i < block.Entries; i++)
        {
            var key = type == ColumnType.Float64 ? OrderKeys.Of(BitConverter.Int64BitsToDouble(values[i])) : values[i];
            answers[i] = key != OrderKeys.Null && key >= keys.First && key <= keys.Last ? (byte)1 : (byte)0;
        }

        // Codes come from disk: the span refuses one beyond the list.
        var listed = new ReadOnlySpan<byte>(answers, block.Entries);
        var codes = memory + block.Offset + EncodedBlock.Align(block.Entries * sizeof(long)) + firstRow * block.CodeBytes;
        for (var i = 0; i < count; i++)
            mask[i] = listed[block.CodeBytes == 1 ? codes[i] : ((ushort*)codes)[i]];
    }

    private static void Look<T>(ReadOnlySpan<T> distinct, byte* codes, int codeBytes, T* target, int count) where T : unmanaged
    {
        if (codeBytes == 1)
        {
            for (var i = 0; i < count; i++)
                target[i] = distinct[codes[i]];
            return;
        }

        for (var i = 0; i < count; i++)
            target[i] = distinct[((ushort*)codes)[i]];
    }

    private void Check(in EncodedBlock block)
    {
        var width = TableSchema.WidthBytes(type);
        var isKnown = block.Encoding switch
        {
            BlockEncoding.Raw => true,
            BlockEncoding.Frame => block.CodeBytes <= 6,
            BlockEncoding.Decimal => block.CodeBytes <= 6 && block.Exponent <= DecimalStage.MostPlaces && width == 8,
            BlockEncoding.Dictionary => block.CodeBytes is 1 or 2 && (uint)block.Entries <= ushort.MaxValue + 1 && width >= 4,
            _ => false,
        };
        if (!isKnown || block.Offset < 0 || block.Offset > sizeBytes - block.PayloadBytes(rows, width))
            Damaged();
    }

    [DoesNotReturn]
    private static void Damaged() =>
        throw new StorageException(StorageErrorKind.Damaged, "an encoded segment is damaged; restore the data directory from a backup");
}
