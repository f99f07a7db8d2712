using Zepto.Query.Kernels;
using Zepto.Query.Vectors;

namespace Zepto.Query.Expressions;

/// <summary>Compares two vectors of comparable forms into a Bool vector.</summary>
internal static unsafe class VectorComparison
{
    // Beyond this many codes a table of answers a code costs more than comparing texts row by row.
    private const int CodeTableMax = 1 << 16;

    /// <summary>
    /// Forms: equal ones; Code with Text; Code of a symbol with Int64 (its id). Constant text against codes is looked up once.
    /// </summary>
    public static Vector Compare(EvaluationContext context, Vector left, Vector right, Comparison comparison)
    {
        if (left.IsConstant)
        {
            (left, right) = (right, left);
            comparison = comparison.Swap();
        }

        if (right.IsConstant && ConstantVectors.IsNullAt(right, 0))
            return ConstantVectors.Null(context, VectorKind.Bool);
        var count = left.StoredCount;
        var target = context.Arena.Allocate<byte>(count);
        var mask = new Span<byte>(target, count);
        var nulls = left.MayHaveNulls || right.MayHaveNulls;
        if (left.Kind == VectorKind.Int64 && right.Kind == VectorKind.Int64)
        {
            if (right.IsConstant)
                CompareKernels.Compare(left.Int64, right.Int64[0], comparison, nulls, mask);
            else
                CompareKernels.Compare(left.Int64, right.Int64, comparison, nulls, mask);
        }
        else if (left.Kind == VectorKind.Float64)
        {
            if (right.IsConstant)
                CompareKernels.Compare(left.Float64, right.Float64[0], comparison, nulls, mask);
            else
                CompareKernels.Compare(left.Float64, right.Float64, comparison, nulls, mask);
        }
        else if (left.Kind == VectorKind.Bool)
        {
            Bools(left.Bool, right, comparison, mask);
        }
        else if (right.Kind == VectorKind.Int64)
        {
            Ids(left.Codes, right, comparison, nulls, mask);
        }
        else if (left.Kind == VectorKind.Int64)
        {
            var ids = right.Codes;
            for (var i = 0; i < mask.Length; i++)
            {
                var id = ids[right.IsConstant ? 0 : i];
                mask[i] = id == 0 || NullValue.Is(left.Int64[i]) ? (byte)2 : (byte)(comparison.Holds(left.Int64[i].CompareTo(id)) ? 1 : 0);
            }
        }
        else
        {
            Texts(context, left, right, comparison, nulls, mask);
        }

        return ConstantVectors.Like(left, VectorKind.Bool, target, nulls);
    }

    private static void Bools(ReadOnlySpan<byte> left, in Vector right, Comparison comparison, Span<byte> mask)
    {
        var values = right.Bool;
        for (var i = 0; i < mask.Length; i++)
        {
            var y = values[right.IsConstant ? 0 : i];
            mask[i] = left[i] == 2 || y == 2 ? (byte)2 : (byte)(comparison.Holds(left[i] - y) ? 1 : 0);
        }
    }

    private static void Ids(ReadOnlySpan<int> codes, in Vector ids, Comparison comparison, bool nulls, Span<byte> mask)
    {
        if (ids.IsConstant)
        {
            // Ids are positive: an integer outside INT32 lies beyond all of them on its side, as do these bounds.
            var id = (int)Math.Clamp(ids.Int64[0], int.MinValue, int.MaxValue);
            if (id == ids.Int64[0] || comparison is not (Comparison.Equal or Comparison.NotEqual))
                CompareKernels.Compare(codes, id, comparison, nulls, mask);
            else
                CompareKernels.Compare(codes, -1, comparison, nulls, mask);
            return;
        }

        var values = ids.Int64;
        for (var i = 0; i < mask.Length; i++)
            mask[i] = codes[i] == 0 || NullValue.Is(values[i]) ? (byte)2 : (byte)(comparison.Holds(((long)codes[i]).CompareTo(values[i])) ? 1 : 0);
    }

    private static void Texts(EvaluationContext context, in Vector left, in Vector right, Comparison comparison, bool nulls, Span<byte> mask)
    {
        var equality = comparison is Comparison.Equal or Comparison.NotEqual;
        if (left.Kind == VectorKind.Code && right.Kind == VectorKind.Code && !right.IsConstant && equality && ReferenceEquals(left.Dictionary, right.Dictionary))
        {
            CompareKernels.Compare(left.Codes, right.Codes, comparison, nulls, mask);
            return;
        }

        if (left.Kind == VectorKind.Code && right.IsConstant)
        {
            var text = ConstantVectors.TextAt(right, 0).Bytes;
            if (equality)
            {
                var code = left.TryFindCode(text, out var found) ? found : -1;
                CompareKernels.Compare(left.Codes, code, comparison, nulls, mask);
                return;
            }

            if (left.CodeCount <= Math.Min(CodeTableMax, mask.Length))
            {
                ByCode(context, left, text, comparison, mask);
                return;
            }
        }

        for (var i = 0; i < mask.Length; i++)
        {
            var x = ConstantVectors.TextAt(left, i);
            var y = ConstantVectors.TextAt(right, right.IsConstant ? 0 : i);
            mask[i] = x.IsNull || y.IsNull ? (byte)2
                : equality ? (byte)(x.Bytes.SequenceEqual(y.Bytes) == (comparison == Comparison.Equal) ? 1 : 0)
                : (byte)(comparison.Holds(x.Bytes.SequenceCompareTo(y.Bytes)) ? 1 : 0);
        }
    }

    private static void ByCode(EvaluationContext context, in Vector left, ReadOnlySpan<byte> text, Comparison comparison, Span<byte> mask)
    {
        const byte unknown = 255;
        var dictionary = left.Dictionary;
        var answers = context.Arena.AllocateSpan<byte>(left.CodeCount + 1);
        answers.Fill(unknown);
        answers[0] = 2;
        var codes = left.Codes;
        for (var i = 0; i < mask.Length; i++)
        {
            var code = codes[i];
            if ((uint)code >= (uint)answers.Length)
            {
                // A code given out after Count was read.
                mask[i] = (byte)(comparison.Holds(dictionary!.Text(code).Bytes.SequenceCompareTo(text)) ? 1 : 0);
                continue;
            }

            ref var answer = ref answers[code];
            if (answer == unknown)
                answer = (byte)(comparison.Holds(dictionary!.Text(code).Bytes.SequenceCompareTo(text)) ? 1 : 0);
            mask[i] = answer;
        }
    }
}
