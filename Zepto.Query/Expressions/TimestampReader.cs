namespace Zepto.Query.Expressions;

/// <summary>Reads `YYYY-MM-DD[ HH:MM:SS[.fffffffff]][Z]`.</summary>
internal static class TimestampReader
{
    public static bool TryParse(ReadOnlySpan<byte> text, out long ns)
    {
        ns = 0;
        text = text.Trim((byte)' ');
        if (text.Length > 0 && text[^1] == 'Z')
            text = text[..^1];
        if (text.Length < 10 || text[4] != '-' || text[7] != '-' || !Digits(text[..4], out var year) || !Digits(text[5..7], out var month)
            || !Digits(text[8..10], out var day) || month is < 1 or > 12 || day is < 1 or > 31)
            return false;
        var days = CalendarMath.FromCivil(year, (int)month, (int)day);
        CalendarMath.ToCivil(days, out _, out var sameMonth, out _);
        if (sameMonth != month)
            return false;
        long rest = 0;
        if (text.Length > 10)
        {
            if (text.Length < 19 || text[10] is not ((byte)' ' or (byte)'T') || text[13] != ':' || text[16] != ':' || !Digits(text[11..13], out var hour)
                || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second) || hour > 23 || minute > 59 || second > 59)
                return false;
            rest = (hour * TimeUnits.Hour) + (minute * TimeUnits.Minute) + (second * TimeUnits.Second);
            if (text.Length > 19)
            {
                var fraction = text[20..];
                if (text[19] != '.' || fraction.Length is < 1 or > 9 || !Digits(fraction, out var value))
                    return false;
                rest += value * TimeUnits.OfDigits(fraction.Length);
            }
        }

        var total = ((Int128)days * TimeUnits.Day) + rest;
        ns = (long)total;
        return total == ns && ns != long.MinValue;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9')
                return false;
            value = (value * 10) + c - '0';
        }

        return true;
    }
}
