using System.Runtime.InteropServices;
using Zepto.Native.Memory;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Aggregates;

/// <summary>
/// A value of any kind that a group has picked from its rows. A pick within a chunk only notes the row; the value is fetched once, after the chunk's
/// last row was seen. Text is copied into a buffer that the value keeps.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal unsafe struct PickedValue
{
    /// <summary>Nothing picked so far.</summary>
    public const int Empty = -2;

    /// <summary>The value is here.</summary>
    public const int Fetched = -1;

    [FieldOffset(0)]
    public TextRef Text;

    /// <summary>The value of the other kinds, in its low bytes.</summary>
    [FieldOffset(0)]
    public long Bits;

    [FieldOffset(16)]
    private byte* _buffer;

    [FieldOffset(24)]
    private int _capacity;

    /// <summary>Row of the chunk that was picked and not fetched, or one of the states above.</summary>
    [FieldOffset(28)]
    public int Row;

    /// <summary>An empty value whose bits are the kind's NULL.</summary>
    public static PickedValue Null(VectorKind kind)
    {
        var value = new PickedValue { Row = Empty };
        value.Bits = kind switch
        {
            VectorKind.Int64 => Nulls.Int64,
            VectorKind.Float64 => Nulls.Float64Bits,
            VectorKind.Bool => Nulls.Bool,
            _ => 0,
        };
        return value;
    }

    /// <summary>Fetches the value of a stored index of the vector.</summary>
    public void Fetch(in Vector vector, int row, NativeArena arena)
    {
        row = vector.IsConstant ? 0 : row;
        switch (vector.Kind)
        {
            case VectorKind.Int64 or VectorKind.Float64: Bits = ((long*)vector.Data)[row]; break;
            case VectorKind.Bool: Bits = ((byte*)vector.Data)[row]; break;
            case VectorKind.Code: Bits = ((int*)vector.Data)[row]; break;
            default: Copy(((TextRef*)vector.Data)[row], arena); break;
        }

        Row = Fetched;
    }

    /// <summary>Takes another's fetched value; text stays where it is.</summary>
    public void Take(in PickedValue other)
    {
        Text = other.Text;
        Row = Fetched;
    }

    private void Copy(TextRef text, NativeArena arena)
    {
        if (text.IsNull)
        {
            Text = default;
            return;
        }

        if (text.LengthBytes > _capacity || _buffer == null)
        {
            _capacity = (int)Math.Min(Math.Max(text.LengthBytes * 2L, 16), int.MaxValue);
            _buffer = (byte*)arena.Allocate(_capacity, 1);
        }

        text.Bytes.CopyTo(new Span<byte>(_buffer, _capacity));
        Text = new TextRef(_buffer, text.LengthBytes, text.IsNumber);
    }
}
