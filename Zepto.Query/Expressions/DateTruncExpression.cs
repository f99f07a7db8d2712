using System.Text;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>Floors of times; results below INT64's range are errors.</summary>
internal static class TimeFloor
{
    /// <summary>The largest multiple of a positive width, counted from an origin, that is not above the value.</summary>
    public static long Floor(long value, long width, long origin)
    {
        var remainder = CalendarMath.FloorRemainder(CalendarMath.FloorRemainder(value, width) - CalendarMath.FloorRemainder(origin, width), width);
        if (value < long.MinValue + 1 + remainder)
            throw SqlException.Value("Integer overflow in xbar");
        return value - remainder;
    }

    /// <summary>Start of the span of so many months, counted from year 0.</summary>
    public static long FloorMonths(long value, int months)
    {
        var index = CalendarMath.MonthIndex(CalendarMath.FloorDivide(value, TimeUnits.Day));
        var start = (Int128)CalendarMath.FirstDay(index - CalendarMath.FloorRemainder(index, months)) * TimeUnits.Day;
        if (start <= long.MinValue)
            throw SqlException.Value("Timestamp out of range in date_trunc");
        return (long)start;
    }
}

/// <summary>date_trunc(unit, time); the unit is read a chunk, since it is a literal of the run.</summary>
internal sealed unsafe class DateTruncExpression(BoundExpression unit, BoundExpression time)
    : BoundExpression(ColumnType.Timestamp, VectorKind.Int64, time.Nullable), IBucketExpression
{
    private readonly BoundExpression[] _operands = [unit, time];

    public override bool IsConstant => _operands[1].IsConstant;

    public override ReadOnlySpan<BoundExpression> Operands => _operands;

    public BoundExpression BucketOperand => _operands[1];

    public bool TryGetBuckets(EvaluationContext context, out long width, out long origin)
    {
        context.RowCount = 1;
        (width, var months) = Unit(ConstantVectors.TextAt(_operands[0].Evaluate(context), 0).Bytes);
        origin = OriginOf(width);
        return months == 0;
    }

    public override Vector Evaluate(EvaluationContext context)
    {
        var (widthNs, months) = Unit(ConstantVectors.TextAt(_operands[0].Evaluate(context), 0).Bytes);
        var input = _operands[1].Evaluate(context);
        var source = input.Int64;
        var target = context.Arena.Allocate<long>(source.Length);
        var originNs = OriginOf(widthNs);
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = input.MayHaveNulls && source[i] == Nulls.Int64 ? Nulls.Int64
                : months == 0 ? TimeFloor.Floor(source[i], widthNs, originNs) : TimeFloor.FloorMonths(source[i], months);
        }

        return ConstantVectors.Like(input, VectorKind.Int64, target, input.MayHaveNulls);
    }

    // Weeks start on Monday; 1970-01-01 was a Thursday.
    private static long OriginOf(long widthNs) => widthNs == TimeUnits.Week ? -3 * TimeUnits.Day : 0;

    private static (long WidthNs, int Months) Unit(ReadOnlySpan<byte> name)
    {
        if (name.Length > 3 && name[^1] is (byte)'s' or (byte)'S')
            name = name[..^1];
        return true switch
        {
            _ when Is(name, "ns"u8) || Is(name, "nanosecond"u8) => (1, 0),
            _ when Is(name, "us"u8) || Is(name, "microsecond"u8) => (TimeUnits.Microsecond, 0),
            _ when Is(name, "ms"u8) || Is(name, "millisecond"u8) => (TimeUnits.Millisecond, 0),
            _ when Is(name, "s"u8) || Is(name, "sec"u8) || Is(name, "second"u8) => (TimeUnits.Second, 0),
            _ when Is(name, "min"u8) || Is(name, "minute"u8) => (TimeUnits.Minute, 0),
            _ when Is(name, "h"u8) || Is(name, "hour"u8) => (TimeUnits.Hour, 0),
            _ when Is(name, "d"u8) || Is(name, "day"u8) => (TimeUnits.Day, 0),
            _ when Is(name, "w"u8) || Is(name, "week"u8) => (TimeUnits.Week, 0),
            _ when Is(name, "month"u8) => (0, 1),
            _ when Is(name, "quarter"u8) => (0, 3),
            _ when Is(name, "year"u8) => (0, 12),
            _ => throw SqlException.Value($"Unknown unit {ValueText.Quote(name)} in date_trunc; expected ns, us, ms, s, min, hour, day, week, month or year"),
        };
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(name, word);
}
