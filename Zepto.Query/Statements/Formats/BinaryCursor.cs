using System.Buffers.Binary;
using System.Globalization;
using Zepto.Query.Expressions;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements.Formats;

/// <summary>Takes values from binary data. A method that finds too few bytes says false and leaves the cursor where it was.</summary>
internal ref struct BinaryCursor(ReadOnlySpan<byte> data)
{
    private const int MostLengthBytes = 10;
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Offset of the next byte.</summary>
    public int Position;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool AtEnd => Position == _data.Length;

    private readonly ReadOnlySpan<byte> Rest => _data[Position..];

    public bool TryReadByte(out byte value)
    {
        value = 0;
        if (AtEnd)
            return false;
        value = _data[Position++];
        return true;
    }

    public bool TryReadInt32(out int value)
    {
        if (!BinaryPrimitives.TryReadInt32LittleEndian(Rest, out value))
            return false;
        Position += sizeof(int);
        return true;
    }

    public bool TryReadInt64(out long value)
    {
        if (!BinaryPrimitives.TryReadInt64LittleEndian(Rest, out value))
            return false;
        Position += sizeof(long);
        return true;
    }

    /// <summary>A text: its length as LEB128, then its bytes. False also for a length that is no number of 64 bits.</summary>
    public bool TryReadText(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (AtEnd)
            return false;
        ulong length = _data[Position];
        var at = Position + 1;
        if (length >= 0x80 && !TryReadLength(ref at, ref length))
            return false;
        if (length > (ulong)(_data.Length - at))
            return false;
        text = _data.Slice(at, (int)length);
        Position = at + (int)length;
        return true;
    }

    /// <summary>So many bytes.</summary>
    public bool TryReadBytes(int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (_data.Length - Position < count)
            return false;
        bytes = _data.Slice(Position, count);
        Position += count;
        return true;
    }

    /// <summary>A number as LEB128.</summary>
    public bool TryReadLength(out ulong value)
    {
        value = 0;
        if (!TryReadByte(out var first))
            return false;
        value = first;
        if (first < 0x80 || TryReadLength(ref Position, ref value))
            return true;
        Position--;
        return false;
    }

    /// <summary>
    /// A value of a type, as a literal of SQL would be. An integer or time beyond INT64 becomes a float with its digits as the source.
    /// </summary>
    /// <param name="type">Type of the value.</param>
    /// <param name="digits">Room for the digits, 40 bytes.</param>
    /// <param name="value">The value.</param>
    public bool TryReadValue(WireType type, Span<byte> digits, out InputValue value)
    {
        value = default;
        value.Type = ColumnType.Int64;
        switch (type.Kind)
        {
            case WireKind.String or WireKind.FixedString:
                value.Type = ColumnType.String;
                if (type.Kind == WireKind.String)
                    return TryReadText(out value.Text);
                var isWhole = TryReadBytes(type.LengthBytes, out var bytes);
                value.Text = bytes.TrimEnd((byte)0);
                return isWhole;
            case WireKind.Float32 or WireKind.Float64:
                value.Type = ColumnType.Float64;
                return TryReadFloat(type.Kind, out value.Float);
            case WireKind.Bool:
                var isThere = TryReadInteger(type.Kind, out value.Integer);
                value.Type = value.Integer <= 1 ? ColumnType.Bool : ColumnType.Int64;
                return isThere;
            case WireKind.UInt64:
                if (!TryReadInt64(out value.Integer))
                    return false;
                if (value.Integer < 0)
                    BecomeFloat(ref value, (ulong)value.Integer, digits);
                return true;
            case WireKind.Date or WireKind.Date32 or WireKind.DateTime or WireKind.DateTime64:
                value.Type = ColumnType.Timestamp;
                if (!TryReadTime(type, out var ns))
                    return false;
                value.Integer = (long)ns;
                if (ns != value.Integer)
                    BecomeFloat(ref value, ns, digits);
                return true;
            default:
                return TryReadInteger(type.Kind, out value.Integer);
        }
    }

    private bool TryReadTime(WireType type, out Int128 ns)
    {
        var isThere = TryReadInteger(type.Kind, out var count);
        var unit = type.Kind switch
        {
            WireKind.DateTime => TimeUnits.Second,
            WireKind.DateTime64 => type.UnitNs,
            _ => TimeUnits.Day,
        };
        ns = (Int128)count * unit;
        return isThere;
    }

    private bool TryReadFloat(WireKind kind, out double value)
    {
        value = 0;
        if (kind == WireKind.Float64)
        {
            if (!TryReadInt64(out var bits))
                return false;
            value = BitConverter.Int64BitsToDouble(bits);
            return true;
        }

        if (!TryReadInt32(out var single))
            return false;
        value = BitConverter.Int32BitsToSingle(single);
        return true;
    }

    private bool TryReadInteger(WireKind kind, out long value)
    {
        value = 0;
        var rest = Rest;
        var width = kind switch
        {
            WireKind.Int8 or WireKind.UInt8 or WireKind.Bool => 1,
            WireKind.Int16 or WireKind.UInt16 or WireKind.Date => 2,
            WireKind.Int32 or WireKind.UInt32 or WireKind.Date32 or WireKind.DateTime => 4,
            _ => 8,
        };
        if (rest.Length < width)
            return false;
        value = kind switch
        {
            WireKind.Int8 => (sbyte)rest[0],
            WireKind.UInt8 or WireKind.Bool => rest[0],
            WireKind.Int16 => BinaryPrimitives.ReadInt16LittleEndian(rest),
            WireKind.UInt16 or WireKind.Date => BinaryPrimitives.ReadUInt16LittleEndian(rest),
            WireKind.Int32 or WireKind.Date32 => BinaryPrimitives.ReadInt32LittleEndian(rest),
            WireKind.UInt32 or WireKind.DateTime => BinaryPrimitives.ReadUInt32LittleEndian(rest),
            _ => BinaryPrimitives.ReadInt64LittleEndian(rest),
        };
        Position += width;
        return true;
    }

    // Groups of seven bits, low first; the high bit says that another one follows.
    private readonly bool TryReadLength(ref int at, ref ulong length)
    {
        length &= 0x7F;
        for (var i = 1; i < MostLengthBytes && at < _data.Length; i++)
        {
            var group = _data[at++];
            length |= (ulong)(group & 0x7F) << (7 * i);
            if (group < 0x80)
                return true;
        }

        return false;
    }

    private static void BecomeFloat(ref InputValue value, Int128 number, Span<byte> digits)
    {
        value.Type = ColumnType.Float64;
        value.Float = (double)number;
        value.Source = number.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture) ? digits[..length] : [];
    }
}
