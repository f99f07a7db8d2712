using System.Runtime.Intrinsics;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using BitOperations = System.Numerics.BitOperations;

namespace Zepto.Query.Execution.Rows;

/// <summary>Selection vectors: the row numbers of a chunk that a predicate keeps, ascending, and columns thinned out by them.</summary>
internal static unsafe class Selection
{
    /// <summary>Writes the rows whose predicate byte is 1 to <paramref name="selected"/> (room for every row plus 32) and returns how many there are.</summary>
    public static int FromPredicate(ReadOnlySpan<byte> predicate, int* selected)
    {
        var count = 0;
        var row = 0;
        var one = Vector256.Create((byte)1);
        for (; row <= predicate.Length - Vector256<byte>.Count; row += Vector256<byte>.Count)
        {
            var bits = Vector256.Equals(Vector256.Create(predicate.Slice(row, Vector256<byte>.Count)), one).ExtractMostSignificantBits();
            if (bits == uint.MaxValue)
            {
                for (var i = 0; i < 32; i++)
                    selected[count + i] = row + i;
                count += 32;
                continue;
            }

            while (bits != 0)
            {
                selected[count++] = row + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
            }
        }

        for (; row < predicate.Length; row++)
        {
            selected[count] = row;
            count += predicate[row] == 1 ? 1 : 0;
        }

        return count;
    }

    /// <summary>The selected rows of a vector, copied to <paramref name="destination"/>; constants stay constants.</summary>
    public static Vector Gather(in Vector source, ReadOnlySpan<int> selected, void* destination)
    {
        if (source.IsConstant)
            return Vector.OfConstant(source.Kind, source.Data, selected.Length, source.MayHaveNulls, source.Dictionary);
        switch (Vector.WidthBytes(source.Kind))
        {
            case 1: Copy((byte*)source.Data, selected, (byte*)destination); break;
            case 4: Copy((int*)source.Data, selected, (int*)destination); break;
            case 8: Copy((long*)source.Data, selected, (long*)destination); break;
            default: Copy((TextRef*)source.Data, selected, (TextRef*)destination); break;
        }

        return Vector.Of(source.Kind, destination, selected.Length, source.MayHaveNulls, source.Dictionary);
    }

    private static void Copy<T>(T* source, ReadOnlySpan<int> selected, T* destination) where T : unmanaged
    {
        for (var i = 0; i < selected.Length; i++)
            destination[i] = source[selected[i]];
    }
}
