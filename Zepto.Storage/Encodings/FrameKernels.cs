using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zepto.Storage.Encodings;

/// <summary>
/// base + multiplier * code for consecutive rows, modulo 2^64: widen, multiply, add. Vectors of 8 or 4 rows where the processor has them and the
/// same numbers one by one elsewhere.
/// </summary>
internal static unsafe class FrameKernels
{
    /// <summary>Decodes rows; code 0 becomes <paramref name="nullValue"/> where the block has NULLs.</summary>
    /// <param name="block">The block, of encoding Frame or Decimal.</param>
    /// <param name="low">Low part of the first row's code.</param>
    /// <param name="high">High part of the first row's code.</param>
    /// <param name="nullValue">What NULL decodes to.</param>
    /// <param name="target">Room for the rows.</param>
    /// <param name="count">Rows.</param>
    public static void Decode(in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int count)
    {
        switch (block.CodeBytes)
        {
            case 0: new Span<long>(target, count).Fill(block.Base); break;
            case 1: Decode<Codes1>(block, low, high, nullValue, target, count); break;
            case 2: Decode<Codes2>(block, low, high, nullValue, target, count); break;
            case 3: Decode<Codes3>(block, low, high, nullValue, target, count); break;
            case 4: Decode<Codes4>(block, low, high, nullValue, target, count); break;
            case 5: Decode<Codes5>(block, low, high, nullValue, target, count); break;
            default: Decode<Codes6>(block, low, high, nullValue, target, count); break;
        }
    }

    /// <summary>One row's number, or <paramref name="nullValue"/>.</summary>
    public static long One(in EncodedBlock block, byte* low, byte* high, long nullValue, int row)
    {
        var code = block.CodeBytes switch
        {
            0 => 0,
            1 => Codes1.One(low, high, row),
            2 => Codes2.One(low, high, row),
            3 => Codes3.One(low, high, row),
            4 => Codes4.One(low, high, row),
            5 => Codes5.One(low, high, row),
            _ => Codes6.One(low, high, row),
        };
        return code == 0 && block.HasNull != 0 ? nullValue : block.Base + (block.Multiplier * code);
    }

    /// <summary>As <see cref="Decode"/>, one by one.</summary>
    internal static void DecodeScalar<TCodes>(in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int first, int count) where TCodes : ICodes
    {
        var (start, multiplier, hasNull) = (block.Base, block.Multiplier, block.HasNull != 0);
        for (var i = first; i < count; i++)
        {
            var code = TCodes.One(low, high, i);
            target[i] = hasNull && code == 0 ? nullValue : start + (multiplier * code);
        }
    }

    private static void Decode<TCodes>(in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int count) where TCodes : ICodes
    {
        var done = 0;
        if (Avx512F.IsSupported && Vector512.IsHardwareAccelerated)
            done = Decode512<TCodes>(block, low, high, nullValue, target, count);
        else if (Avx2.IsSupported)
            done = Decode256<TCodes>(block, low, high, nullValue, target, count);
        DecodeScalar<TCodes>(block, low, high, nullValue, target, done, count);
    }

    private static int Decode512<TCodes>(in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int count) where TCodes : ICodes
    {
        nint i = 0;
        var start = Vector512.Create(block.Base);
        if (block.HasNull == 0 && block.Multiplier == 1)
        {
            for (; i <= count - 16; i += 16)
            {
                (start + TCodes.Eight(low, high, i)).Store(target + i);
                (start + TCodes.Eight(low, high, i + 8)).Store(target + i + 8);
            }

            return (int)i;
        }

        var multiplier = Vector512.Create(block.Multiplier);
        if (block.HasNull == 0)
        {
            for (; i <= count - 8; i += 8)
                (start + (multiplier * TCodes.Eight(low, high, i))).Store(target + i);
            return (int)i;
        }

        var absent = Vector512.Create(nullValue);
        for (; i <= count - 8; i += 8)
        {
            var codes = TCodes.Eight(low, high, i);
            Vector512.ConditionalSelect(Vector512.Equals(codes, Vector512<long>.Zero), absent, start + (multiplier * codes)).Store(target + i);
        }

        return (int)i;
    }

    private static int Decode256<TCodes>(in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int count) where TCodes : ICodes
    {
        nint i = 0;
        var start = Vector256.Create(block.Base);
        var multiplier = Vector256.Create(block.Multiplier);
        var absent = Vector256.Create(nullValue);
        var isPlain = block.Multiplier == 1;
        var hasNull = block.HasNull != 0;
        for (; i <= count - 4; i += 4)
        {
            var codes = TCodes.Four(low, high, i);
            var values = start + (isPlain ? codes : multiplier * codes);
            (hasNull ? Vector256.ConditionalSelect(Vector256.Equals(codes, Vector256<long>.Zero), absent, values) : values).Store(target + i);
        }

        return (int)i;
    }
}
