using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Zepto.Query.Syntax;

namespace Zepto.Query.Expressions;

/// <summary>Text forms of values and back. Times are `YYYY-MM-DD HH:MM:SS.fffffffff`; doubles are the shortest text that reads back the same, with a point.</summary>
internal static class ValueText
{
    /// <summary>Longest text that the writers give, bytes.</summary>
    public const int MaxBytes = 64;

    public static int Write(long value, Span<byte> target)
    {
        Utf8Formatter.TryFormat(value, target, out var written);
        return written;
    }

    /// <summary>As DuckDB writes doubles: 1.0, 0.1, 1e+20, inf, nan.</summary>
    public static int Write(double value, Span<byte> target)
    {
        if (double.IsNaN(value))
            return Put("nan"u8, target);
        if (double.IsInfinity(value))
            return Put(value > 0 ? "inf"u8 : "-inf"u8, target);
        Span<byte> shortest = stackalloc byte[MaxBytes];
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        shortest = shortest[..length];
        var exponentAt = shortest.IndexOf((byte)'E');
        if (exponentAt < 0)
        {
            shortest.CopyTo(target);
            return shortest.Contains((byte)'.') ? length : length + Put(".0"u8, target[length..]);
        }

        var exponentText = shortest[(exponentAt + (shortest[exponentAt + 1] == '+' ? 2 : 1))..];
        if (!Utf8Parser.TryParse(exponentText, out int exponent, out _))
            throw new UnreachableException();
        return exponent is >= -4 and < 16 ? WritePlain(shortest[..exponentAt], exponent, target) : WriteExponent(shortest[..exponentAt], exponent, target);
    }

    public static int Write(bool value, Span<byte> target) => Put(value ? "true"u8 : "false"u8, target);

    /// <summary>A time in UTC with nine fractional digits.</summary>
    public static int WriteTimestamp(long ns, Span<byte> target)
    {
        var days = CalendarMath.FloorDivide(ns, TimeUnits.Day);
        var rest = ns - (days * TimeUnits.Day);
        CalendarMath.ToCivil(days, out var year, out var month, out var day);
        Digits(year, 4, target);
        target[4] = (byte)'-';
        Digits(month, 2, target[5..]);
        target[7] = (byte)'-';
        Digits(day, 2, target[8..]);
        target[10] = (byte)' ';
        Digits(rest / TimeUnits.Hour, 2, target[11..]);
        target[13] = (byte)':';
        Digits(rest / TimeUnits.Minute % 60, 2, target[14..]);
        target[16] = (byte)':';
        Digits(rest / TimeUnits.Second % 60, 2, target[17..]);
        target[19] = (byte)'.';
        Digits(rest % TimeUnits.Second, 9, target[20..]);
        return 29;
    }

    /// <summary>A whole text as INT64; a fraction is rounded half to even when <paramref name="round"/> is set, else refused.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, bool round, out long value)
    {
        text = Trim(text);
        if (Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length && value != long.MinValue)
            return true;
        if (!round || !TryParse(text, out double number))
            return false;
        return TryRound(number, out value);
    }

    /// <summary>A whole text as a double; inf and nan in any case.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        text = Trim(text);
        if (Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length && text.Length > 0)
            return true;
        var unsigned = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        var sign = text.Length > 0 && text[0] == '-' ? -1.0 : 1.0;
        if (Ascii.EqualsIgnoreCase(unsigned, "inf"u8) || Ascii.EqualsIgnoreCase(unsigned, "infinity"u8))
            value = sign * double.PositiveInfinity;
        else if (Ascii.EqualsIgnoreCase(unsigned, "nan"u8))
            value = double.NaN;
        else
            return false;
        return true;
    }

    /// <summary>Rounds half to even; false when out of INT64's range or its NULL.</summary>
    public static bool TryRound(double number, out long value)
    {
        var rounded = Math.Round(number, MidpointRounding.ToEven);
        if (rounded is > -9223372036854775808.0 and < 9223372036854775808.0)
        {
            value = (long)rounded;
            return true;
        }

        value = 0;
        return false;
    }

    /// <summary>Quoted text for a message, see <see cref="OneLine"/>.</summary>
    public static string Quote(ReadOnlySpan<byte> text) => $"'{OneLine(text)}'";

    /// <summary>Text for a message: its first 40 characters, control characters as blanks.</summary>
    public static string OneLine(ReadOnlySpan<byte> text)
    {
        const int Longest = 40;
        var line = new StringBuilder(Longest);
        foreach (var rune in Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * (Longest + 1))]).EnumerateRunes())
        {
            if (line.Length >= Longest)
                return line.Append('…').ToString();
            line.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return line.ToString();
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim((byte)' ');

    private static int Put(ReadOnlySpan<byte> text, Span<byte> target)
    {
        text.CopyTo(target);
        return text.Length;
    }

    private static void Digits(long value, int count, Span<byte> target)
    {
        for (var i = count - 1; i >= 0; i--, value /= 10)
            target[i] = (byte)('0' + (value % 10));
    }

    // "d.ddd" times a power of ten, without an exponent.
    private static int WritePlain(ReadOnlySpan<byte> mantissa, int exponent, Span<byte> target)
    {
        var written = 0;
        if (mantissa[0] == '-')
        {
            target[written++] = (byte)'-';
            mantissa = mantissa[1..];
        }

        Span<byte> digits = stackalloc byte[MaxBytes];
        var count = 0;
        foreach (var c in mantissa)
            if (c != '.')
                digits[count++] = c;
        if (exponent < 0)
        {
            written += Put("0."u8, target[written..]);
            for (var i = -1; i > exponent; i--)
                target[written++] = (byte)'0';
            return written + Put(digits[..count], target[written..]);
        }

        for (var i = 0; i <= exponent; i++)
            target[written++] = i < count ? digits[i] : (byte)'0';
        target[written++] = (byte)'.';
        if (count <= exponent + 1)
            target[written++] = (byte)'0';
        else
            written += Put(digits[(exponent + 1)..count], target[written..]);
        return written;
    }

    private static int WriteExponent(ReadOnlySpan<byte> mantissa, int exponent, Span<byte> target)
    {
        var written = Put(mantissa, target);
        target[written++] = (byte)'e';
        target[written++] = exponent < 0 ? (byte)'-' : (byte)'+';
        var size = Math.Abs(exponent);
        if (size < 10)
            target[written++] = (byte)'0';
        return written + Write(size, target[written..]);
    }
}
