using System.Buffers.Binary;
using System.Globalization;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>Reads decimal numbers as clients write them, eight digits at a time.</summary>
internal static class NumberText
{
    /// <summary>Digits whose value always fits a signed 64-bit integer.</summary>
    public const int SignedDigits = 18;

    /// <summary>Digits whose value always fits an unsigned 64-bit integer.</summary>
    private const int UnsignedDigits = 19;

    /// <summary>Largest power of ten that a double holds exactly, as all below it.</summary>
    private const int ExactPowers = 22;

    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>
    /// Reads the number at an offset, which is moved behind it: an integer with or without sign, or a float. False for anything else, for
    /// integers out of range and for more digits than integers have.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> text, scoped ref int offset, out InputValue value)
    {
        value = default;
        var start = offset;
        var negative = text[start] == '-';
        var at = start + (text[start] is (byte)'-' or (byte)'+' ? 1 : 0);
        ulong mantissa = 0;
        var digits = ReadDigits(text, ref at, ref mantissa);
        if (at < text.Length && (text[at] == '.' || (text[at] | 0x20) == 'e'))
        {
            if (!TryReadFloat(text, start, ref at, negative, mantissa, digits, out value.Float))
                return false;
            value.Type = ColumnType.Float64;
        }
        else
        {
            if (digits is 0 or > UnsignedDigits || mantissa > (ulong)long.MaxValue + (negative ? 1u : 0u))
                return false;
            value.Type = ColumnType.Int64;
            value.Integer = negative ? (long)(0 - mantissa) : (long)mantissa;
        }

        value.Source = text[start..at];
        offset = at;
        return true;
    }

    /// <summary>Reads a text that is an integer and nothing else; false also for the value that stands for NULL.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.IsEmpty)
            return false;
        var negative = text[0] == '-';
        var at = negative || text[0] == '+' ? 1 : 0;
        ulong mantissa = 0;
        var digits = ReadDigits(text, ref at, ref mantissa);
        // As many digits begin with zeros, or are out of range.
        if (at == text.Length && digits > UnsignedDigits)
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value != Nulls.Int64;
        value = negative ? -(long)mantissa : (long)mantissa;
        return at == text.Length && digits is > 0 and <= UnsignedDigits && mantissa <= long.MaxValue;
    }

    /// <summary>Reads a text that is a number and nothing else as the nearest double; false when it is out of range.</summary>
    public static bool TryReadDouble(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        if (text.IsEmpty)
            return false;
        var negative = text[0] == '-';
        var at = negative || text[0] == '+' ? 1 : 0;
        ulong mantissa = 0;
        var digits = ReadDigits(text, ref at, ref mantissa);
        if (at < text.Length)
            return TryReadFloat(text, 0, ref at, negative, mantissa, digits, out value) && at == text.Length;
        value = negative ? -(double)mantissa : mantissa;
        return digits is > 0 and <= UnsignedDigits;
    }

    /// <summary>Adds digits to <paramref name="number"/>, which wraps beyond 19 of them, and gives how many there were.</summary>
    public static int ReadDigits(ReadOnlySpan<byte> text, ref int at, ref ulong number)
    {
        var start = at;
        while (text.Length - at >= sizeof(ulong))
        {
            var eight = BinaryPrimitives.ReadUInt64LittleEndian(text[at..]);
            if (!AreDigits(eight))
                break;
            number = (number * 100_000_000) + ValueOfDigits(eight);
            at += sizeof(ulong);
        }

        for (; at < text.Length && (uint)(text[at] - '0') <= 9; at++)
            number = (number * 10) + text[at] - '0';
        return at - start;
    }

    /// <summary>Reads on after the digits before the point or the exponent.</summary>
    private static bool TryReadFloat(ReadOnlySpan<byte> text, int start, ref int at, bool negative, ulong mantissa, int digits, out double value)
    {
        value = 0;
        var exponent = 0;
        if (text[at] == '.')
        {
            at++;
            var fraction = ReadDigits(text, ref at, ref mantissa);
            digits += fraction;
            exponent = -fraction;
        }

        if (digits == 0)
            return false;
        var isExact = digits <= UnsignedDigits && mantissa <= 1UL << 53;
        if (at < text.Length && (text[at] | 0x20) == 'e')
        {
            var exponentAt = at + 1;
            var exponentIsNegative = exponentAt < text.Length && text[exponentAt] == '-';
            if (exponentAt < text.Length && text[exponentAt] is (byte)'-' or (byte)'+')
                exponentAt++;
            ulong written = 0;
            var exponentDigits = ReadDigits(text, ref exponentAt, ref written);
            if (exponentDigits == 0)
                return false;
            isExact &= exponentDigits <= 3;
            exponent += exponentIsNegative ? -(int)(written % 1000) : (int)(written % 1000);
            at = exponentAt;
        }

        // A product or quotient of two exact doubles is rounded once, which is correct rounding.
        if (isExact && exponent is >= -ExactPowers and <= ExactPowers)
        {
            var magnitude = exponent < 0 ? mantissa / PowersOfTen[-exponent] : mantissa * PowersOfTen[exponent];
            value = negative ? -magnitude : magnitude;
            return true;
        }

        return double.TryParse(text[start..at], NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
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
