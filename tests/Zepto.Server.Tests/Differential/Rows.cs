using System.Globalization;

namespace Zepto.Server.Tests.Differential;

/// <summary>Compares two results row by row, in order.</summary>
internal static class Rows
{
    private const double RelativeTolerance = 1e-9;

    // Sums that cancel to nearly nothing keep an error of their parts' size.
    private const double AbsoluteTolerance = 1e-9;

    /// <summary>The first difference in words; null when there is none. Floats may differ in their last digits, all else must be the same.</summary>
    public static string? FirstDifference(object?[][] expected, object?[][] actual)
    {
        for (var i = 0; i < Math.Min(expected.Length, actual.Length); i++)
        {
            if (expected[i].Length != actual[i].Length)
                return $"{actual[i].Length} columns instead of {expected[i].Length}";
            for (var c = 0; c < expected[i].Length; c++)
            {
                if (!AreEqual(expected[i][c], actual[i][c]))
                    return $"row {i + 1}, column {c + 1}: {Text(actual[i][c])} instead of {Text(expected[i][c])}\n  expected {Text(expected[i])}\n  got      {Text(actual[i])}";
            }
        }

        return expected.Length == actual.Length ? null : $"{actual.Length} rows instead of {expected.Length}";
    }

    private static bool AreEqual(object? expected, object? actual)
    {
        if (expected is double || actual is double)
        {
            if (expected is not (long or double) || actual is not (long or double))
                return false;
            var (x, y) = (Convert.ToDouble(expected, CultureInfo.InvariantCulture), Convert.ToDouble(actual, CultureInfo.InvariantCulture));
            return Math.Abs(x - y) <= Math.Max(AbsoluteTolerance, RelativeTolerance * Math.Max(Math.Abs(x), Math.Abs(y)));
        }

        return Equals(expected, actual);
    }

    private static string Text(object?[] row) => string.Join(" | ", row.Select(Text));

    private static string Text(object? value) => value switch
    {
        null => "NULL",
        string text => $"'{text}'",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
