namespace Zepto.Query.Expressions;

/// <summary>Proleptic Gregorian calendar in UTC over days since 1970-01-01, and divisions toward minus infinity.</summary>
internal static class CalendarMath
{
    public static long FloorDivide(long value, long divisor)
    {
        var quotient = value / divisor;
        return value % divisor != 0 && (value ^ divisor) < 0 ? quotient - 1 : quotient;
    }

    /// <summary>The remainder that has the divisor's sign.</summary>
    public static long FloorRemainder(long value, long divisor)
    {
        var remainder = value % divisor;
        return remainder != 0 && (remainder ^ divisor) < 0 ? remainder + divisor : remainder;
    }

    /// <summary>Date of a day; years start in March inside, so that the leap day is last.</summary>
    public static void ToCivil(long days, out int year, out int month, out int day)
    {
        const int daysPerEra = 146_097;
        var shifted = days + 719_468;
        var era = FloorDivide(shifted, daysPerEra);
        var dayOfEra = (int)(shifted - (era * daysPerEra));
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shiftedMonth = ((5 * dayOfYear) + 2) / 153;
        day = dayOfYear - (((153 * shiftedMonth) + 2) / 5) + 1;
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        year = (int)(yearOfEra + (era * 400)) + (month <= 2 ? 1 : 0);
    }

    /// <summary>Day of a date.</summary>
    public static long FromCivil(long year, int month, int day)
    {
        var shiftedYear = month <= 2 ? year - 1 : year;
        var era = FloorDivide(shiftedYear, 400);
        var yearOfEra = (int)(shiftedYear - (era * 400));
        var dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097L) + dayOfEra - 719_468;
    }

    /// <summary>Months since year 0 of a day.</summary>
    public static long MonthIndex(long days)
    {
        ToCivil(days, out var year, out var month, out _);
        return (year * 12L) + month - 1;
    }

    /// <summary>First day of a month counted from year 0.</summary>
    public static long FirstDay(long monthIndex)
    {
        var year = FloorDivide(monthIndex, 12);
        return FromCivil(year, (int)(monthIndex - (year * 12)) + 1, 1);
    }
}
