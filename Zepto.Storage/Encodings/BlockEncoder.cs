using System.Runtime.InteropServices;
using Zepto.Native.Memory;
using Zepto.Storage.Schema;
using Zepto.Storage.Segments;

namespace Zepto.Storage.Encodings;

/// <summary>
/// Writes blocks of values, each in the encoding that makes it smallest. Whatever does not come back bit by bit is written raw. One thread at a time;
/// keeps its scratch memory.
/// </summary>
internal sealed unsafe class BlockEncoder
{
    /// <summary>A list of distinct values is slower to read than a frame, so it must be this much smaller: in eighths.</summary>
    private const int DictionaryEighths = 6;

    private const int MostDistinct = Segment.BlockRows / 2;
    private readonly long[] _values = new long[Segment.BlockRows];
    private readonly long[] _numbers = new long[Segment.BlockRows];
    private readonly long[] _decoded = new long[Segment.BlockRows];
    private readonly Dictionary<long, int> _codes = [];

    /// <summary>Appends a block's payload to an output, 64-byte aligned, and says what it is.</summary>
    /// <param name="type">Type of the values.</param>
    /// <param name="source">Values in their stored width.</param>
    /// <param name="rows">1 to <see cref="Segment.BlockRows"/>.</param>
    /// <param name="output">The segment being made.</param>
    public EncodedBlock Write(ColumnType type, byte* source, int rows, NativeBuffer output)
    {
        var width = TableSchema.WidthBytes(type);
        Widen(type, source, rows);
        var start = output.Length;
        var block = Choose(type, rows, out var numbers);
        block.Offset = checked((int)start);
        Put(ref block, type, source, numbers, rows, output);
        if (block.Encoding != BlockEncoding.Raw && !ComesBack(block, type, source, rows, output))
        {
            output.Length = start;
            block = new EncodedBlock { Encoding = BlockEncoding.Raw, Offset = block.Offset };
            Put(ref block, type, source, numbers, rows, output);
        }

        return block;
    }

    private EncodedBlock Choose(ColumnType type, int rows, out ReadOnlySpan<long> numbers)
    {
        var width = TableSchema.WidthBytes(type);
        var values = _values.AsSpan(0, rows);
        numbers = values;
        var best = new EncodedBlock { Encoding = BlockEncoding.Raw };
        var isFloat = type is ColumnType.Float64 or ColumnType.Float32;
        if (!values.ContainsAnyExcept(values[0]))
            return new EncodedBlock { Encoding = BlockEncoding.Frame, Base = values[0] };
        if (!isFloat)
            Keep(ref best, FrameOf(values, Nulls.BitsOf(type), BlockEncoding.Frame), rows, width);
        else if (type == ColumnType.Float64 && TryFindPlaces(values, out var places))
        {
            numbers = _numbers.AsSpan(0, rows);
            Keep(ref best, FrameOf(numbers, Nulls.Int64, BlockEncoding.Decimal) with { Exponent = (byte)places }, rows, width);
        }

        if (width >= 4 && TryListDistinct(values))
        {
            var listed = new EncodedBlock { Encoding = BlockEncoding.Dictionary, CodeBytes = _codes.Count <= 256 ? (byte)1 : (byte)2, Entries = _codes.Count };
            if (listed.PayloadBytes(rows, width) * 8 < best.PayloadBytes(rows, width) * DictionaryEighths)
                best = listed;
        }

        return best;
    }

    private static void Keep(ref EncodedBlock best, in EncodedBlock other, int rows, int width)
    {
        if (other.CodeBytes < width && other.PayloadBytes(rows, width) < best.PayloadBytes(rows, width))
            best = other;
    }

    /// <summary>Frame of reference: from the smallest value in steps of what all distances are multiples of, where that saves bytes.</summary>
    private static EncodedBlock FrameOf(ReadOnlySpan<long> values, long nullValue, BlockEncoding encoding)
    {
        var (min, max) = (long.MaxValue, long.MinValue);
        var hasNull = false;
        foreach (var value in values)
        {
            if (value == nullValue)
            {
                hasNull = true;
                continue;
            }

            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        var range = unchecked((ulong)(max - min));
        var step = 1UL;
        if (CodeBytes(range, 1, hasNull) > 1)
        {
            var common = CommonStep(values, min, nullValue, hasNull);
            if (CodeBytes(range, common, hasNull) < CodeBytes(range, 1, hasNull))
                step = common;
        }

        return new EncodedBlock
        {
            Encoding = encoding,
            // Code 0 is NULL where there are any, so that the values begin at code 1.
            Base = unchecked(hasNull ? min - (long)step : min),
            Multiplier = unchecked((long)step),
            CodeBytes = (byte)CodeBytes(range, step, hasNull),
            HasNull = hasNull ? (byte)1 : (byte)0,
        };
    }

    /// <summary>Bytes of the largest code; 8 when it needs more than 6.</summary>
    private static int CodeBytes(ulong range, ulong step, bool hasNull)
    {
        var largest = range / step;
        if (largest >= 1UL << 47)
            return 8;
        largest += hasNull ? 1UL : 0;
        return (64 - System.Numerics.BitOperations.LeadingZeroCount(largest) + 7) / 8;
    }

    private static ulong CommonStep(ReadOnlySpan<long> values, long min, long nullValue, bool hasNull)
    {
        var common = 0UL;
        foreach (var value in values)
        {
            if (hasNull && value == nullValue)
                continue;
            var (a, b) = (unchecked((ulong)(value - min)), common);
            while (b != 0)
                (a, b) = (b, a % b);
            common = a;
            if (common == 1)
                break;
        }

        return Math.Max(common, 1);
    }

    /// <summary>The fewest places with which every value is a decimal; the values without the point go to the numbers.</summary>
    private bool TryFindPlaces(ReadOnlySpan<long> values, out int places)
    {
        // Few values say no to a number of places quickly; the whole block is looked at for the one that is left.
        for (places = 0; places <= DecimalStage.MostPlaces; places++)
        {
            if (AreDecimals(values[..Math.Min(values.Length, 32)], places) && AreDecimals(values, places))
                return true;
        }

        return false;
    }

    private bool AreDecimals(ReadOnlySpan<long> values, int places)
    {
        const double mostExact = 1L << 53;
        var power = DecimalStage.Power(places);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] == Nulls.Float64Bits)
            {
                _numbers[i] = Nulls.Int64;
                continue;
            }

            var value = BitConverter.Int64BitsToDouble(values[i]);
            var scaled = Math.Round(value * power);
            if (!(Math.Abs(scaled) <= mostExact))
                return false;
            _numbers[i] = (long)scaled;
            if (BitConverter.DoubleToInt64Bits(_numbers[i] / power) != values[i])
                return false;
        }

        return true;
    }

    private bool TryListDistinct(ReadOnlySpan<long> values)
    {
        _codes.Clear();
        foreach (var value in values)
        {
            if (!_codes.TryAdd(value, _codes.Count))
                continue;
            if (_codes.Count > Math.Min(MostDistinct, values.Length / 2))
                return false;
        }

        return true;
    }

    private void Put(ref EncodedBlock block, ColumnType type, byte* source, ReadOnlySpan<long> numbers, int rows, NativeBuffer output)
    {
        var width = TableSchema.WidthBytes(type);
        var start = output.Length;
        var bytes = block.PayloadBytes(rows, width);
        output.Length = start + bytes;
        var target = output.Address + start;
        new Span<byte>(target, bytes).Clear();
        switch (block.Encoding)
        {
            case BlockEncoding.Raw:
                Buffer.MemoryCopy(source, target, bytes, (long)rows * width);
                break;
            case BlockEncoding.Dictionary:
                PutDictionary(block, width, target, rows);
                break;
            case var _ when block.CodeBytes > 0:
                PutCodes(block, type, target, numbers);
                break;
        }
    }

    private static void PutCodes(in EncodedBlock block, ColumnType type, byte* target, ReadOnlySpan<long> numbers)
    {
        var nullValue = block.Encoding == BlockEncoding.Decimal ? Nulls.Int64 : Nulls.BitsOf(type);
        var (hasNull, step) = (block.HasNull != 0, unchecked((ulong)block.Multiplier));
        var lowBytes = EncodedBlock.LowBytes(block.CodeBytes);
        var high = target + EncodedBlock.Align(numbers.Length * lowBytes);
        for (var i = 0; i < numbers.Length; i++)
        {
            var code = hasNull && numbers[i] == nullValue ? 0 : unchecked((ulong)(numbers[i] - block.Base)) / step;
            switch (lowBytes)
            {
                case 1: target[i] = (byte)code; break;
                case 2: ((ushort*)target)[i] = (ushort)code; break;
                default: ((uint*)target)[i] = (uint)code; break;
            }

            switch (block.CodeBytes - lowBytes)
            {
                case 1: high[i] = (byte)(code >> (8 * lowBytes)); break;
                case 2: ((ushort*)high)[i] = (ushort)(code >> (8 * lowBytes)); break;
            }
        }
    }

    private void PutDictionary(in EncodedBlock block, int width, byte* target, int rows)
    {
        foreach (var (value, code) in _codes)
        {
            if (width == 8)
                ((long*)target)[code] = value;
            else
                ((int*)target)[code] = (int)value;
        }

        var codes = target + EncodedBlock.Align(block.Entries * width);
        for (var i = 0; i < rows; i++)
        {
            var code = _codes[_values[i]];
            if (block.CodeBytes == 1)
                codes[i] = (byte)code;
            else
                ((ushort*)codes)[i] = (ushort)code;
        }
    }

    private bool ComesBack(in EncodedBlock block, ColumnType type, byte* source, int rows, NativeBuffer output)
    {
        var decoded = MemoryMarshal.AsBytes(_decoded.AsSpan());
        var bytes = rows * TableSchema.WidthBytes(type);
        fixed (byte* target = decoded)
            new BlockReader(output.Address, checked((int)output.Length), type, rows).Decode(block, 0, rows, target);
        return decoded[..bytes].SequenceEqual(new ReadOnlySpan<byte>(source, bytes));
    }

    /// <summary>Values as 64-bit numbers, floats by their bits.</summary>
    private void Widen(ColumnType type, byte* source, int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            _values[i] = TableSchema.WidthBytes(type) switch
            {
                8 => ((long*)source)[i],
                4 => ((int*)source)[i],
                _ => source[i],
            };
        }
    }
}
