using System.Runtime.CompilerServices;
using Zepto.Query.Execution.Sorting;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>Turns values into numbers of the same order, NULL into the least one, and back.</summary>
internal interface IOrderedForm<T>
{
    static abstract long Encode(T value);

    static abstract T Decode(long encoded);
}

internal readonly struct IntegerForm : IOrderedForm<long>
{
    public static long Encode(long value) => value;

    public static long Decode(long encoded) => encoded;
}

/// <summary>NaN is the greatest value, -0 equals 0.</summary>
internal readonly struct FloatForm : IOrderedForm<double>
{
    public static long Encode(double value) => KeyEncoding.OfDouble(value);

    public static double Decode(long encoded) => KeyEncoding.ToDouble(encoded);
}

internal readonly struct BoolForm : IOrderedForm<byte>
{
    public static long Encode(byte value) => value == Nulls.Bool ? long.MinValue : value;

    public static byte Decode(long encoded) => encoded == long.MinValue ? Nulls.Bool : (byte)encoded;
}

/// <summary>max of numbers, times and booleans: NULL is below all of them.</summary>
internal readonly struct MaxFold<T, TForm> : IFold<T, long, T> where TForm : struct, IOrderedForm<T>
{
    public long Empty => long.MinValue;

    public long Of(T value) => TForm.Encode(value);

    public long Combine(long earlier, long later) => Math.Max(earlier, later);

    public T Result(long state) => TForm.Decode(state);
}

/// <summary>min of numbers, times and booleans: states are one less than the number, so that NULL wraps and is above all of them.</summary>
internal readonly struct MinFold<T, TForm> : IFold<T, long, T> where TForm : struct, IOrderedForm<T>
{
    public long Empty => long.MaxValue;

    public long Of(T value) => unchecked(TForm.Encode(value) - 1);

    public long Combine(long earlier, long later) => Math.Min(earlier, later);

    public T Result(long state) => TForm.Decode(unchecked(state + 1));
}

/// <summary>min and max of codes, by the bytes of their texts.</summary>
internal readonly struct CodeExtremeFold(CodeDictionary? dictionary, bool least) : IFold<int, int, int>
{
    public int Empty => Nulls.Code;

    public int Of(int value) => value;

    public int Combine(int earlier, int later)
    {
        if (earlier == later || later == Nulls.Code)
            return earlier;
        return earlier == Nulls.Code || IsAfter(later, earlier) != least ? later : earlier;
    }

    public int Result(int state) => state;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsAfter(int later, int earlier) => dictionary!.Text(later).Bytes.SequenceCompareTo(dictionary.Text(earlier).Bytes) > 0;
}

/// <summary>min and max of texts, by their bytes.</summary>
internal readonly struct TextExtremeFold(bool least) : IFold<TextRef, TextRef, TextRef>
{
    public TextRef Empty => default;

    public TextRef Of(TextRef value) => value;

    public TextRef Combine(TextRef earlier, TextRef later)
    {
        if (later.IsNull)
            return earlier;
        if (earlier.IsNull)
            return later;
        return later.Bytes.SequenceCompareTo(earlier.Bytes) > 0 != least ? later : earlier;
    }

    public TextRef Result(TextRef state) => state;
}
