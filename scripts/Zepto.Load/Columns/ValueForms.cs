using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Zepto.Load.Columns;

/// <summary>Says what a field's text can be read as. Each test accepts only what the server's SQL accepts for that type.</summary>
internal static class ValueForms
{
    private static readonly SearchValues<byte> s_floatBytes = SearchValues.Create("0123456789.eE+-"u8);

    /// <summary>An integer of 64 bits, without the least one, which stands for NULL in the server.</summary>
    public static bool IsInteger(ReadOnlySpan<byte> text)
    {
        var digits = text is [(byte)'+' or (byte)'-', ..] ? text[1..] : text;
        return !digits.IsEmpty && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && Utf8Parser.TryParse(text, out long value, out _) && value != long.MinValue;
    }

    /// <summary>A finite decimal number; integers that have more than 64 bits are none, because they would lose digits.</summary>
    public static bool IsFloat(ReadOnlySpan<byte> text)
    {
        if (IsInteger(text))
            return true;
        return text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0
            && !text.ContainsAnyExcept(s_floatBytes)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value);
    }

    /// <summary>Nanoseconds since 1970, or <c>YYYY-MM-DD[ HH:MM:SS[.f]][Z]</c> of the years 1678 to 2261, with T or a blank.</summary>
    public static bool IsTimestamp(ReadOnlySpan<byte> text) => IsInteger(text) || IsDate(text);

    /// <summary>The second form of a timestamp.</summary>
    public static bool IsDate(ReadOnlySpan<byte> text)
    {
        if (text.Length < 10 || text[4] != '-' || text[7] != '-')
            return false;
        if (!TryNumber(text[..4], 1678, 2261, out var year) || !TryNumber(text.Slice(5, 2), 1, 12, out var month)
            || !TryNumber(text.Slice(8, 2), 1, DateTime.DaysInMonth(year, month), out _))
            return false;
        var rest = text[10..];
        if (rest is [.., (byte)'Z'])
            rest = rest[..^1];
        return rest.IsEmpty || IsTimeOfDay(rest);
    }

    /// <summary><c>true</c>, <c>false</c>, 1 or 0; the SQL literal of it.</summary>
    public static bool TryBoolean(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> literal)
    {
        literal = System.Text.Ascii.EqualsIgnoreCase(text, "true"u8) || text is [(byte)'1'] ? "true"u8
            : System.Text.Ascii.EqualsIgnoreCase(text, "false"u8) || text is [(byte)'0'] ? "false"u8
            : default;
        return !literal.IsEmpty;
    }

    private static bool IsTimeOfDay(ReadOnlySpan<byte> text)
    {
        if (text.Length < 6 || text[0] is not ((byte)' ' or (byte)'T') || text[3] != ':' || !TryNumber(text.Slice(1, 2), 0, 23, out _)
            || !TryNumber(text.Slice(4, 2), 0, 59, out _))
            return false;
        text = text[6..];
        if (text.Length < 3 || text[0] != ':' || !TryNumber(text.Slice(1, 2), 0, 59, out _))
            return false;
        text = text[3..];
        return text.IsEmpty || (text[0] == '.' && text.Length is >= 2 and <= 10 && TryNumber(text[1..], 0, int.MaxValue, out _));
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, int least, int most, out int value)
    {
        value = 0;
        foreach (var b in digits)
        {
            if (!char.IsAsciiDigit((char)b))
                return false;
            value = value * 10 + (b - '0');
        }

        return value >= least && value <= most;
    }
}
