using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zepto.Query.Kernels;

/// <summary>Mask bytes spread over 8-byte lanes.</summary>
internal static class MaskLanes
{
    /// <summary>All ones in the lanes of the 4 rows from <paramref name="row"/> on whose mask byte is 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Load(ref byte mask, int row)
    {
        var four = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref mask, row));
        var bytes = Vector128.CreateScalar(four).AsByte();
        if (Avx2.IsSupported)
            return Vector256.Equals(Avx2.ConvertToVector256Int64(bytes), Vector256<long>.One);
        var (low, _) = Vector128.Widen(bytes);
        var (ints, _) = Vector128.Widen(low);
        var (first, second) = Vector128.Widen(ints);
        return Vector256.Equals(Vector256.Create(first, second).AsInt64(), Vector256<long>.One);
    }
}
