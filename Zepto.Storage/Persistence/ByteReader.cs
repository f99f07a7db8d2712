using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Zepto.Storage.Persistence;

/// <summary>Reads bytes of a file; whatever does not fit is <see cref="StorageErrorKind.Damaged"/> with path and offset, never a wild read.</summary>
internal ref struct ByteReader(string path, ReadOnlySpan<byte> bytes, long fileOffset = 0)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    public byte UInt8() => Take(1)[0];

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => unchecked((uint)Int32());

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ulong UInt64() => unchecked((ulong)Int64());

    public double Float64() => BitConverter.Int64BitsToDouble(Int64());

    public string Text() => Encoding.UTF8.GetString(Take(Int32()));

    /// <summary>A count of things that take at least <paramref name="leastBytes"/> each, so that a wrong one cannot ask for all memory.</summary>
    public int Count(int leastBytes)
    {
        var count = Int32();
        Check(count >= 0 && (long)count * leastBytes <= Remaining, "a count is larger than the file");
        return count;
    }

    public ReadOnlySpan<byte> Take(int lengthBytes)
    {
        Check((uint)lengthBytes <= (uint)Remaining, "it ends too early");
        var taken = _bytes.Slice(_position, lengthBytes);
        _position += lengthBytes;
        return taken;
    }

    /// <summary>Refuses the file, at the present offset, unless the condition holds.</summary>
    public readonly void Check([DoesNotReturnIf(false)] bool condition, string reason)
    {
        if (!condition)
            FileFormat.Damaged(path, fileOffset + _position, reason);
    }
}
