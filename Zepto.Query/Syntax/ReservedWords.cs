using System.Text;

namespace Zepto.Query.Syntax;

/// <summary>Words that need quotes to be names. All others, such as timestamp, first or left, are names wherever a name may stand.</summary>
internal static class ReservedWords
{
    /// <summary>Whether the word can be neither a column nor a table.</summary>
    public static bool IsReserved(ReadOnlySpan<byte> word) => word.Length switch
    {
        2 => Is(word, "AS"u8) || Is(word, "BY"u8) || Is(word, "IN"u8) || Is(word, "IS"u8) || Is(word, "ON"u8) || Is(word, "OR"u8),
        3 => Is(word, "AND"u8) || Is(word, "END"u8) || Is(word, "NOT"u8),
        4 => Is(word, "CASE"u8) || Is(word, "ELSE"u8) || Is(word, "FROM"u8) || Is(word, "INTO"u8) || Is(word, "JOIN"u8) || Is(word, "LIKE"u8)
            || Is(word, "NULL"u8) || Is(word, "THEN"u8) || Is(word, "TRUE"u8) || Is(word, "WHEN"u8) || Is(word, "WITH"u8),
        5 => Is(word, "CROSS"u8) || Is(word, "FALSE"u8) || Is(word, "GROUP"u8) || Is(word, "ILIKE"u8) || Is(word, "INNER"u8)
            || Is(word, "LIMIT"u8) || Is(word, "ORDER"u8) || Is(word, "UNION"u8) || Is(word, "USING"u8) || Is(word, "WHERE"u8),
        6 => Is(word, "EXCEPT"u8) || Is(word, "HAVING"u8) || Is(word, "SELECT"u8),
        7 => Is(word, "BETWEEN"u8),
        8 => Is(word, "DISTINCT"u8),
        9 => Is(word, "INTERSECT"u8),
        _ => false,
    };

    /// <summary>Whether the word, standing after an expression or a table without AS, begins the next clause instead of naming it.</summary>
    public static bool EndsItem(ReadOnlySpan<byte> word) => IsReserved(word) || word.Length switch
    {
        2 => Is(word, "AJ"u8),
        3 => Is(word, "AJ0"u8) || Is(word, "ASC"u8),
        4 => Is(word, "ASOF"u8) || Is(word, "DESC"u8) || Is(word, "FULL"u8) || Is(word, "LEFT"u8) || Is(word, "OVER"u8) || Is(word, "PLUS"u8)
            || Is(word, "ROWS"u8),
        5 => Is(word, "NULLS"u8) || Is(word, "RANGE"u8) || Is(word, "RIGHT"u8),
        6 => Is(word, "FILTER"u8) || Is(word, "FORMAT"u8) || Is(word, "OFFSET"u8) || Is(word, "SAMPLE"u8) || Is(word, "WINDOW"u8)
            || Is(word, "WITHIN"u8),
        7 => Is(word, "NATURAL"u8),
        8 => Is(word, "SETTINGS"u8),
        _ => false,
    };

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> keyword) => Ascii.EqualsIgnoreCase(word, keyword);
}
