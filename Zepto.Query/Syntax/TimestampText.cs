namespace Zepto.Query.Syntax;

/// <summary>Timestamps as text: nanoseconds since the Unix epoch, UTC, in the proleptic Gregorian calendar.</summary>
public static class TimestampText
{
    /// <summary>Bytes that <see cref="TryFormat"/> writes.</summary>
    public const int FormattedLength = 29;

    private const long Second = 1_000_000_000;
    private const long Day = 86_400 * Second;

    /// <summary>
    /// Reads `YYYY-MM-DD`, or that with ` HH:MM` or `THH:MM`, `:SS`, `.` and 1 to 9 digits, and `Z`, each optional after the one before it.
    /// False for anything else, for days and times that do not exist, and for instants outside INT64 nanoseconds (1677-09-21 to 2262-04-11).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-' || !TryDigits(text[..4], out var year) || !TryDigits(text.Slice(5, 2), out var month)
            || !TryDigits(text.Slice(8, 2), out var day))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;

        var rest = text[10..];
        long timeOfDay = 0;
        if (!rest.IsEmpty && !TryTimeOfDay(rest, out timeOfDay))
            return false;
        // In 128 bits, because a day at the edge may lie outside while the instant in it lies inside.
        var instant = (Int128)DaysBefore(year, month, day) * Day + timeOfDay;
        if (instant <= long.MinValue || instant > long.MaxValue)
            return false;
        nanoseconds = (long)instant;
        return true;
    }

    /// <summary>Writes `YYYY-MM-DD HH:MM:SS.fffffffff`; false when fewer than <see cref="FormattedLength"/> bytes are there.</summary>
    public static bool TryFormat(long nanoseconds, Span<byte> destination, out int written)
    {
        written = 0;
        if (destination.Length < FormattedLength)
            return false;
        var days = Math.DivRem(nanoseconds, Day, out var timeOfDay);
        if (timeOfDay < 0)
        {
            days--;
            timeOfDay += Day;
        }

        var date = DateOnly.FromDayNumber((int)days + EpochDay);
        PutDigits(destination[..4], date.Year);
        destination[4] = (byte)'-';
        PutDigits(destination.Slice(5, 2), date.Month);
        destination[7] = (byte)'-';
        PutDigits(destination.Slice(8, 2), date.Day);
        destination[10] = (byte)' ';
        var seconds = Math.DivRem(timeOfDay, Second, out var fraction);
        PutDigits(destination.Slice(11, 2), seconds / 3600);
        destination[13] = (byte)':';
        PutDigits(destination.Slice(14, 2), seconds / 60 % 60);
        destination[16] = (byte)':';
        PutDigits(destination.Slice(17, 2), seconds % 60);
        destination[19] = (byte)'.';
        PutDigits(destination.Slice(20, 9), fraction);
        written = FormattedLength;
        return true;
    }

    /// <summary>Day number of 1970-01-01 in <see cref="DateOnly"/>'s count.</summary>
    private const int EpochDay = 719_162;

    private static long DaysBefore(int year, int month, int day) => new DateOnly(year, month, day).DayNumber - EpochDay;

    /// <summary>` HH:MM[:SS[.f]][Z]` to nanoseconds.</summary>
    private static bool TryTimeOfDay(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text[^1] == 'Z')
            text = text[..^1];
        if (text.IsEmpty)
            return true;
        if (text.Length < 6 || text[0] is not ((byte)' ' or (byte)'T') || text[3] != ':' || !TryDigits(text.Slice(1, 2), out var hour)
            || !TryDigits(text.Slice(4, 2), out var minute) || hour > 23 || minute > 59)
            return false;
        nanoseconds = (hour * 3600L + minute * 60L) * Second;
        text = text[6..];
        if (text.IsEmpty)
            return true;
        if (text.Length < 3 || text[0] != ':' || !TryDigits(text.Slice(1, 2), out var second) || second > 59)
            return false;
        nanoseconds += second * Second;
        text = text[3..];
        if (text.IsEmpty)
            return true;
        if (text[0] != '.' || text.Length is < 2 or > 10 || !TryDigits(text[1..], out var fraction))
            return false;
        for (var digits = text.Length - 1; digits < 9; digits++)
            fraction *= 10;
        nanoseconds += fraction;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var b in text)
        {
            if (!char.IsAsciiDigit((char)b))
                return false;
            value = value * 10 + (b - '0');
        }

        return true;
    }

    private static void PutDigits(Span<byte> destination, long value)
    {
        for (var i = destination.Length - 1; i >= 0; i--)
        {
            destination[i] = (byte)('0' + value % 10);
            value /= 10;
        }
    }
}
