using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Zepto.Storage.Persistence;

/// <summary>Bytes of a file being made, little-endian; <see cref="ByteReader"/> reads them back.</summary>
internal sealed class ByteWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    public int Length => _bytes.WrittenCount;

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void UInt8(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    public void UInt32(uint value) => Int32(unchecked((int)value));

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    public void UInt64(ulong value) => Int64(unchecked((long)value));

    /// <summary>The exact bits, so that every NaN comes back as it was.</summary>
    public void Float64(double value) => Int64(BitConverter.DoubleToInt64Bits(value));

    /// <summary>Length in bytes, then UTF-8.</summary>
    public void Text(string value)
    {
        var lengthBytes = Encoding.UTF8.GetByteCount(value);
        Int32(lengthBytes);
        Encoding.UTF8.GetBytes(value, _bytes.GetSpan(lengthBytes));
        _bytes.Advance(lengthBytes);
    }

    public void Bytes(ReadOnlySpan<byte> value) => _bytes.Write(value);

    /// <summary>Forgets the content, keeps the memory.</summary>
    public void Clear() => _bytes.ResetWrittenCount();
}
