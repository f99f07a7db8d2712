using System.Globalization;

namespace Zepto.Query.Engine;

/// <summary>Ids of running statements: `q_` and 6 hexadecimal digits.</summary>
internal static class QueryIds
{
    private const int Mask = 0xFF_FFFF;

    /// <summary>The next id after a counter's value; never 0, which means none.</summary>
    public static int Next(ref int counter)
    {
        int id;
        do
            id = Interlocked.Increment(ref counter) & Mask;
        while (id == 0);
        return id;
    }

    public static string TextOf(int id) => $"q_{id:x6}";

    /// <summary>Reads an id's text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out int id)
    {
        id = 0;
        return text.Length == 8 && text.StartsWith("q_"u8) && int.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id) && id != 0;
    }
}
