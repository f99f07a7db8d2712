using System.Diagnostics;
using System.Runtime.CompilerServices;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Vectors;

/// <summary>Physical form of a vector inside the engine.</summary>
internal enum VectorKind : byte
{
    /// <summary>long: INT64, INT32 and TIMESTAMP_NS; NULL is Nulls.Int64.</summary>
    Int64,

    /// <summary>double: FLOAT64 and FLOAT32; NULL is Nulls.Float64.</summary>
    Float64,

    /// <summary>byte: 0, 1, or 2 for NULL.</summary>
    Bool,

    /// <summary>int: dictionary codes of a SYMBOL or STRING column; NULL is 0.</summary>
    Code,

    /// <summary>TextRef: computed text; NULL has no address.</summary>
    Text,
}

/// <summary>Resolves the codes of a Code vector; one instance per dictionary, so reference equality means equal codes are equal text.</summary>
internal abstract class CodeDictionary
{
    /// <summary>Text of a code; a symbol without a name gives its decimal id. NULL for code 0.</summary>
    public abstract TextRef Text(int code);

    /// <summary>Code of a text; false when the dictionary does not hold it.</summary>
    public abstract bool TryFind(ReadOnlySpan<byte> text, out int code);

    /// <summary>Largest code that is in use now; codes are dense from 1.</summary>
    public abstract int Count { get; }

    /// <summary>Whether codes are symbol ids, comparable with integers.</summary>
    public abstract bool IsSymbol { get; }
}

/// <summary>
/// One column of a chunk: a view on memory that a segment, an arena or a plan owns; valid as long as the owner says. A constant vector has
/// one value that stands for every row.
/// </summary>
internal readonly unsafe struct Vector
{
    private readonly void* _data;

    private Vector(VectorKind kind, void* data, int rowCount, bool mayHaveNulls, bool isConstant, CodeDictionary? dictionary)
    {
        Kind = kind;
        _data = data;
        RowCount = rowCount;
        MayHaveNulls = mayHaveNulls;
        IsConstant = isConstant;
        Dictionary = dictionary;
    }

    /// <summary>Physical form.</summary>
    public VectorKind Kind { get; }

    /// <summary>Rows it stands for; a constant vector stores one value whatever this says.</summary>
    public int RowCount { get; }

    /// <summary>False promises that no value is NULL.</summary>
    public bool MayHaveNulls { get; }

    /// <summary>Whether one stored value stands for every row.</summary>
    public bool IsConstant { get; }

    /// <summary>Dictionary of a Code vector; null where no row ever came, so that all codes are NULL.</summary>
    public CodeDictionary? Dictionary { get; }

    /// <summary>Largest code of the dictionary that is in use now; 0 without a dictionary.</summary>
    public int CodeCount => Dictionary?.Count ?? 0;

    /// <summary>Address of the first value; kernels only.</summary>
    public void* Data => _data;

    /// <summary>Stored values: 1 for a constant, else the row count.</summary>
    public int StoredCount => IsConstant ? 1 : RowCount;

    public static Vector Of(VectorKind kind, void* data, int rowCount, bool mayHaveNulls, CodeDictionary? dictionary = null) =>
        new(kind, data, rowCount, mayHaveNulls, false, dictionary);

    public static Vector OfConstant(VectorKind kind, void* value, int rowCount, bool mayHaveNulls, CodeDictionary? dictionary = null) =>
        new(kind, value, rowCount, mayHaveNulls, true, dictionary);

    public ReadOnlySpan<long> Int64 => Values<long>(VectorKind.Int64);

    public ReadOnlySpan<double> Float64 => Values<double>(VectorKind.Float64);

    public ReadOnlySpan<byte> Bool => Values<byte>(VectorKind.Bool);

    public ReadOnlySpan<int> Codes => Values<int>(VectorKind.Code);

    public ReadOnlySpan<TextRef> Text => Values<TextRef>(VectorKind.Text);

    /// <summary>Bytes one value takes in a vector of <paramref name="kind"/>.</summary>
    public static int WidthBytes(VectorKind kind) => kind switch
    {
        VectorKind.Int64 or VectorKind.Float64 => 8,
        VectorKind.Code => 4,
        VectorKind.Text => sizeof(TextRef),
        _ => 1,
    };

    /// <summary>Code of a text in a Code vector's dictionary; false when there is none.</summary>
    public bool TryFindCode(ReadOnlySpan<byte> text, out int code)
    {
        code = 0;
        return Dictionary is not null && Dictionary.TryFind(text, out code);
    }

    /// <summary>Rows from <paramref name="start"/> on; no copy.</summary>
    public Vector Slice(int start, int rowCount)
    {
        Debug.Assert((uint)start <= (uint)RowCount && (uint)rowCount <= (uint)(RowCount - start));
        return IsConstant
            ? new Vector(Kind, _data, rowCount, MayHaveNulls, true, Dictionary)
            : new Vector(Kind, (byte*)_data + (long)start * WidthBytes(Kind), rowCount, MayHaveNulls, false, Dictionary);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<T> Values<T>(VectorKind kind) where T : unmanaged
    {
        Debug.Assert(Kind == kind);
        return new ReadOnlySpan<T>(_data, StoredCount);
    }
}
