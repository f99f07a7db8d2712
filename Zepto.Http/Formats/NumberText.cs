using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Zepto.Http.Formats;

/// <summary>Numbers as shortest decimal text. Destinations must have room for the longest text of the type.</summary>
public static class NumberText
{
    /// <summary>Longest text of an Int64: a sign and 19 digits.</summary>
    public const int MaxInt64Bytes = 20;

    /// <summary>Longest text of a double or single, for example -1.7976931348623157E+308.</summary>
    public const int MaxFloat64Bytes = 32;

    // Below this a decimal of four fractional digits has at most 15 digits, and 15 digits always survive the way to a double and back.
    private const double MaxScaledMagnitude = 1e11;

    private static ReadOnlySpan<byte> DigitPairs =>
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"u8;

    private static ReadOnlySpan<ulong> PowersOfTen =>
    [
        0, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
        100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ];

    /// <summary>Writes an integer and returns the number of bytes written.</summary>
    public static int Write(Span<byte> destination, long value)
    {
        if (value >= 0) return WriteUnsigned(destination, (ulong)value);
        destination[0] = (byte)'-';
        return 1 + WriteUnsigned(destination[1..], 0UL - (ulong)value);
    }

    /// <summary>
    /// Writes the shortest text that reads back as the same double, which must be finite; returns the number of bytes written.
    /// Values with up to four fractional digits, that is nearly every price, take a path through integers.
    /// </summary>
    public static int Write(Span<byte> destination, double value)
    {
        if (Math.Abs(value) < MaxScaledMagnitude)
        {
            long scaled = (long)Math.Round(value * 10_000);
            // Both 10,000 and the integer are exact, so the division is the double nearest to that decimal: equal means it reads back.
            if (scaled / 10_000.0 == value && (scaled != 0 || !double.IsNegative(value))) return WriteScaled(destination, scaled);
        }
        value.TryFormat(destination, out int writtenBytes, default, CultureInfo.InvariantCulture);
        return writtenBytes;
    }

    /// <summary>Writes the shortest text that reads back as the same single, which must be finite; returns the bytes written.</summary>
    public static int Write(Span<byte> destination, float value)
    {
        value.TryFormat(destination, out int writtenBytes, default, CultureInfo.InvariantCulture);
        return writtenBytes;
    }

    // Ten-thousandths with trailing zeros cut off.
    private static int WriteScaled(Span<byte> destination, long scaled)
    {
        int length = 0;
        if (scaled < 0)
        {
            destination[length++] = (byte)'-';
            scaled = -scaled;
        }
        (long whole, long fraction) = Math.DivRem(scaled, 10_000);
        length += WriteUnsigned(destination[length..], (ulong)whole);
        if (fraction == 0) return length;
        destination[length++] = (byte)'.';
        WritePair(destination[length..], (int)(fraction / 100));
        WritePair(destination[(length + 2)..], (int)(fraction % 100));
        length += 4;
        while (destination[length - 1] == '0') length--;
        return length;
    }

    private static int WriteUnsigned(Span<byte> destination, ulong value)
    {
        int digits = CountDigits(value);
        int position = digits;
        destination = destination[..digits];
        while (value >= 100)
        {
            ulong quotient = value / 100;
            position -= 2;
            WritePair(destination[position..], (int)(value - quotient * 100));
            value = quotient;
        }
        if (value >= 10) WritePair(destination, (int)value);
        else destination[0] = (byte)('0' + value);
        return digits;
    }

    private static int CountDigits(ulong value)
    {
        // log10(2) is about 1233/4096; the table corrects the estimate.
        int estimate = (64 - BitOperations.LeadingZeroCount(value | 1)) * 1233 >> 12;
        return value >= PowersOfTen[estimate] ? estimate + 1 : estimate;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WritePair(Span<byte> destination, int value)
    {
        destination[1] = DigitPairs[value * 2 + 1];
        destination[0] = DigitPairs[value * 2];
    }
}
