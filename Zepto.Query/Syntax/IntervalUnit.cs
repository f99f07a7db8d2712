using System.Text;

namespace Zepto.Query.Syntax;

/// <summary>Units of INTERVAL and their usual abbreviations: fixed spans in nanoseconds, or whole months.</summary>
public readonly record struct IntervalUnit(long Nanoseconds, int Months)
{
    /// <summary>Largest amount of a unit above 1 us: with the longest unit sums of a few products still fit a decimal.</summary>
    private const decimal MostUnits = 1_000_000_000_000m;

    private const long Second = 1_000_000_000;

    /// <summary>
    /// Adds so many of the unit to the sums; false when that is beyond any INT64. Decimal holds each sum of a few such parts exactly.
    /// </summary>
    public bool TryAdd(decimal amount, ref decimal nanoseconds, ref decimal months)
    {
        if (decimal.Abs(amount) > (Nanoseconds > 1_000 ? MostUnits : long.MaxValue))
            return false;
        nanoseconds += amount * Nanoseconds;
        months += amount * Months;
        return true;
    }

    /// <summary>Finds a unit by name, without regard to case, singular or plural.</summary>
    public static bool TryFind(ReadOnlySpan<byte> name, out IntervalUnit unit)
    {
        Span<byte> lower = stackalloc byte[16];
        unit = default;
        if (name.Length > lower.Length || Ascii.ToLower(name, lower, out var length) != System.Buffers.OperationStatus.Done)
            return false;
        if (length > 3 && lower[length - 1] == 's')
            length--;
        unit = Find(lower[..length]);
        return unit != default;
    }

    private static IntervalUnit Find(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("ns"u8) || name.SequenceEqual("nanosecond"u8))
            return new(1, 0);
        if (name.SequenceEqual("us"u8) || name.SequenceEqual("microsecond"u8))
            return new(1_000, 0);
        if (name.SequenceEqual("ms"u8) || name.SequenceEqual("millisecond"u8))
            return new(1_000_000, 0);
        if (name.SequenceEqual("s"u8) || name.SequenceEqual("sec"u8) || name.SequenceEqual("second"u8))
            return new(Second, 0);
        if (name.SequenceEqual("m"u8) || name.SequenceEqual("min"u8) || name.SequenceEqual("minute"u8))
            return new(60 * Second, 0);
        if (name.SequenceEqual("h"u8) || name.SequenceEqual("hr"u8) || name.SequenceEqual("hour"u8))
            return new(3_600 * Second, 0);
        if (name.SequenceEqual("d"u8) || name.SequenceEqual("day"u8))
            return new(86_400 * Second, 0);
        if (name.SequenceEqual("w"u8) || name.SequenceEqual("week"u8))
            return new(7 * 86_400 * Second, 0);
        if (name.SequenceEqual("mon"u8) || name.SequenceEqual("month"u8))
            return new(0, 1);
        if (name.SequenceEqual("q"u8) || name.SequenceEqual("quarter"u8))
            return new(0, 3);
        if (name.SequenceEqual("y"u8) || name.SequenceEqual("year"u8))
            return new(0, 12);
        return default;
    }
}
