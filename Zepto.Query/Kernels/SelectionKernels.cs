using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zepto.Query.Kernels;

/// <summary>Byte masks to selections (ascending row indices), and values picked by a selection.</summary>
internal static class SelectionKernels
{
    // Entry m: the positions of the bits of m, a byte each, low first.
    private static readonly ulong[] _positions = BuildPositions();

    /// <summary>Indices of the rows whose mask byte is 1; returns how many. The target holds at least as many as the mask has rows.</summary>
    public static int FromMask(ReadOnlySpan<byte> mask, Span<int> rows)
    {
        if (rows.Length < mask.Length)
            throw new ArgumentException("The selection is shorter than the mask.", nameof(rows));
        var count = 0;
        var i = 0;
        if (Avx2.IsSupported)
        {
            ref var target = ref MemoryMarshal.GetReference(rows);
            for (; i <= mask.Length - 32; i += 32)
            {
                var bits = Vector256.Equals(Vector256.Create(mask[i..]), Vector256<byte>.One).ExtractMostSignificantBits();
                if (bits == 0)
                    continue;
                for (var part = 0; part < 4; part++)
                {
                    // Whole blocks of 8 are stored; count <= rows before this part, so the block ends inside the selection.
                    var low = (byte)(bits >> (part * 8));
                    var positions = Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(_positions[low]).AsByte());
                    (positions + Vector256.Create(i + (part * 8))).StoreUnsafe(ref target, (nuint)count);
                    count += BitOperations.PopCount(low);
                }
            }
        }

        for (; i < mask.Length; i++)
        {
            if (mask[i] == 1)
                rows[count++] = i;
        }

        return count;
    }

    /// <summary>target[i] = values[rows[i]].</summary>
    public static void Gather<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> rows, Span<T> target) where T : unmanaged
    {
        Debug.Assert(target.Length >= rows.Length);
        target = target[..rows.Length];
        for (var i = 0; i < rows.Length; i++)
            target[i] = values[rows[i]];
    }

    private static ulong[] BuildPositions()
    {
        var table = new ulong[256];
        for (var bits = 0; bits < 256; bits++)
        {
            var slot = 0;
            for (var position = 0; position < 8; position++)
                if ((bits >> position & 1) != 0)
                    table[bits] |= (ulong)position << (8 * slot++);
        }

        return table;
    }
}
