using Zepto.Query.Expressions;
using Zepto.Query.Results;
using Zepto.Query.Syntax;
using Zepto.Query.Vectors;
using Zepto.Storage.Dictionaries;
using Zepto.Storage.Schema;

namespace Zepto.Query.Execution.Windows;

/// <summary>
/// A window call with its types resolved. <paramref name="Arguments"/> are computed for each row by the operator; <paramref name="Create"/> makes
/// the function from their places among the operator's arguments.
/// </summary>
internal sealed record WindowCall(BoundExpression[] Arguments, Func<int[], WindowFunction> Create);

/// <summary>The window functions by name, without regard to case.</summary>
internal static class WindowFunctions
{
    private static readonly Dictionary<string, Binder> _binders = new(StringComparer.OrdinalIgnoreCase)
    {
        ["count"] = Count,
        ["sum"] = Sum,
        ["avg"] = Average,
        ["min"] = (in Call call) => Extreme(call, least: true),
        ["max"] = (in Call call) => Extreme(call, least: false),
        ["stddev"] = (in Call call) => Variance(call, lost: 0, root: true),
        ["stddev_pop"] = (in Call call) => Variance(call, lost: 0, root: true),
        ["stddev_samp"] = (in Call call) => Variance(call, lost: 1, root: true),
        ["variance"] = (in Call call) => Variance(call, lost: 0, root: false),
        ["var_pop"] = (in Call call) => Variance(call, lost: 0, root: false),
        ["var_samp"] = (in Call call) => Variance(call, lost: 1, root: false),
        ["first_value"] = (in Call call) => FrameValue(call, last: false),
        ["first"] = (in Call call) => FrameValue(call, last: false),
        ["last_value"] = (in Call call) => FrameValue(call, last: true),
        ["last"] = (in Call call) => FrameValue(call, last: true),
        ["row_number"] = RowNumber,
        ["rank"] = (in Call call) => Rank(call, dense: false),
        ["dense_rank"] = (in Call call) => Rank(call, dense: true),
        ["ntile"] = Ntile,
        ["lag"] = (in Call call) => Shift(call, -1),
        ["lead"] = (in Call call) => Shift(call, 1),
        ["ema"] = Ema,
        ["delta"] = Delta,
        ["ratio"] = Ratio,
    };

    private delegate WindowCall Binder(in Call call);

    /// <summary>Whether a name may stand before OVER.</summary>
    public static bool IsWindowFunction(string name) => _binders.ContainsKey(name);

    /// <summary>Checks a call; wrong arguments, a bad frame and an unknown name are SqlExceptions.</summary>
    /// <param name="name">As written.</param>
    /// <param name="args">Arguments, without the star of count(*).</param>
    /// <param name="frame">The frame clause, if there is one.</param>
    /// <param name="hasOrder">Whether the window has an ORDER BY.</param>
    /// <param name="isStar">Whether the argument is a star.</param>
    /// <param name="position">Of the call, for errors.</param>
    public static WindowCall Bind(string name, BoundExpression[] args, BoundFrame? frame, bool hasOrder, bool isStar, int position)
    {
        if (!_binders.TryGetValue(name, out var binder))
            throw new SqlException(StatementErrorKind.UnknownFunction, $"Unknown window function: {name}");
        var call = new Call(name, args, frame ?? BoundFrame.Default(hasOrder), frame != null, isStar, position);
        if (isStar && !name.Equals("count", StringComparison.OrdinalIgnoreCase))
            throw SqlException.Type($"{name} does not take *", position);
        if (frame != null)
            CheckFrame(frame, hasOrder, position);
        return binder(call);
    }

    private static void CheckFrame(BoundFrame frame, bool hasOrder, int position)
    {
        if (frame.Start.Kind > frame.End.Kind || frame.Start.Kind == FrameBoundKind.UnboundedFollowing || frame.End.Kind == FrameBoundKind.UnboundedPreceding)
            throw SqlException.Type("the window frame ends before it starts", position);
        if (frame.HasRangeOffset && !hasOrder)
            throw SqlException.Type("a RANGE frame with an offset needs ORDER BY", position);
        CheckOffset(frame, frame.Start, position);
        CheckOffset(frame, frame.End, position);
    }

    private static void CheckOffset(BoundFrame frame, in BoundFrameEdge edge, int position)
    {
        if (!edge.HasOffset)
            return;
        var offset = edge.Offset!;
        if (!offset.IsConstant || !(frame.Range ? TypeNames.IsNumber(offset.Type) : TypeNames.IsInteger(offset.Type)))
            throw SqlException.Type($"a {(frame.Range ? "RANGE frame offset must be a constant number" : "ROWS frame offset must be a constant integer")}", position);
    }

    private static WindowCall Count(in Call call)
    {
        var frame = call.Frame;
        if (call.IsStar || call.Arguments.Length == 0)
            return new WindowCall([], _ => new CountFunction(new Frame(frame), -1));
        call.Require(1, 1);
        return new WindowCall(call.Arguments, columns => new CountFunction(new Frame(frame), columns[0]));
    }

    private static WindowCall Sum(in Call call)
    {
        call.Require(1, 1);
        var (argument, frame) = (call.Number(), call.Frame);
        return argument.Kind == VectorKind.Int64
            ? new WindowCall([argument], columns => new IntegerSumFunction<SumResult, long>(WindowShapes.Integer, new Frame(frame), columns[0]))
            : Fold<SumFold, FloatSum>(argument, frame, default);
    }

    private static WindowCall Average(in Call call)
    {
        call.Require(1, 1);
        var (argument, frame) = (call.Number(), call.Frame);
        return argument.Kind == VectorKind.Int64
            ? new WindowCall([argument], columns => new IntegerSumFunction<AverageResult, double>(WindowShapes.Float, new Frame(frame), columns[0]))
            : Fold<AverageFold, FloatSum>(argument, frame, default);
    }

    private static WindowCall Variance(in Call call, int lost, bool root)
    {
        call.Require(1, 1);
        return Fold<VarianceFold, Moments>(Conversions.ToFloat(call.Number(), call.Position), call.Frame, new VarianceFold(lost, root));
    }

    private static WindowCall Fold<TFold, TState>(BoundExpression argument, BoundFrame frame, TFold fold)
        where TFold : struct, IFold<double, TState, double>
        where TState : unmanaged =>
        new([argument], columns => new FoldFunction<TFold, double, TState, double>(WindowShapes.Float, new Frame(frame), fold, columns[0]));

    private static WindowCall Extreme(in Call call, bool least)
    {
        call.Require(1, 1);
        var (argument, frame) = (call.Arguments[0], call.Frame);
        return new WindowCall([argument], columns => new ExtremeFunction(WindowShapes.Of(argument), new Frame(frame), columns[0], least));
    }

    private static WindowCall FrameValue(in Call call, bool last)
    {
        call.Require(1, 1);
        var (argument, frame) = (call.Arguments[0], call.Frame);
        var shape = WindowShapes.Of(argument);
        return new WindowCall([argument], columns => argument.Kind switch
        {
            VectorKind.Int64 => new FrameValueFunction<long>(shape, new Frame(frame), columns[0], last, Nulls.Int64),
            VectorKind.Float64 => new FrameValueFunction<long>(shape, new Frame(frame), columns[0], last, Nulls.Float64Bits),
            VectorKind.Bool => new FrameValueFunction<byte>(shape, new Frame(frame), columns[0], last, Nulls.Bool),
            VectorKind.Code => new FrameValueFunction<int>(shape, new Frame(frame), columns[0], last, Nulls.Code),
            _ => new FrameValueFunction<TextRef>(shape, new Frame(frame), columns[0], last, default),
        });
    }

    private static WindowCall Shift(in Call call, int direction)
    {
        call.Require(1, 3);
        var argument = call.Arguments[0];
        var offset = call.Arguments.Length > 1 ? call.Constant(1, "offset", "constant integer", TypeNames.IsInteger) : null;
        BoundExpression? other = null;
        if (call.Arguments.Length > 2 && call.Constant(2, "default", "constant", _ => true) is var value and not NullConstant)
        {
            // A default need not be in the argument's dictionary.
            argument = Conversions.Flat(argument);
            other = Conversions.To(value, argument.Type, call.Position);
        }

        var shape = WindowShapes.Of(argument);
        return new WindowCall([argument], columns => argument.Kind switch
        {
            VectorKind.Int64 => new ShiftFunction<long>(shape, columns[0], direction, offset, other, Nulls.Int64),
            VectorKind.Float64 => new ShiftFunction<long>(shape, columns[0], direction, offset, other, Nulls.Float64Bits),
            VectorKind.Bool => new ShiftFunction<byte>(shape, columns[0], direction, offset, other, Nulls.Bool),
            VectorKind.Code => new ShiftFunction<int>(shape, columns[0], direction, offset, other, Nulls.Code),
            _ => new ShiftFunction<TextRef>(shape, columns[0], direction, offset, other, default),
        });
    }

    private static WindowCall RowNumber(in Call call)
    {
        call.Require(0, 0);
        return new WindowCall([], _ => new RowNumberFunction());
    }

    private static WindowCall Rank(in Call call, bool dense)
    {
        call.Require(0, 0);
        return new WindowCall([], _ => new RankFunction(dense));
    }

    private static WindowCall Ntile(in Call call)
    {
        call.Require(1, 1);
        var parts = call.Constant(0, "number of parts", "constant integer", TypeNames.IsInteger);
        return new WindowCall([], _ => new NtileFunction(parts));
    }

    private static WindowCall Ema(in Call call)
    {
        call.RefuseFrame();
        call.Require(2, 2);
        var weight = call.Constant(1, "period", "constant number", TypeNames.IsNumber);
        return new WindowCall([Conversions.ToFloat(call.Number(), call.Position)], columns => new EmaFunction(columns[0], weight));
    }

    private static WindowCall Delta(in Call call)
    {
        call.RefuseFrame();
        call.Require(1, 1);
        if (call.Arguments[0].Type == ColumnType.Timestamp || call.Number().Kind == VectorKind.Int64)
            return new WindowCall([Conversions.ToInteger(call.Arguments[0], call.Position)], columns => new IntegerDeltaFunction(columns[0]));
        return new WindowCall([call.Number()], columns => new FloatStepFunction<Difference>(columns[0]));
    }

    private static WindowCall Ratio(in Call call)
    {
        call.RefuseFrame();
        call.Require(1, 1);
        return new WindowCall([Conversions.ToFloat(call.Number(), call.Position)], columns => new FloatStepFunction<Quotient>(columns[0]));
    }

    /// <summary>A call while it is checked.</summary>
    private readonly record struct Call(string Name, BoundExpression[] Arguments, BoundFrame Frame, bool HasFrame, bool IsStar, int Position)
    {
        public void Require(int least, int most) => ScalarFunctions.Require(Name, Arguments, least, most, Position);

        /// <summary>The first argument, which must be a number.</summary>
        public BoundExpression Number()
        {
            return TypeNames.IsText(Arguments[0].Type)
                ? throw SqlException.Type($"{Name} needs a number, not {TypeNames.Keyword(Arguments[0].Type)},", Position)
                : ExpressionBuilder.Number(Arguments[0], Name, Position);
        }

        /// <summary>An argument that must be the same for all rows.</summary>
        public BoundExpression Constant(int index, string what, string needed, Func<ColumnType, bool> accepts)
        {
            var argument = Arguments[index];
            return argument.IsConstant && (argument is NullConstant || accepts(argument.Type))
                ? argument
                : throw SqlException.Type($"the {what} of {Name} must be a {needed},", Position);
        }

        public void RefuseFrame()
        {
            if (HasFrame)
                throw SqlException.Type($"{Name} takes no window frame,", Position);
        }
    }
}
