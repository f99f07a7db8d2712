using Zepto.Query.Statements;

namespace Zepto.Query.Expressions;

/// <summary>Reads `YYYY-MM-DD[ HH:MM:SS[.fffffffff]][Z]`, with a T or a blank between date and time.</summary>
internal static class TimestampReader
{
    private const int DateBytes = 10;
    private const int TimeBytes = 19;
    private const int MostFractionDigits = 9;

    /// <summary>Years that lie whole in the range of nanoseconds since 1970.</summary>
    private const int FirstWholeYear = 1678, LastWholeYear = 2261;

    private static ReadOnlySpan<byte> DaysOfMonth => [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    private static ReadOnlySpan<long> FractionUnits => [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    public static bool TryParse(ReadOnlySpan<byte> text, out long ns)
    {
        ns = 0;
        text = text.Trim((byte)' ');
        if (text.Length > 0 && text[^1] == 'Z')
            text = text[..^1];
        if (text.Length < DateBytes || !TryDate(text, out var year, out var days))
            return false;
        long rest = 0;
        if (text.Length > DateBytes && !TryTime(text, out rest))
            return false;
        if (year is >= FirstWholeYear and <= LastWholeYear)
        {
            ns = (days * TimeUnits.Day) + rest;
            return true;
        }

        var total = ((Int128)days * TimeUnits.Day) + rest;
        ns = (long)total;
        return total == ns && ns != long.MinValue;
    }

    private static bool TryDate(ReadOnlySpan<byte> text, out int year, out long days)
    {
        days = 0;
        int century = Pair(text, 0), yearOfCentury = Pair(text, 2), month = Pair(text, 5), day = Pair(text, 8);
        year = (100 * century) + yearOfCentury;
        if ((century | yearOfCentury) < 0 || text[4] != '-' || text[7] != '-' || month is < 1 or > 12 || day < 1)
            return false;
        var isLeapDay = month == 2 && day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if (day > DaysOfMonth[month - 1] && !isLeapDay)
            return false;
        days = CalendarMath.FromCivil(year, month, day);
        return true;
    }

    private static bool TryTime(ReadOnlySpan<byte> text, out long ns)
    {
        ns = 0;
        if (text.Length < TimeBytes || text[10] is not ((byte)' ' or (byte)'T') || text[13] != ':' || text[16] != ':')
            return false;
        int hour = Pair(text, 11), minute = Pair(text, 14), second = Pair(text, 17);
        if ((hour | minute | second) < 0 || hour > 23 || minute > 59 || second > 59)
            return false;
        ns = ((((hour * 60L) + minute) * 60) + second) * TimeUnits.Second;
        if (text.Length == TimeBytes)
            return true;
        var digits = text.Length - TimeBytes - 1;
        if (text[TimeBytes] != '.' || digits is < 1 or > MostFractionDigits)
            return false;
        var at = TimeBytes + 1;
        ulong fraction = 0;
        if (NumberText.ReadDigits(text, ref at, ref fraction) != digits)
            return false;
        ns += (long)fraction * FractionUnits[digits];
        return true;
    }

    /// <summary>Value of two digits, negative when they are none.</summary>
    private static int Pair(ReadOnlySpan<byte> text, int at)
    {
        int tens = text[at] - '0', ones = text[at + 1] - '0';
        return (uint)tens <= 9 && (uint)ones <= 9 ? (tens * 10) + ones : int.MinValue;
    }
}
