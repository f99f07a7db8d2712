using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;

namespace Zepto.Query.Expressions;

/// <summary>Vectors of one value, and access to elements whatever the form.</summary>
internal static unsafe class ConstantVectors
{
    /// <summary>A constant of the chunk's length; the value is stored in the arena.</summary>
    public static Vector Create<T>(EvaluationContext context, T value) where T : unmanaged
    {
        var cell = (T*)context.Arena.Allocate(sizeof(T), 16);
        *cell = value;
        return Vector.OfConstant(TypeNames.KindOf<T>(), cell, context.RowCount, NullValue.Is(value));
    }

    /// <summary>A NULL for every row.</summary>
    public static Vector Null(EvaluationContext context, VectorKind kind) => kind switch
    {
        VectorKind.Int64 => Create(context, NullValue.Of<long>()),
        VectorKind.Float64 => Create(context, NullValue.Of<double>()),
        VectorKind.Bool => Create(context, NullValue.Of<byte>()),
        _ => Create(context, default(TextRef)),
    };

    /// <summary>The same form as an operand: a constant stays one.</summary>
    public static Vector Like(in Vector shape, VectorKind kind, void* data, bool mayHaveNulls) =>
        shape.IsConstant ? Vector.OfConstant(kind, data, shape.RowCount, mayHaveNulls) : Vector.Of(kind, data, shape.RowCount, mayHaveNulls);

    /// <summary>Whether the stored value at an index is NULL.</summary>
    public static bool IsNullAt(in Vector vector, int index) => vector.Kind switch
    {
        VectorKind.Int64 => NullValue.Is(vector.Int64[index]),
        VectorKind.Float64 => NullValue.Is(vector.Float64[index]),
        VectorKind.Bool => NullValue.Is(vector.Bool[index]),
        VectorKind.Code => vector.Codes[index] == 0,
        _ => vector.Text[index].IsNull,
    };

    /// <summary>Text at an index of a Code or Text vector; NULL has no address.</summary>
    public static TextRef TextAt(in Vector vector, int index)
    {
        if (vector.Kind == VectorKind.Text)
            return vector.Text[index];
        var code = vector.Codes[index];
        return code == 0 ? default : vector.Dictionary!.Text(code);
    }

    /// <summary>A copy in the arena.</summary>
    public static TextRef Copy(EvaluationContext context, ReadOnlySpan<byte> bytes)
    {
        var address = (byte*)context.Arena.Allocate(Math.Max(bytes.Length, 1), 1);
        bytes.CopyTo(new Span<byte>(address, bytes.Length));
        return new TextRef(address, bytes.Length);
    }
}
