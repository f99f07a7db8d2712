using System.Text;
using Zepto.Query.Syntax;
using Zepto.Storage.Schema;

namespace Zepto.Query.Expressions;

/// <summary>xbar, date_trunc, now, epochs, and ClickHouse's time functions; all times are UTC ns.</summary>
internal static class TimeFunctions
{
    public static void Register(Dictionary<string, FunctionFactory> functions)
    {
        functions["xbar"] = Xbar;
        functions["date_trunc"] = functions["dateTrunc"] = DateTrunc;
        functions["now"] = functions["now64"] = functions["current_timestamp"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 0, 2, position);
            return new NowExpression(1);
        };
        functions["today"] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 0, 0, position);
            return new NowExpression(TimeUnits.Day);
        };
        Epoch(functions, TimeUnits.Second, "epoch_s", "toUnixTimestamp");
        Epoch(functions, TimeUnits.Millisecond, "epoch_ms", "toUnixTimestamp64Milli");
        Epoch(functions, TimeUnits.Microsecond, "epoch_us", "toUnixTimestamp64Micro");
        Epoch(functions, 1, "epoch_ns", "toUnixTimestamp64Nano");
        FromEpoch(functions, TimeUnits.Second, "fromUnixTimestamp");
        FromEpoch(functions, TimeUnits.Millisecond, "fromUnixTimestamp64Milli");
        FromEpoch(functions, TimeUnits.Microsecond, "fromUnixTimestamp64Micro");
        FromEpoch(functions, 1, "fromUnixTimestamp64Nano");
        Start(functions, TimeUnits.Second, "toStartOfSecond");
        Start(functions, TimeUnits.Minute, "toStartOfMinute");
        Start(functions, 5 * TimeUnits.Minute, "toStartOfFiveMinutes", "toStartOfFiveMinute");
        Start(functions, 10 * TimeUnits.Minute, "toStartOfTenMinutes");
        Start(functions, 15 * TimeUnits.Minute, "toStartOfFifteenMinutes");
        Start(functions, TimeUnits.Hour, "toStartOfHour");
        Start(functions, TimeUnits.Day, "toStartOfDay");
        StartOfMonths(functions, 1, "toStartOfMonth");
        StartOfMonths(functions, 3, "toStartOfQuarter");
        StartOfMonths(functions, 12, "toStartOfYear");
        functions["toMonday"] = (name, args, position) => Monday(Time(name, args, 1, position));
        functions["toStartOfInterval"] = ToStartOfInterval;
        functions["toDateTime"] = (name, args, position) => AsDateTime(name, args, TimeUnits.Second, position);
        functions["toDate"] = (name, args, position) => AsDateTime(name, args, TimeUnits.Day, position);
        functions["toDateTime64"] = ToDateTime64;
        Part(functions, CalendarPart.Year, "toYear", "year");
        Part(functions, CalendarPart.Month, "toMonth", "month");
        Part(functions, CalendarPart.Day, "toDayOfMonth", "day");
        Part(functions, CalendarPart.DayOfWeek, "toDayOfWeek");
        Part(functions, CalendarPart.Hour, "toHour", "hour");
        Part(functions, CalendarPart.Minute, "toMinute", "minute");
        Part(functions, CalendarPart.Second, "toSecond", "second");
    }

    /// <summary>Floor of a multiple of whole months from year 0, for toStartOfInterval and date_trunc with months and years.</summary>
    public static BoundExpression FloorMonths(BoundExpression x, int months, int position)
    {
        if (months <= 0)
            throw SqlException.Type("an interval must be positive", position);
        return new Map<FloorToMonths, long, long>(new FloorToMonths(months), Conversions.To(x, ColumnType.Timestamp, position), ColumnType.Timestamp);
    }

    /// <summary>CAST to DateTime, DateTime64 or Date: integers count units (seconds for DateTime64), the result is floored to the unit.</summary>
    public static BoundExpression ToDateTime(BoundExpression x, long unitNs, int position)
    {
        if (x is NullConstant)
            return new NullConstant(ColumnType.Timestamp, isUntyped: false);
        if (TypeNames.IsInteger(x.Type))
        {
            var countedNs = unitNs == TimeUnits.Day ? unitNs : TimeUnits.Second;
            return Scale(x, countedNs);
        }

        if (TypeNames.IsFloat(x.Type))
        {
            var scaled = new FloatArithmetic<Kernels.MultiplyFloats>(x, new IntegerToFloat(new FixedInteger(TimeUnits.Second, ColumnType.Int64)));
            x = new Retyped(Conversions.ToInteger(scaled, position), ColumnType.Timestamp);
        }

        return Floor(Conversions.To(x, ColumnType.Timestamp, position), unitNs, 0);
    }

    /// <summary>Whole units since the epoch, floored: INT64.</summary>
    internal static BoundExpression EpochUnits(BoundExpression time, long unitNs) =>
        new Map<FloorToUnit, long, long>(new FloorToUnit(unitNs), time, ColumnType.Int64);

    private static IntegerArithmetic<Kernels.MultiplyIntegers> Scale(BoundExpression x, long unitNs) =>
        new IntegerArithmetic<Kernels.MultiplyIntegers>(x, new FixedInteger(unitNs, ColumnType.Int64), ColumnType.Timestamp);

    private static Map<FloorToMultiple, long, long> Floor(BoundExpression time, long widthNs, long originNs) =>
        new(new FloorToMultiple(widthNs, originNs), time, ColumnType.Timestamp);

    // 1970-01-01 was a Thursday, three days after a Monday.
    private static Map<FloorToMultiple, long, long> Monday(BoundExpression time) => Floor(time, TimeUnits.Week, -3 * TimeUnits.Day);

    private static BoundExpression Time(string name, BoundExpression[] args, int most, int position)
    {
        ScalarFunctions.Require(name, args, 1, most, position);
        return Conversions.To(args[0], ColumnType.Timestamp, position);
    }

    private static void Epoch(Dictionary<string, FunctionFactory> functions, long unitNs, params ReadOnlySpan<string> names)
    {
        foreach (var function in names)
            functions[function] = (name, args, position) => EpochUnits(Time(name, args, 1, position), unitNs);
    }

    private static void FromEpoch(Dictionary<string, FunctionFactory> functions, long unitNs, string function) =>
        functions[function] = (name, args, position) =>
        {
            ScalarFunctions.Require(name, args, 1, 2, position);
            return Scale(Conversions.To(args[0], ColumnType.Int64, position), unitNs);
        };

    // A time zone argument is accepted: only UTC is served.
    private static void Start(Dictionary<string, FunctionFactory> functions, long widthNs, params ReadOnlySpan<string> names)
    {
        foreach (var function in names)
            functions[function] = (name, args, position) => Floor(Time(name, args, 2, position), widthNs, 0);
    }

    private static void StartOfMonths(Dictionary<string, FunctionFactory> functions, int months, string function) =>
        functions[function] = (name, args, position) => FloorMonths(Time(name, args, 2, position), months, position);

    private static void Part(Dictionary<string, FunctionFactory> functions, CalendarPart part, params ReadOnlySpan<string> names)
    {
        foreach (var function in names)
        {
            functions[function] = (name, args, position) =>
                new Map<TakePart, long, long>(new TakePart(part), Time(name, args, 2, position), ColumnType.Int64);
        }
    }

    private static BoundExpression Xbar(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 2, 2, position);
        var x = args[0].Type == ColumnType.Timestamp ? args[0] : ExpressionBuilder.Number(args[0], name, position);
        var width = ExpressionBuilder.Number(args[1], name, position);
        if (TypeNames.IsFloat(x.Type) || (TypeNames.IsFloat(width.Type) && x.Type != ColumnType.Timestamp))
        {
            return new Map2<FloorFloat, double, double, double>(
                default, Conversions.ToFloat(x, position), Conversions.ToFloat(width, position), ColumnType.Float64);
        }

        return new Map2<FloorInteger, long, long, long>(
            default, x, Conversions.ToInteger(width, position), x.Type == ColumnType.Timestamp ? ColumnType.Timestamp : ColumnType.Int64);
    }

    private static DateTruncExpression DateTrunc(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 2, 2, position);
        // The unit is a literal of the plan; a cached plan with another unit reads it again.
        if (args[0].Type != ColumnType.String || !args[0].IsConstant)
            throw SqlException.Type($"{name} needs a unit in quotes, such as 'hour',", position);
        return new DateTruncExpression(args[0], Conversions.To(args[1], ColumnType.Timestamp, position));
    }

    private static BoundExpression ToStartOfInterval(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 2, 3, position);
        var time = Conversions.To(args[0], ColumnType.Timestamp, position);
        if (args[1] is FixedInteger { Value: > 0 } width)
        {
            var isWeeks = width.Value % TimeUnits.Week == 0;
            return Floor(time, width.Value, isWeeks ? -3 * TimeUnits.Day : 0);
        }

        if (!TypeNames.IsInteger(args[1].Type))
            throw SqlException.Type($"{name} needs an interval", position);
        return new Map2<FloorInteger, long, long, long>(default, time, args[1], ColumnType.Timestamp);
    }

    private static BoundExpression AsDateTime(string name, BoundExpression[] args, long unitNs, int position)
    {
        ScalarFunctions.Require(name, args, 1, 2, position);
        return ToDateTime(args[0], unitNs, position);
    }

    private static BoundExpression ToDateTime64(string name, BoundExpression[] args, int position)
    {
        ScalarFunctions.Require(name, args, 1, 3, position);
        if (args.Length < 2)
            return ToDateTime(args[0], TimeUnits.Millisecond, position);
        if (args[1] is NullConstant || !args[1].IsConstant || !TypeNames.IsInteger(args[1].Type))
            throw SqlException.Type($"{name} needs a precision of 0 to 9", position);
        // The precision may be a literal of the plan; a cached plan with another one reads it again.
        var unit = new Map<UnitOfDigits, long, long>(default, args[1], ColumnType.Int64);
        return new Map2<FloorInteger, long, long, long>(default, ToDateTime(args[0], unitNs: 1, position), unit, ColumnType.Timestamp);
    }
}

/// <summary>Floors to a multiple of a positive width counted from an origin.</summary>
internal readonly struct FloorToMultiple(long width, long origin) : IMap<long, long>
{
    public long Width => width;

    public long Origin => origin;

    public long Apply(EvaluationContext context, long value) => TimeFloor.Floor(value, width, origin);
}

/// <summary>Whole units, floored.</summary>
internal readonly struct FloorToUnit(long unit) : IMap<long, long>
{
    public long Apply(EvaluationContext context, long value) => CalendarMath.FloorDivide(value, unit);
}

/// <summary>Length in ns of a second's fraction of so many digits.</summary>
internal readonly struct UnitOfDigits : IMap<long, long>
{
    public static bool CanFail => true;

    public long Apply(EvaluationContext context, long value) =>
        value is >= 0 and <= 9 ? TimeUnits.OfDigits((int)value) : throw SqlException.Value($"toDateTime64 needs a precision of 0 to 9, not {value}");
}

/// <summary>Start of the span of whole months that holds a time.</summary>
internal readonly struct FloorToMonths(int months) : IMap<long, long>
{
    public long Apply(EvaluationContext context, long value) => TimeFloor.FloorMonths(value, months);
}

/// <summary>xbar on integers.</summary>
internal readonly struct FloorInteger : IMap2<long, long, long>
{
    public static bool CanFail => true;

    public long Apply(EvaluationContext context, long left, long right)
    {
        if (right <= 0)
            throw SqlException.Value("xbar needs a width above zero");
        return TimeFloor.Floor(left, right, 0);
    }
}

/// <summary>xbar on doubles.</summary>
internal readonly struct FloorFloat : IMap2<double, double, double>
{
    public static bool CanFail => true;

    public double Apply(EvaluationContext context, double left, double right)
    {
        if (!(right > 0))
            throw SqlException.Value("xbar needs a width above zero");
        return Math.Floor(left / right) * right;
    }
}

/// <summary>Fields of a time.</summary>
internal enum CalendarPart : byte { Year, Month, Day, DayOfWeek, Hour, Minute, Second }

/// <summary>A field of a time; Monday is day 1.</summary>
internal readonly struct TakePart(CalendarPart part) : IMap<long, long>
{
    public long Apply(EvaluationContext context, long value)
    {
        var days = CalendarMath.FloorDivide(value, TimeUnits.Day);
        var rest = value - (days * TimeUnits.Day);
        switch (part)
        {
            case CalendarPart.Hour: return rest / TimeUnits.Hour;
            case CalendarPart.Minute: return rest / TimeUnits.Minute % 60;
            case CalendarPart.Second: return rest / TimeUnits.Second % 60;
            case CalendarPart.DayOfWeek: return CalendarMath.FloorRemainder(days + 3, 7) + 1;
        }

        CalendarMath.ToCivil(days, out var year, out var month, out var day);
        return part == CalendarPart.Year ? year : part == CalendarPart.Month ? month : day;
    }
}
