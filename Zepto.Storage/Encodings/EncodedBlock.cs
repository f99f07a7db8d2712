using System.Runtime.InteropServices;

namespace Zepto.Storage.Encodings;

/// <summary>How a block's values are written. The numbers are on disk and never change.</summary>
internal enum BlockEncoding : byte
{
    /// <summary>As they are.</summary>
    Raw = 1,

    /// <summary>base + multiplier * code, codes of 0 to 6 bytes: of no bytes where all values are alike.</summary>
    Frame = 2,

    /// <summary>(base + multiplier * code) / 10^exponent, which gives back the exact bits: FLOAT64 that was decimal text.</summary>
    Decimal = 3,

    /// <summary>Codes of 1 or 2 bytes into a list of the distinct values.</summary>
    Dictionary = 4,
}

// One block of one stream of an encoded segment, 32 bytes:
//   0 base i64 | 8 multiplier i64 | 16 payload's offset in the segment i32 | 20 encoding u8 | 21 bytes of a code u8 | 22 exponent u8
//   | 23 1: code 0 is NULL u8 | 24 distinct values i32 | 28 zero i32
// Its payload, each part 64-byte aligned:
//   Raw:             values in their stored width
//   Frame, Decimal:  low parts of the codes (1, 2 or 4 bytes each) | high parts (1 or 2 bytes each): 3 = 2 + 1, 5 = 4 + 1, 6 = 4 + 2
//   Dictionary:      distinct values in their stored width | codes
/// <summary>Where and how the values of a block are written.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct EncodedBlock
{
    [FieldOffset(0)] public long Base;
    [FieldOffset(8)] public long Multiplier;
    [FieldOffset(16)] public int Offset;
    [FieldOffset(20)] public BlockEncoding Encoding;
    [FieldOffset(21)] public byte CodeBytes;
    [FieldOffset(22)] public byte Exponent;
    [FieldOffset(23)] public byte HasNull;
    [FieldOffset(24)] public int Entries;

    /// <summary>Bytes of a code's low part.</summary>
    public static int LowBytes(int codeBytes) => codeBytes switch { 3 => 2, 5 or 6 => 4, _ => codeBytes };

    /// <summary>Bytes of the payload of a block.</summary>
    public readonly int PayloadBytes(int rows, int widthBytes)
    {
        var low = LowBytes(CodeBytes);
        return Encoding switch
        {
            BlockEncoding.Raw => Align(rows * widthBytes),
            BlockEncoding.Dictionary => Align(Entries * widthBytes) + Align(rows * CodeBytes),
            _ => Align(rows * low) + Align(rows * (CodeBytes - low)),
        };
    }

    public static int Align(int bytes) => (bytes + 63) & ~63;
}
