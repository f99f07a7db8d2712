using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>
/// Reads the plain literals of an INSERT's rows without tokens or a tree. Whatever it does not recognise it leaves to the parser, which also
/// words the errors, so both accept the same text.
/// </summary>
internal ref struct InsertScanner(ReadOnlySpan<byte> sql, int offset)
{
    /// <summary>Digits whose value always fits an unsigned 64-bit integer.</summary>
    private const int SafeDigits = 19;

    /// <summary>Largest power of ten that a double holds exactly, as all below it.</summary>
    private const int ExactPowers = 22;

    private readonly ReadOnlySpan<byte> _sql = sql;

    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Offset of the next unread byte.</summary>
    public int Position = offset;

    /// <summary>Skips white space and comments and shows the byte there: 0 at the end, `/` at a comment that does not end.</summary>
    public byte Peek()
    {
        if (Position < _sql.Length && _sql[Position] is > (byte)' ' and not (byte)'-' and not (byte)'/')
            return _sql[Position];
        return PeekAfterBlanks();
    }

    /// <summary>
    /// Reads the literal at <see cref="Position"/>: a number with or without sign, quoted text, NULL, TRUE or FALSE. False for anything else;
    /// the caller decides by the byte that follows whether the literal was the whole value. Text with escapes is decoded into
    /// <paramref name="scratch"/>, which grows to hold it.
    /// </summary>
    public bool TryReadLiteral(ref byte[] scratch, out InputValue value)
    {
        value = default;
        switch (_sql[Position])
        {
            case (byte)'\'': return TryReadText(ref scratch, out value);
            case >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'+' or (byte)'.': return TryReadNumber(out value);
            case (byte)'N' or (byte)'n':
                value.IsNull = true;
                return TryReadWord("NULL"u8);
            case (byte)'T' or (byte)'t':
                (value.Type, value.Integer) = (ColumnType.Bool, 1);
                return TryReadWord("TRUE"u8);
            case (byte)'F' or (byte)'f':
                value.Type = ColumnType.Bool;
                return TryReadWord("FALSE"u8);
            default: return false;
        }
    }

    private byte PeekAfterBlanks()
    {
        while (Position < _sql.Length)
        {
            var rest = _sql[Position..];
            if (rest[0] is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r'))
            {
                Position++;
            }
            else if (rest.StartsWith("--"u8))
            {
                var line = rest.IndexOf((byte)'\n');
                Position = line < 0 ? _sql.Length : Position + line + 1;
            }
            else if (rest.StartsWith("/*"u8))
            {
                var close = rest[2..].IndexOf("*/"u8);
                if (close < 0)
                    return rest[0];
                Position += close + 4;
            }
            else
            {
                return rest[0];
            }
        }

        return 0;
    }

    private bool TryReadWord(ReadOnlySpan<byte> word)
    {
        if (_sql.Length - Position < word.Length || !Ascii.EqualsIgnoreCase(_sql.Slice(Position, word.Length), word))
            return false;
        Position += word.Length;
        return true;
    }

    private bool TryReadText(ref byte[] scratch, out InputValue value)
    {
        value = default;
        var body = _sql[(Position + 1)..];
        var length = 0;
        var hasEscapes = false;
        while (true)
        {
            var found = body[length..].IndexOfAny((byte)'\'', (byte)'\\');
            if (found < 0)
                return false;
            length += found;
            if (body[length] == '\'' && (length + 1 == body.Length || body[length + 1] != '\''))
                break;
            hasEscapes = true;
            length += 2;
            if (length > body.Length)
                return false;
        }

        value.Type = ColumnType.String;
        value.Text = body[..length];
        if (hasEscapes)
        {
            if (scratch.Length < length)
                scratch = new byte[Math.Max(length, scratch.Length * 2)];
            value.Text = scratch.AsSpan(0, TextLiteral.Decode(_sql.Slice(Position, length + 2), scratch));
        }

        Position += length + 2;
        return true;
    }

    private bool TryReadNumber(out InputValue value)
    {
        value = default;
        var start = Position;
        var negative = _sql[start] == '-';
        var at = start + (_sql[start] is (byte)'-' or (byte)'+' ? 1 : 0);
        ulong mantissa = 0;
        var digits = ReadDigits(ref at, ref mantissa);
        if (at < _sql.Length && (_sql[at] == '.' || (_sql[at] | 0x20) == 'e'))
            return TryReadFloat(out value, start, at, negative, mantissa, digits);

        // Longer ones are out of range or begin with zeros; the parser knows.
        if (digits is 0 or > SafeDigits || mantissa > (ulong)long.MaxValue + (negative ? 1u : 0u))
            return false;
        value.Type = ColumnType.Int64;
        value.Integer = negative ? (long)(0 - mantissa) : (long)mantissa;
        value.Source = _sql[start..at];
        Position = at;
        return true;
    }

    private bool TryReadFloat(out InputValue value, int start, int at, bool negative, ulong mantissa, int digits)
    {
        value = default;
        var exponent = 0;
        if (_sql[at] == '.')
        {
            at++;
            var fraction = ReadDigits(ref at, ref mantissa);
            digits += fraction;
            exponent = -fraction;
        }

        if (digits == 0)
            return false;
        var isExact = digits <= SafeDigits && mantissa <= 1UL << 53;
        if (at < _sql.Length && (_sql[at] | 0x20) == 'e')
        {
            var exponentAt = at + 1;
            var exponentIsNegative = exponentAt < _sql.Length && _sql[exponentAt] == '-';
            if (exponentAt < _sql.Length && _sql[exponentAt] is (byte)'-' or (byte)'+')
                exponentAt++;
            ulong written = 0;
            var exponentDigits = ReadDigits(ref exponentAt, ref written);
            if (exponentDigits == 0)
                return false;
            isExact &= exponentDigits <= 3;
            exponent += exponentIsNegative ? -(int)(written % 1000) : (int)(written % 1000);
            at = exponentAt;
        }

        value.Source = _sql[start..at];
        // A product or quotient of two exact doubles is rounded once, which is correct rounding.
        if (isExact && exponent is >= -ExactPowers and <= ExactPowers)
        {
            var magnitude = exponent < 0 ? mantissa / PowersOfTen[-exponent] : mantissa * PowersOfTen[exponent];
            value.Float = negative ? -magnitude : magnitude;
        }
        else if (!double.TryParse(value.Source, NumberStyles.Float, CultureInfo.InvariantCulture, out value.Float) || !double.IsFinite(value.Float))
        {
            return false;
        }

        value.Type = ColumnType.Float64;
        Position = at;
        return true;
    }

    /// <summary>Adds digits to <paramref name="number"/>, which wraps beyond <see cref="SafeDigits"/>, and gives how many there were.</summary>
    private readonly int ReadDigits(ref int at, ref ulong number)
    {
        var start = at;
        while (_sql.Length - at >= sizeof(ulong))
        {
            var eight = BinaryPrimitives.ReadUInt64LittleEndian(_sql[at..]);
            if (!AreDigits(eight))
                break;
            number = (number * 100_000_000) + ValueOfDigits(eight);
            at += sizeof(ulong);
        }

        for (; at < _sql.Length && (uint)(_sql[at] - '0') <= 9; at++)
            number = (number * 10) + _sql[at] - '0';
        return at - start;
    }

    // '0' to '9' are the bytes 0x30 to 0x39: the high half is 3, and stays 3 when 6 is added.
    private static bool AreDigits(ulong eight) =>
        (eight & 0xF0F0F0F0F0F0F0F0) == 0x3030303030303030 && ((eight + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) == 0x3030303030303030;

    // The first digit is the lowest byte: neighbours are joined to pairs, pairs to fours, fours to the whole.
    private static ulong ValueOfDigits(ulong eight)
    {
        var digits = eight - 0x3030303030303030;
        var pairs = ((digits * 10) + (digits >> 8)) & 0x00FF00FF00FF00FF;
        var fours = ((pairs * 100) + (pairs >> 16)) & 0x0000FFFF0000FFFF;
        return ((fours * 10_000) + (fours >> 32)) & 0xFFFFFFFF;
    }
}
