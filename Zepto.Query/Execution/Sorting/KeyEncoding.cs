using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Zepto.Native.Memory;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Indexes;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Sorting;

/// <summary>
/// Turns sort keys into signed 64-bit numbers that compare as the values do. The base form is ascending with NULL as the least number;
/// <see cref="Direct"/> then applies direction and place of NULLs by plain arithmetic.
/// </summary>
internal static unsafe class KeyEncoding
{
    // Text: 7 bytes, big-endian, padded with zeros | 4 bits min(length, 8). Equal numbers with a length of at most 7 mean equal text.
    private const int LengthBits = 4;
    private const int CutLength = 8;

    /// <summary>Base form of a double: -0 equals 0, every NaN is one value above infinity, NULL is the least number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long OfDouble(double value) => OrderKeys.Of(value);

    /// <summary>The double of a base form; NULL for the least number.</summary>
    public static double ToDouble(long encoded) =>
        encoded == long.MinValue ? Nulls.Float64 : BitConverter.Int64BitsToDouble(encoded ^ ((encoded >> 63) & long.MaxValue));

    /// <summary>Base form of text, exact up to 7 bytes; see <see cref="IsCut"/>.</summary>
    public static long OfText(ReadOnlySpan<byte> text)
    {
        ulong prefix = 0;
        if (text.Length >= 8)
        {
            prefix = BinaryPrimitives.ReadUInt64BigEndian(text) >> 8;
        }
        else
        {
            for (var i = 0; i < text.Length; i++)
                prefix |= (ulong)text[i] << (8 * (6 - i));
        }

        return (long)(prefix << LengthBits) | (long)Math.Min(text.Length, CutLength);
    }

    /// <summary>Whether a text's base form says only part of the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsCut(long textBase) => textBase >= 0 && (textBase & ((1 << LengthBits) - 1)) == CutLength;

    /// <summary>Writes the base forms of a vector; says whether they are exact (text longer than 7 bytes is not).</summary>
    public static bool Encode(in Vector source, int rowCount, CodePrefixes prefixes, long* target)
    {
        if (source.IsConstant)
        {
            long value;
            var exact = EncodeRows(source, 1, prefixes, &value);
            new Span<long>(target, rowCount).Fill(value);
            return exact;
        }

        return EncodeRows(source, rowCount, prefixes, target);
    }

    /// <summary>Applies direction and place of NULLs to base forms, in place.</summary>
    public static void Direct(long* values, int count, bool descending, bool nullsFirst)
    {
        // NULL is the least number: x - 1 wraps it to the greatest, ~x makes it the greatest, and -x keeps it where it is.
        if (!descending && nullsFirst)
            return;
        var flip = Vector256.Create(descending ? -1L : 0L);
        var add = Vector256.Create(descending == nullsFirst ? 1L : 0L);
        var step = descending ? add : -Vector256<long>.One;
        var i = 0;
        for (; i <= count - 4; i += 4)
            ((Vector256.Load(values + i) ^ flip) + step).Store(values + i);
        for (; i < count; i++)
            values[i] = (values[i] ^ flip[0]) + step[0];
    }

    /// <summary>The base form of a value that <see cref="Direct"/> changed.</summary>
    public static long Undirect(long value, bool descending, bool nullsFirst) =>
        descending ? ~(nullsFirst ? value - 1 : value) : nullsFirst ? value : value + 1;

    private static bool EncodeRows(in Vector source, int rowCount, CodePrefixes prefixes, long* target)
    {
        switch (source.Kind)
        {
            case VectorKind.Code:
                return prefixes.Encode(source.Dictionary, (int*)source.Data, rowCount, target);
            case VectorKind.Text:
                return EncodeTexts((TextRef*)source.Data, rowCount, target);
            default:
                EncodePlain(source, rowCount, target);
                return true;
        }
    }

    /// <summary>Writes the base forms of the stored values of a vector that is neither codes nor text.</summary>
    public static void EncodePlain(in Vector source, int count, long* target)
    {
        switch (source.Kind)
        {
            case VectorKind.Int64:
                Buffer.MemoryCopy(source.Data, target, (long)count * 8, (long)count * 8);
                break;
            case VectorKind.Float64:
                var doubles = (double*)source.Data;
                for (var i = 0; i < count; i++)
                    target[i] = OfDouble(doubles[i]);
                break;
            default:
                Debug.Assert(source.Kind == VectorKind.Bool);
                var bools = (byte*)source.Data;
                for (var i = 0; i < count; i++)
                    target[i] = bools[i] == Nulls.Bool ? long.MinValue : bools[i];
                break;
        }
    }

    private static bool EncodeTexts(TextRef* texts, int rowCount, long* target)
    {
        var exact = true;
        for (var i = 0; i < rowCount; i++)
        {
            target[i] = texts[i].IsNull ? long.MinValue : OfText(texts[i].Bytes);
            exact &= !IsCut(target[i]);
        }

        return exact;
    }
}

/// <summary>Base forms of one dictionary's texts, remembered by code while the dictionary is small.</summary>
internal sealed unsafe class CodePrefixes
{
    private const int LargestCount = 65536;

    private NativeArena? _arena;
    private CodeDictionary? _dictionary;
    private long* _byCode;
    private int _capacity;

    /// <summary>Forgets everything; memory comes from <paramref name="arena"/>.</summary>
    public void Reset(NativeArena arena)
    {
        _arena = arena;
        _dictionary = null;
        _byCode = null;
        _capacity = 0;
    }

    /// <summary>Writes the base forms of codes; says whether they are exact.</summary>
    public bool Encode(CodeDictionary? dictionary, int* codes, int count, long* target)
    {
        if (dictionary != null && dictionary != _dictionary)
            Use(dictionary);
        var exact = true;
        for (var i = 0; i < count; i++)
        {
            var code = codes[i];
            long value;
            if (code == Nulls.Code)
                value = long.MinValue;
            else if (code >= _capacity || (value = _byCode[code]) < 0)
                value = Compute(code);
            target[i] = value;
            exact &= !KeyEncoding.IsCut(value);
        }

        return exact;
    }

    private void Use(CodeDictionary dictionary)
    {
        _dictionary = dictionary;
        var count = dictionary.Count;
        _capacity = count < LargestCount ? count + 1 : 0;
        if (_capacity == 0)
            return;
        _byCode = _arena!.Allocate<long>(_capacity);
        new Span<long>(_byCode, _capacity).Fill(-1);
    }

    private long Compute(int code)
    {
        var value = KeyEncoding.OfText(_dictionary!.Text(code).Bytes);
        if (code < _capacity)
            _byCode[code] = value;
        return value;
    }
}
