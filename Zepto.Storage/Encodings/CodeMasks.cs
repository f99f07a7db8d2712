using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zepto.Storage.Encodings;

/// <summary>Which of consecutive rows have codes in a range, as bytes of 0 and 1. Reads the codes only: an eighth to a half of what the values take.</summary>
internal static unsafe class CodeMasks
{
    /// <summary>Writes a byte a row.</summary>
    /// <param name="codeBytes">Bytes of a code, 1 to 4.</param>
    /// <param name="low">Low part of the first row's code.</param>
    /// <param name="high">High part of the first row's code.</param>
    /// <param name="range">The codes wanted; not empty.</param>
    /// <param name="mask">Room for the rows.</param>
    /// <param name="count">Rows.</param>
    public static void Fill(int codeBytes, byte* low, byte* high, CodeRange range, byte* mask, int count)
    {
        Debug.Assert(codeBytes is >= 1 and <= 4 && !range.IsEmpty);
        // Unsigned distances from the first code: one comparison tells both ends.
        var (first, span) = ((uint)range.First, (uint)(range.Last - range.First));
        var done = codeBytes switch
        {
            1 => Bytes(low, (byte)first, (byte)span, mask, count),
            2 => Words((ushort*)low, (ushort)first, (ushort)span, mask, count),
            3 => DoubleWords<Three>(low, high, first, span, mask, count),
            _ => DoubleWords<Four>(low, high, first, span, mask, count),
        };
        for (; done < count; done++)
            mask[done] = unchecked(CodeAt(codeBytes, low, high, done) - first) <= span ? (byte)1 : (byte)0;
    }

    private static uint CodeAt(int codeBytes, byte* low, byte* high, int row) => codeBytes switch
    {
        1 => low[row],
        2 => ((ushort*)low)[row],
        3 => ((ushort*)low)[row] | (uint)high[row] << 16,
        _ => ((uint*)low)[row],
    };

    private static int Bytes(byte* codes, byte first, byte span, byte* mask, int count)
    {
        if (!Vector256.IsHardwareAccelerated)
            return 0;
        var (start, length) = (Vector256.Create(first), Vector256.Create(span));
        var i = 0;
        for (; i <= count - 32; i += 32)
            (Vector256.LessThanOrEqual(Vector256.Load(codes + i) - start, length) & Vector256<byte>.One).Store(mask + i);
        return i;
    }

    private static int Words(ushort* codes, ushort first, ushort span, byte* mask, int count)
    {
        if (!Vector256.IsHardwareAccelerated)
            return 0;
        var (start, length) = (Vector256.Create(first), Vector256.Create(span));
        var i = 0;
        for (; i <= count - 32; i += 32)
        {
            var one = Vector256.LessThanOrEqual(Vector256.Load(codes + i) - start, length);
            var two = Vector256.LessThanOrEqual(Vector256.Load(codes + i + 16) - start, length);
            (Vector256.Narrow(one, two) & Vector256<byte>.One).Store(mask + i);
        }

        return i;
    }

    private interface ISixteen
    {
        static abstract Vector512<uint> Load(byte* low, byte* high, int row);
    }

    private readonly struct Three : ISixteen
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<uint> Load(byte* low, byte* high, int row) =>
            Avx512F.ConvertToVector512UInt32(Vector256.Load((ushort*)low + row)) | Avx512F.ConvertToVector512UInt32(Vector128.Load(high + row)) << 16;
    }

    private readonly struct Four : ISixteen
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<uint> Load(byte* low, byte* high, int row) => Vector512.Load((uint*)low + row);
    }

    private static int DoubleWords<TCodes>(byte* low, byte* high, uint first, uint span, byte* mask, int count) where TCodes : ISixteen
    {
        if (!Avx512F.IsSupported || !Vector512.IsHardwareAccelerated)
            return 0;
        var (start, length) = (Vector512.Create(first), Vector512.Create(span));
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var isIn = Vector512.LessThanOrEqual(TCodes.Load(low, high, i) - start, length);
            (Avx512F.ConvertToVector128Byte(isIn) & Vector128<byte>.One).Store(mask + i);
        }

        return i;
    }
}
