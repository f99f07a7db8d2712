using System.Globalization;

namespace Zepto.Server.Tests.Differential;

/// <summary>The table of the random queries: few values, so that there are ties; NULLs, negative numbers, late rows and equal times.</summary>
internal static class SmallTable
{
    public const int RowCount = 300;
    public const long StartNs = 1_700_000_000_000_000_000;
    public const long StepNs = 1_000_000_000;

    public const string CreateForServer =
        "CREATE TABLE small (id INT64, k SYMBOL, ts TIMESTAMP, a INT64, b INT64, f FLOAT64, g STRING, flag BOOL) WITH (timestamp = ts)";

    public const string CreateForReference =
        "CREATE TABLE small (id BIGINT, k VARCHAR, ts BIGINT, a BIGINT, b BIGINT, f DOUBLE, g VARCHAR, flag BOOLEAN)";

    private static readonly string[] Symbols = ["A", "B", "AB", "C", "ccc"];
    private static readonly string[] Texts = ["", "a", "abc", "b", "Banana", "été", " x "];

    /// <summary>One INSERT with all rows. Ids rise in the order of arrival.</summary>
    public static string Insert(Random random)
    {
        var rows = Enumerable.Range(0, RowCount).Select(id =>
        {
            var timeNs = StartNs + Math.Max(0, id / 3 - (random.Next(10) == 0 ? random.Next(40) : 0)) * StepNs;
            var a = OrNull(10, () => $"{random.Next(-20, 21)}");
            var b = OrNull(5, () => $"{random.Next(0, 4)}");
            var f = OrNull(8, () => (random.Next(-12, 13) / 4.0).ToString("0.00", CultureInfo.InvariantCulture));
            var g = OrNull(6, () => $"'{Texts[random.Next(Texts.Length)]}'");
            var flag = OrNull(4, () => random.Next(2) == 0 ? "true" : "false");
            return $"({id}, '{Symbols[random.Next(Symbols.Length)]}', {timeNs}, {a}, {b}, {f}, {g}, {flag})";
        });
        return "INSERT INTO small VALUES " + string.Join(", ", rows);

        string OrNull(int oneIn, Func<string> value) => random.Next(oneIn) == 0 ? "NULL" : value();
    }
}
