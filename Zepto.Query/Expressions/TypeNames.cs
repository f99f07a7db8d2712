using Zepto.Query.Kernels;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>Names and physical forms of types, and the groups that rules speak of.</summary>
internal static class TypeNames
{
    /// <summary>The dialect's keyword.</summary>
    public static string Keyword(ColumnType type) => type switch
    {
        ColumnType.Int64 => "INT64",
        ColumnType.Int32 => "INT32",
        ColumnType.Float64 => "FLOAT64",
        ColumnType.Float32 => "FLOAT32",
        ColumnType.Timestamp => "TIMESTAMP_NS",
        ColumnType.Symbol => "SYMBOL",
        ColumnType.String => "STRING",
        _ => "BOOL",
    };

    /// <summary>An attribute as it is written.</summary>
    public static string Keyword(ColumnAttribute attribute) => attribute switch
    {
        ColumnAttribute.Sorted => "SORTED",
        ColumnAttribute.Grouped => "GROUPED",
        ColumnAttribute.Parted => "PARTED",
        _ => "NONE",
    };

    /// <summary>Physical form of computed values.</summary>
    public static VectorKind Kind(ColumnType type) => type switch
    {
        ColumnType.Int64 or ColumnType.Int32 or ColumnType.Timestamp => VectorKind.Int64,
        ColumnType.Float64 or ColumnType.Float32 => VectorKind.Float64,
        ColumnType.Bool => VectorKind.Bool,
        _ => VectorKind.Text,
    };

    /// <summary>Physical form that holds elements of <typeparamref name="T"/>.</summary>
    public static VectorKind KindOf<T>() where T : unmanaged =>
        typeof(T) == typeof(long) ? VectorKind.Int64
        : typeof(T) == typeof(double) ? VectorKind.Float64
        : typeof(T) == typeof(byte) ? VectorKind.Bool
        : typeof(T) == typeof(int) ? VectorKind.Code
        : VectorKind.Text;

    public static bool IsInteger(ColumnType type) => type is ColumnType.Int64 or ColumnType.Int32;

    public static bool IsFloat(ColumnType type) => type is ColumnType.Float64 or ColumnType.Float32;

    public static bool IsNumber(ColumnType type) => IsInteger(type) || IsFloat(type);

    public static bool IsText(ColumnType type) => type is ColumnType.String or ColumnType.Symbol;

    /// <summary>A type of the dialect or of ClickHouse by its name as written; precision and Nullable() around it are accepted.</summary>
    public static bool TryParse(string name, out ColumnType type, out long unitNs)
    {
        unitNs = 1;
        var text = name.Trim().ToUpperInvariant();
        while ((text.StartsWith("NULLABLE(", StringComparison.Ordinal) || text.StartsWith("LOWCARDINALITY(", StringComparison.Ordinal)) && text.EndsWith(')'))
            text = text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..^1].Trim();
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var arguments = open < 0 ? "" : text[(open + 1)..].TrimEnd(')');
        text = open < 0 ? text : text[..open].TrimEnd();
        switch (text)
        {
            case "INT64" or "BIGINT" or "UINT64" or "UINT32" or "LONG": type = ColumnType.Int64; return true;
            case "INT32" or "INT" or "INTEGER" or "UINT16" or "INT16" or "UINT8" or "INT8" or "SMALLINT" or "TINYINT": type = ColumnType.Int32; return true;
            case "FLOAT64" or "DOUBLE" or "DOUBLE PRECISION": type = ColumnType.Float64; return true;
            case "FLOAT32" or "FLOAT" or "REAL": type = ColumnType.Float32; return true;
            case "TIMESTAMP" or "TIMESTAMP_NS": type = ColumnType.Timestamp; return true;
            case "DATETIME": type = ColumnType.Timestamp; unitNs = TimeUnits.Second; return true;
            case "DATE": type = ColumnType.Timestamp; unitNs = TimeUnits.Day; return true;
            case "DATETIME64":
                type = ColumnType.Timestamp;
                unitNs = TimeUnits.OfDigits(int.TryParse(arguments.Split(',')[0], out var digits) ? Math.Clamp(digits, 0, 9) : 3);
                return true;
            case "SYMBOL": type = ColumnType.Symbol; return true;
            case "STRING" or "VARCHAR" or "TEXT" or "CHAR" or "FIXEDSTRING": type = ColumnType.String; return true;
            case "BOOL" or "BOOLEAN": type = ColumnType.Bool; return true;
            default: type = default; return false;
        }
    }
}

/// <summary>Lengths of fixed time units in ns.</summary>
internal static class TimeUnits
{
    public const long Microsecond = 1_000;
    public const long Millisecond = 1_000_000;
    public const long Second = 1_000_000_000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;
    public const long Week = 7 * Day;

    /// <summary>ns of the last place of a time with so many fractional digits (0..9).</summary>
    public static long OfDigits(int digits)
    {
        var unit = Second;
        for (var i = 0; i < digits; i++)
            unit /= 10;
        return unit;
    }
}
