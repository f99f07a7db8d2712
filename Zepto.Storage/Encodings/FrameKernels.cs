using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zepto.Storage.Encodings;

/// <summary>
/// base + multiplier * code for consecutive rows, modulo 2^64, and the value that this number stands for. Vectors of 8 or 4 rows where the processor
/// has them and the same values one by one elsewhere.
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
        if (block.Encoding == BlockEncoding.Frame)
            Decode(default(IntegerStage), block, low, high, nullValue, target, count);
        else if (block.Exponent == 0)
            Decode(default(WholeStage), block, low, high, nullValue, target, count);
        else
            Decode(new DecimalStage(block.Exponent), block, low, high, nullValue, target, count);
    }

    /// <summary>One row's value, or <paramref name="nullValue"/>; the codes are those of the whole block.</summary>
    public static long One(in EncodedBlock block, byte* low, byte* high, long nullValue, int row)
    {
        var code = CodeAt(block, low, high, row);
        if (code == 0 && block.HasNull != 0)
            return nullValue;
        var number = block.Base + (block.Multiplier * code);
        if (block.Encoding == BlockEncoding.Frame)
            return number;
        return block.Exponent == 0 ? default(WholeStage).One(number) : new DecimalStage(block.Exponent).One(number);
    }

    /// <summary>One row's code.</summary>
    public static long CodeAt(in EncodedBlock block, byte* low, byte* high, int row) => block.CodeBytes switch
    {
        0 => 0,
        1 => Codes1.One(low, high, row),
        2 => Codes2.One(low, high, row),
        3 => Codes3.One(low, high, row),
        4 => Codes4.One(low, high, row),
        5 => Codes5.One(low, high, row),
        _ => Codes6.One(low, high, row),
    };

    /// <summary>As <see cref="Decode(in EncodedBlock, byte*, byte*, long, long*, int)"/>, one by one.</summary>
    internal static void DecodeScalar<TCodes, TStage>(TStage stage, in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int first, int count)
        where TCodes : ICodes where TStage : IStage
    {
        var (start, multiplier, hasNull) = (block.Base, block.Multiplier, block.HasNull != 0);
        for (var i = first; i < count; i++)
        {
            var code = TCodes.One(low, high, i);
            target[i] = hasNull && code == 0 ? nullValue : stage.One(start + (multiplier * code));
        }
    }

    private static void Decode<TStage>(TStage stage, in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int count) where TStage : IStage
    {
        switch (block.CodeBytes)
        {
            case 0: new Span<long>(target, count).Fill(stage.One(block.Base)); break;
            case 1: Decode<Codes1, TStage>(stage, block, low, high, nullValue, target, count); break;
            case 2: Decode<Codes2, TStage>(stage, block, low, high, nullValue, target, count); break;
            case 3: Decode<Codes3, TStage>(stage, block, low, high, nullValue, target, count); break;
            case 4: Decode<Codes4, TStage>(stage, block, low, high, nullValue, target, count); break;
            case 5: Decode<Codes5, TStage>(stage, block, low, high, nullValue, target, count); break;
            default: Decode<Codes6, TStage>(stage, block, low, high, nullValue, target, count); break;
        }
    }

    private static void Decode<TCodes, TStage>(TStage stage, in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int count)
        where TCodes : ICodes where TStage : IStage
    {
        var done = 0;
        if (Avx512F.IsSupported && Vector512.IsHardwareAccelerated)
            done = Decode512<TCodes, TStage>(stage, block, low, high, nullValue, target, count);
        else if (Avx2.IsSupported)
            done = Decode256<TCodes, TStage>(stage, block, low, high, nullValue, target, count);
        DecodeScalar<TCodes, TStage>(stage, block, low, high, nullValue, target, done, count);
    }

    private static int Decode512<TCodes, TStage>(TStage stage, in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int count)
        where TCodes : ICodes where TStage : IStage
    {
        nint i = 0;
        var start = Vector512.Create(block.Base);
        if (block.HasNull == 0 && block.Multiplier == 1)
        {
            for (; i <= count - 16; i += 16)
            {
                stage.Eight(start + TCodes.Eight(low, high, i)).Store(target + i);
                stage.Eight(start + TCodes.Eight(low, high, i + 8)).Store(target + i + 8);
            }

            return (int)i;
        }

        var multiplier = Vector512.Create(block.Multiplier);
        if (block.HasNull == 0)
        {
            for (; i <= count - 8; i += 8)
                stage.Eight(start + (multiplier * TCodes.Eight(low, high, i))).Store(target + i);
            return (int)i;
        }

        var absent = Vector512.Create(nullValue);
        for (; i <= count - 8; i += 8)
        {
            var codes = TCodes.Eight(low, high, i);
            Vector512.ConditionalSelect(Vector512.Equals(codes, Vector512<long>.Zero), absent, stage.Eight(start + (multiplier * codes))).Store(target + i);
        }

        return (int)i;
    }

    private static int Decode256<TCodes, TStage>(TStage stage, in EncodedBlock block, byte* low, byte* high, long nullValue, long* target, int count)
        where TCodes : ICodes where TStage : IStage
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
            var values = stage.Four(start + (isPlain ? codes : multiplier * codes));
            (hasNull ? Vector256.ConditionalSelect(Vector256.Equals(codes, Vector256<long>.Zero), absent, values) : values).Store(target + i);
        }

        return (int)i;
    }
}
