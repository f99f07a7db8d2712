using Zepto.Query.Execution.Windows;
using Zepto.Query.Expressions;
using Zepto.Query.Syntax;

namespace Zepto.Query.Tests.Execution.Windows;

/// <summary>A window call that the tests both bind and work out by hand.</summary>
/// <param name="Name">Function.</param>
/// <param name="Column">Column of its argument, or -1 without one.</param>
/// <param name="Constants">Further arguments.</param>
/// <param name="Frame">Frame clause.</param>
internal sealed record ModelCall(string Name, int Column, object?[] Constants, ModelFrame? Frame)
{
    /// <summary>Whether doubles may differ in the last digits.</summary>
    public bool IsApproximate => Name is "ema" or "stddev" or "var_samp";

    public override string ToString() => $"{Name}(#{Column}, {string.Join(", ", Constants)}) {Frame}";

    /// <summary>Binds it over the columns of a plan.</summary>
    public WindowCall Bind(BoundExpression[] columns, bool hasOrder)
    {
        BoundExpression[] arguments = [.. Column < 0 ? [] : new[] { columns[Column] }, .. Constants.Select(Constant)];
        var frame = Frame == null ? null : new BoundFrame(Frame.Range, Edge(Frame.Start), Edge(Frame.End));
        return WindowFunctions.Bind(Name, arguments, frame, hasOrder, isStar: Name == "count" && Column < 0, position: 1);
    }

    /// <summary>A literal of the plan.</summary>
    public static BoundExpression Constant(object? value) => ExpressionBuilder.Literal(value switch
    {
        null => new Literal(1, LiteralKind.Null, -1, 0, 0, null),
        long number => new Literal(1, LiteralKind.Integer, -1, number, 0, null),
        double number => new Literal(1, LiteralKind.Float, -1, 0, number, null),
        bool truth => new Literal(1, LiteralKind.Bool, -1, truth ? 1 : 0, 0, null),
        _ => new Literal(1, LiteralKind.Text, -1, 0, 0, System.Text.Encoding.UTF8.GetBytes((string)value)),
    });

    /// <summary>The result of one row by definition.</summary>
    /// <param name="model">Partition.</param>
    /// <param name="values">Argument of each of its rows.</param>
    /// <param name="row">Row.</param>
    public object? Expected(WindowModel model, List<object?> values, int row)
    {
        var rows = model.FrameOf(row, Frame);
        var present = Column < 0 ? [] : rows.Where(r => values[r] != null).Select(r => values[r]!).ToList();
        switch (Name)
        {
            case "count": return Column < 0 ? (long)rows.Count : (long)present.Count;
            case "sum": return present.Count == 0 ? null : present[0] is long ? (object)present.Sum(v => (long)v) : present.Sum(v => (double)v);
            case "avg": return present.Count == 0 ? null : present[0] is long ? (double)present.Sum(v => (long)v) / present.Count : present.Sum(v => (double)v) / present.Count;
            case "min": return present.Count == 0 ? null : present.Aggregate((l, r) => WindowModel.Compare(l, r) <= 0 ? l : r);
            case "max": return present.Count == 0 ? null : present.Aggregate((l, r) => WindowModel.Compare(l, r) >= 0 ? l : r);
            case "stddev": return present.Count == 0 ? null : Math.Sqrt(Squares(present) / present.Count);
            case "var_samp": return present.Count < 2 ? null : Squares(present) / (present.Count - 1);
            case "first_value": return rows.Count == 0 ? null : values[rows[0]];
            case "last_value": return rows.Count == 0 ? null : values[rows[^1]];
            case "row_number": return row + 1L;
            case "rank": return Enumerable.Range(0, row + 1).First(r => model.ArePeers(r, row)) + 1L;
            case "dense_rank": return Enumerable.Range(1, row).Count(r => !model.ArePeers(r - 1, r)) + 1L;
            case "ntile": return Tile(model.Count, row, (long)Constants[0]!);
            case "lag" or "lead": return Shifted(values, row);
            case "ema": return Average(values, row);
            case "delta": return Step(values, row, (v, b) => v is long whole ? (object)(whole - (long)b) : (double)v - (double)b);
            case "ratio": return Step(values.ConvertAll(Widen), row, (v, b) => (double)v / (double)b);
            default: throw new ArgumentException(Name);
        }
    }

    private static object? Widen(object? value) => value is long whole ? (double)whole : value;

    private static BoundFrameEdge Edge(ModelEdge edge) =>
        new(edge.Kind, edge.Kind is FrameBoundKind.Preceding or FrameBoundKind.Following ? Offset(edge.Offset) : null);

    private static BoundExpression Offset(double offset) => Constant(double.IsInteger(offset) ? (long)offset : (object)offset);

    private static double Squares(List<object> values)
    {
        var numbers = values.ConvertAll(v => (double)Widen(v)!);
        var mean = numbers.Average();
        return numbers.Sum(v => (v - mean) * (v - mean));
    }

    private static long Tile(int rowCount, int row, long parts)
    {
        var sizes = Enumerable.Range(0, (int)parts).Select(part => (rowCount / (int)parts) + (part < rowCount % (int)parts ? 1 : 0)).ToList();
        var tile = 0;
        while (row >= sizes[tile])
            row -= sizes[tile++];
        return tile + 1;
    }

    private object? Shifted(List<object?> values, int row)
    {
        var offset = Constants.Length > 0 ? (long?)Constants[0] : 1;
        if (offset == null)
            return null;
        var other = row + (Name == "lag" ? -offset.Value : offset.Value);
        return other >= 0 && other < values.Count ? values[(int)other] : Constants.Length > 1 ? Constants[1] : null;
    }

    private double? Average(List<object?> values, int row)
    {
        var n = Convert.ToDouble(Constants[0], null);
        var alpha = n < 1 ? n : 2 / (n + 1);
        double? average = null;
        for (var r = 0; r <= row; r++)
        {
            if (Widen(values[r]) is double value)
                average = average == null ? value : (alpha * value) + ((1 - alpha) * average);
        }

        return values[row] == null ? null : average;
    }

    private static object? Step(List<object?> values, int row, Func<object, object, object> step)
    {
        if (row == 0)
            return values[0];
        return values[row] == null || values[row - 1] == null ? null : step(values[row]!, values[row - 1]!);
    }
}
