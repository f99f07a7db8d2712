using System.Globalization;
using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Statements;

/// <summary>
/// Which values a column takes: nothing is rounded, truncated or read out of text, except times. Used by INSERT and DEFAULT; none of the
/// methods is for NULL.
/// </summary>
internal static class ColumnFit
{
    /// <summary>INT64: integers, times as ns, and floats without a fraction; not the value that stands for NULL.</summary>
    public static bool TryInt64(scoped in InputValue value, out long integer)
    {
        integer = value.Integer;
        return value.Type is ColumnType.Int64 or ColumnType.Timestamp ? integer != Nulls.Int64 : TryWhole(value, out integer);
    }

    /// <summary>INT32: as INT64, in range.</summary>
    public static bool TryInt32(scoped in InputValue value, out int integer)
    {
        var fits = TryInt64(value, out var wide);
        integer = (int)wide;
        return fits && integer == wide && integer != Nulls.Int32;
    }

    /// <summary>FLOAT64: floats and integers.</summary>
    public static bool TryFloat64(scoped in InputValue value, out double number)
    {
        number = value.Type == ColumnType.Int64 ? value.Integer : value.Float;
        return value.Type is ColumnType.Int64 or ColumnType.Float64;
    }

    /// <summary>FLOAT32: as FLOAT64, in range.</summary>
    public static bool TryFloat32(scoped in InputValue value, out float number)
    {
        var fits = TryFloat64(value, out var wide);
        number = (float)wide;
        return fits && (float.IsFinite(number) || !double.IsFinite(wide));
    }

    /// <summary>TIMESTAMP_NS: ns, or text.</summary>
    public static bool TryTimestamp(scoped in InputValue value, out long ns) =>
        value.Type == ColumnType.String ? TimestampReader.TryParse(value.Text, out ns) : TryInt64(value, out ns);

    /// <summary>BOOL: true, false, 1 and 0.</summary>
    public static bool TryBool(scoped in InputValue value, out byte truth)
    {
        truth = (byte)value.Integer;
        return value.Type == ColumnType.Bool || (value.Type == ColumnType.Int64 && value.Integer is 0 or 1);
    }

    /// <summary>SYMBOL by number: an id from 1. Text is the other way to give one.</summary>
    public static bool TrySymbolId(scoped in InputValue value, out int id)
    {
        id = (int)value.Integer;
        return value.Type == ColumnType.Int64 && id == value.Integer && id > 0;
    }

    /// <summary>Why a value does not fit, without its place.</summary>
    public static SqlException Misfit(scoped in InputValue value, ColumnType type)
    {
        var shown = value.Shown();
        var isNumber = value.Type is ColumnType.Int64 or ColumnType.Float64;
        if (type == ColumnType.Timestamp && value.Type == ColumnType.String)
            return SqlException.Value($"{shown} is no timestamp; expected 'YYYY-MM-DD[ HH:MM:SS[.fffffffff]]'");
        if (type == ColumnType.Symbol && value.Type == ColumnType.Int64 && value.Integer < 1)
            return SqlException.Value($"{shown} is no symbol id; ids begin at 1");
        var isReserved = value.Type == ColumnType.Int64 && type switch
        {
            ColumnType.Int64 or ColumnType.Timestamp => value.Integer == Nulls.Int64,
            ColumnType.Int32 => value.Integer == Nulls.Int32,
            _ => false,
        };
        var reason = isReserved ? "; that value stands for NULL" : "";
        var kind = isNumber && type is not (ColumnType.String or ColumnType.Symbol) ? StatementErrorKind.BadValue : StatementErrorKind.TypeMismatch;
        return new SqlException(kind, $"{shown} does not fit {TypeNames.Keyword(type)}{reason}");
    }

    // The digits decide, not the double, which may have lost some.
    private static bool TryWhole(scoped in InputValue value, out long integer)
    {
        integer = 0;
        var number = value.Float;
        if (value.Type != ColumnType.Float64 || Math.Truncate(number) != number || number is not (> -9223372036854775808.0 and < 9223372036854775808.0))
            return false;
        if (!value.Source.IsEmpty && decimal.TryParse(value.Source, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
        {
            integer = (long)exact;
            return exact == integer;
        }

        integer = (long)number;
        return true;
    }
}
