using System.Globalization;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements.Formats;

/// <summary>How a value lies in binary data.</summary>
internal enum WireKind : byte
{
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Bool,

    /// <summary>Length as LEB128, then so many bytes.</summary>
    String,

    /// <summary>As many bytes as the type says.</summary>
    FixedString,

    /// <summary>Days since 1970 as UInt16.</summary>
    Date,

    /// <summary>Days since 1970 as Int32.</summary>
    Date32,

    /// <summary>Seconds since 1970 as UInt32.</summary>
    DateTime,

    /// <summary>Ticks since 1970 as Int64.</summary>
    DateTime64,
}

/// <summary>Type of a field in binary data, by ClickHouse's names.</summary>
/// <param name="Kind">How it lies there.</param>
/// <param name="IsNullable">Whether a byte comes before each value: 0, or 1 for a NULL, which has no value.</param>
/// <param name="LengthBytes">Bytes of a FixedString.</param>
/// <param name="UnitNs">Nanoseconds of a DateTime64's tick.</param>
internal readonly record struct WireType(WireKind Kind, bool IsNullable = false, int LengthBytes = 0, long UnitNs = 1)
{
    private const int LongestFixedString = 1 << 20;

    /// <summary>
    /// The type of a column where data do not say it: that of a column declared so in ClickHouse, and never Nullable, because a client that wrote
    /// no types wrote plain values.
    /// </summary>
    public static WireType Of(ColumnType type) => new(type switch
    {
        ColumnType.Int64 => WireKind.Int64,
        ColumnType.Int32 => WireKind.Int32,
        ColumnType.Float64 => WireKind.Float64,
        ColumnType.Float32 => WireKind.Float32,
        ColumnType.Bool => WireKind.Bool,
        ColumnType.Timestamp => WireKind.DateTime64,
        _ => WireKind.String,
    });

    /// <summary>Reads a type's name; SqlException for one that no column takes.</summary>
    public static WireType Parse(ReadOnlySpan<byte> name)
    {
        var rest = name;
        var isNullable = false;
        while (true)
        {
            if (TryUnwrap(ref rest, "Nullable("u8))
                isNullable = true;
            else if (!TryUnwrap(ref rest, "LowCardinality("u8))
                break;
        }

        return TryKind(rest, out var type)
            ? type with { IsNullable = isNullable }
            : throw SqlException.Unsupported($"Type {ValueText.OneLine(name)} is not supported in binary data");
    }

    private static bool TryKind(ReadOnlySpan<byte> name, out WireType type)
    {
        type = new WireType(KindOf(name, out var isKnown));
        if (isKnown)
            return true;
        var arguments = name;
        if (TryUnwrap(ref arguments, "DateTime64("u8))
        {
            var comma = arguments.IndexOf((byte)',');
            type = new WireType(WireKind.DateTime64);
            if (!TryNumber(comma < 0 ? arguments : arguments[..comma], 9, out var digits))
                return false;
            type = type with { UnitNs = TimeUnits.OfDigits(digits) };
            return true;
        }

        if (TryUnwrap(ref arguments, "FixedString("u8))
        {
            type = new WireType(WireKind.FixedString);
            if (!TryNumber(arguments, LongestFixedString, out var lengthBytes))
                return false;
            type = type with { LengthBytes = lengthBytes };
            return true;
        }

        type = new WireType(WireKind.DateTime);
        return TryUnwrap(ref arguments, "DateTime("u8);
    }

    private static WireKind KindOf(ReadOnlySpan<byte> name, out bool isKnown)
    {
        isKnown = true;
        if (name.SequenceEqual("Int64"u8))
            return WireKind.Int64;
        if (name.SequenceEqual("String"u8))
            return WireKind.String;
        if (name.SequenceEqual("Float64"u8))
            return WireKind.Float64;
        if (name.SequenceEqual("Int32"u8))
            return WireKind.Int32;
        if (name.SequenceEqual("Float32"u8))
            return WireKind.Float32;
        if (name.SequenceEqual("UInt64"u8))
            return WireKind.UInt64;
        if (name.SequenceEqual("UInt32"u8))
            return WireKind.UInt32;
        if (name.SequenceEqual("UInt16"u8))
            return WireKind.UInt16;
        if (name.SequenceEqual("UInt8"u8))
            return WireKind.UInt8;
        if (name.SequenceEqual("Int16"u8))
            return WireKind.Int16;
        if (name.SequenceEqual("Int8"u8))
            return WireKind.Int8;
        if (name.SequenceEqual("Bool"u8))
            return WireKind.Bool;
        if (name.SequenceEqual("DateTime"u8))
            return WireKind.DateTime;
        if (name.SequenceEqual("Date32"u8))
            return WireKind.Date32;
        isKnown = name.SequenceEqual("Date"u8);
        return WireKind.Date;
    }

    private static bool TryUnwrap(ref ReadOnlySpan<byte> name, ReadOnlySpan<byte> opening)
    {
        if (!name.StartsWith(opening) || name[^1] != ')')
            return false;
        name = name[opening.Length..^1];
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, int most, out int number) =>
        int.TryParse(text.Trim((byte)' '), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
}
